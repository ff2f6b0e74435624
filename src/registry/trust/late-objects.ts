import type { Sha256 } from '../../model/names.js';
import type { TrustStore } from './trust-store.js';

/**
 * The same memory, which keeps index files only from `keep` on. So a head that is refused leaves none of its files behind,
 * and a disk that takes no more does not hide why it is refused.
 */
export function keepLater(store: TrustStore): { readonly store: TrustStore; keep(): Promise<void> } {
  let waiting: Map<Sha256, Uint8Array> | undefined = new Map();
  return {
    store: {
      ...store,
      saveObject: async (sha256, bytes) => {
        if (waiting === undefined) await store.saveObject(sha256, bytes);
        else waiting.set(sha256, bytes);
      },
    },
    keep: async () => {
      const all = waiting ?? [];
      waiting = undefined;
      for (const [sha256, bytes] of all) await store.saveObject(sha256, bytes);
    },
  };
}
