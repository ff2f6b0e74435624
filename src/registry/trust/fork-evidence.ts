import { hasCode } from '../../errors/index.js';
import type { IndexPath } from '../../model/names.js';
import type { StoredHead, TrustStore } from './trust-store.js';

/** A signed head: its bytes and the signatures over them. */
export type SignedHead = Pick<StoredHead, 'sha256' | 'bytes' | 'sidecars'>;

export interface KeptEvidence {
  /** Where; null when it could not be kept. */
  readonly evidence: string | null;
  /** What became of it, and what to do now. */
  readonly hint: string;
}

/**
 * Keeps signed heads that contradict each other. A disk that takes no more must not hide what was found: then the hint says
 * so.
 */
export async function keepEvidence(
  store: TrustStore,
  clock: number,
  kind: 'fork' | 'equivocation' | 'rollback' | 'unplaced',
  heads: readonly SignedHead[],
): Promise<KeptEvidence> {
  const next = 'Ask the owner of the registry before you go on.';
  try {
    const evidence = await saveForkEvidence(store, clock, kind, heads);
    return { evidence, hint: `Both signed heads were kept as evidence. ${next}` };
  } catch (error) {
    if (!hasCode(error, 'FILESYSTEM_FAILED')) throw error;
    return {
      evidence: null,
      hint: `The signed heads could not be kept as evidence: ${error.message} ${next}`,
    };
  }
}

/** Keeps signed heads under a name that sorts by time. Returns where. @throws FILESYSTEM_FAILED */
export async function saveForkEvidence(
  store: TrustStore,
  clock: number,
  kind: string,
  heads: readonly SignedHead[],
): Promise<string> {
  const files = new Map<string, Uint8Array>();
  for (const head of heads) {
    files.set(`${head.sha256}.json`, head.bytes);
    for (const [path, bytes] of head.sidecars)
      files.set(`${head.sha256}.json.${fp16Of(path)}.minisig`, bytes);
  }
  const stamp = new Date(clock).toISOString().replaceAll(/[:.]/g, '-');
  return store.saveEvidence(`${stamp}-${kind}`, files);
}

function fp16Of(sidecar: IndexPath): string {
  return sidecar.split('.').at(-2) ?? 'unknown';
}
