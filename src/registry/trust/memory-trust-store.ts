import type { TrustState, TrustStore } from './trust-store.js';

/** Trust state that lasts as long as the process. */
export function createMemoryTrustStore(): TrustStore {
  let state: TrustState | undefined;
  const roots = new Map<number, Uint8Array>();
  const publishers = new Map<string, Awaited<ReturnType<TrustStore['readPublisher']>>>();
  const documents = new Map<string, Awaited<ReturnType<TrustStore['readDocument']>>>();
  const objects = new Map<string, Uint8Array>();
  const done = Promise.resolve();
  return {
    load: () => Promise.resolve(state),
    save: (next) => {
      state = next;
      return done;
    },
    readRoot: (version) => Promise.resolve(roots.get(version)),
    saveRoot: (version, bytes) => {
      roots.set(version, bytes);
      return done;
    },
    readPublisher: (publisher) => Promise.resolve(publishers.get(publisher)),
    savePublisher: (publisher, seen) => {
      publishers.set(publisher, seen);
      return done;
    },
    readDocument: (plugin) => Promise.resolve(documents.get(plugin)),
    saveDocument: (plugin, seen) => {
      documents.set(plugin, seen);
      return done;
    },
    forgetSeen: () => {
      publishers.clear();
      documents.clear();
      return done;
    },
    readObject: (sha256) => Promise.resolve(objects.get(sha256)),
    saveObject: (sha256, bytes) => {
      objects.set(sha256, bytes);
      return done;
    },
    saveEvidence: (name) => Promise.resolve(name),
    exclusively: (work) => work(),
  };
}
