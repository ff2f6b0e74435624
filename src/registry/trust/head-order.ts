import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import type { IndexPath, Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { parseCheckpoint, type OfferedCheckpoint, type SignedCheckpoint } from './checkpoints.js';
import { chunkOf, lineOf } from './log.js';
import { createSummedFiles } from './summed-files.js';
import type { StoredHead, TrustStore } from './trust-store.js';

/** A signed head: its bytes and the signatures over them. */
type Head = Pick<StoredHead, 'sha256' | 'bytes' | 'sidecars'>;

/**
 * True for an earlier checkpoint of the history this client has accepted (check 6): an honest source that lags. Its own
 * signatures need not be asked for, as the accepted head vouches for the log.
 *
 * @throws CHECKPOINT_INVALID for what is no checkpoint
 */
export async function isKnownEarlier(
  { bytes }: OfferedCheckpoint,
  stored: StoredHead | undefined,
  store: TrustStore,
): Promise<boolean> {
  const { sequence } = parseCheckpoint(bytes);
  if (stored === undefined || sequence >= stored.sequence) return false;
  return (await knownHash(stored, sequence, store)) === sha256Hex(bytes);
}

/** What the log this client has verified says of `sequence`, as far as it kept the chunk. */
async function knownHash(
  stored: StoredHead,
  sequence: number,
  store: TrustStore,
): Promise<Sha256 | undefined> {
  const files = createSummedFiles(parseCheckpoint(stored.bytes).sums, undefined, store);
  try {
    await files.load([layout.logChunk(chunkOf(sequence))], [layout.logFolder]);
  } catch (error) {
    if (error instanceof UdosError && error.code === 'OFFLINE') return undefined;
    throw error;
  }
  return lineOf(files, sequence, stored.sequence - 1);
}

/**
 * Refuses a verified checkpoint that is neither the accepted head nor newer, nor known to be earlier
 * ({@link isKnownEarlier}). Both heads are kept as evidence.
 *
 * @throws INDEX_EQUIVOCATION, INDEX_ROLLBACK
 */
export async function refuseContradiction(
  stored: StoredHead | undefined,
  found: SignedCheckpoint,
  store: TrustStore,
  clock: number,
): Promise<void> {
  if (stored === undefined || found.document.sequence > stored.sequence) return;
  if (found.sha256 === stored.sha256) return;
  const equal = found.document.sequence === stored.sequence;
  const evidence = await saveForkEvidence(store, clock, equal ? 'equivocation' : 'rollback', [stored, found]);
  const data = {
    evidence,
    known: { sequence: stored.sequence, sha256: stored.sha256 },
    found: { sequence: found.document.sequence, sha256: found.sha256 },
  };
  const hint = 'Both signed heads were kept as evidence. Ask the owner of the registry before you go on.';
  throw equal
    ? new UdosError(
        'INDEX_EQUIVOCATION',
        `The registry signed two different heads with sequence ${stored.sequence}.`,
        { hint, data },
      )
    : new UdosError(
        'INDEX_ROLLBACK',
        `The index went back from sequence ${stored.sequence} to ${found.document.sequence}, which was never seen here.`,
        { hint, data },
      );
}

/** Keeps signed heads that contradict each other. Returns where. */
export async function saveForkEvidence(
  store: TrustStore,
  clock: number,
  kind: string,
  heads: readonly Head[],
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
