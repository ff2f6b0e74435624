import { hasCode, UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import type { IndexPath, Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { parseCheckpoint, type OfferedCheckpoint, type SignedCheckpoint } from './checkpoints.js';
import { chunkOf, parseChunk } from './log.js';
import { createSummedFiles, type Origin } from './summed-files.js';
import type { StoredHead, TrustStore } from './trust-store.js';

/** A signed head: its bytes and the signatures over them. */
type Head = Pick<StoredHead, 'sha256' | 'bytes' | 'sidecars'>;

/** `unread`: the log has it on a chunk that this machine never read, so whether it is the same cannot be told yet. */
export type Place = 'earlier' | 'unread' | 'elsewhere';

/**
 * Where a checkpoint stands in the history this client has accepted (check 6). `earlier`: an honest source that lags; its
 * own signatures need not be asked for, as the accepted head vouches for the log.
 *
 * @param origin where a chunk that was never read can be had; undefined to look only at what was kept.
 * @throws CHECKPOINT_INVALID for what is no checkpoint
 */
export async function placeOf(
  { bytes }: OfferedCheckpoint,
  stored: StoredHead | undefined,
  store: TrustStore,
  origin?: Origin,
): Promise<Place> {
  const { sequence } = parseCheckpoint(bytes);
  if (stored === undefined || sequence >= stored.sequence) return 'elsewhere';
  const lines = await loadKnownLines(stored, chunkOf(sequence), store, origin);
  if (lines === undefined) return 'unread';
  return lines.get(sequence) === sha256Hex(bytes) ? 'earlier' : 'elsewhere';
}

/** The lines of one chunk of the log that `stored` vouches for; undefined when they are not at hand. */
export async function loadKnownLines(
  stored: StoredHead,
  chunk: number,
  store: TrustStore,
  origin?: Origin,
): Promise<ReadonlyMap<number, Sha256> | undefined> {
  const files = createSummedFiles(parseCheckpoint(stored.bytes).sums, origin, store);
  const path = layout.logChunk(chunk);
  try {
    await files.load([path], [layout.logFolder]);
  } catch (error) {
    if (hasCode(error, 'OFFLINE')) return undefined;
    throw error;
  }
  const bytes = files.file(path);
  return bytes && parseChunk(bytes, chunk, stored.sequence - 1);
}

/**
 * Refuses an earlier checkpoint that the log of the accepted head contradicts. Both heads are kept as evidence.
 *
 * @throws INDEX_ROLLBACK
 */
export async function refuseStranger(
  stored: StoredHead,
  offered: OfferedCheckpoint,
  store: TrustStore,
  clock: number,
): Promise<never> {
  const sha256 = sha256Hex(offered.bytes) as Sha256;
  throw await rollback(stored, { ...offered, sha256 }, parseCheckpoint(offered.bytes).sequence, store, clock);
}

/**
 * Refuses a verified checkpoint that is neither the accepted head nor newer, nor known to be earlier
 * ({@link placeOf}). Both heads are kept as evidence.
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
  const { sequence } = found.document;
  if (sequence < stored.sequence) throw await rollback(stored, found, sequence, store, clock);
  const evidence = await saveForkEvidence(store, clock, 'equivocation', [stored, found]);
  throw new UdosError(
    'INDEX_EQUIVOCATION',
    `The registry signed two different heads with sequence ${stored.sequence}.`,
    { hint, data: bothSides(stored, found, sequence, evidence) },
  );
}

const hint = 'Both signed heads were kept as evidence. Ask the owner of the registry before you go on.';

async function rollback(
  stored: StoredHead,
  found: Head,
  sequence: number,
  store: TrustStore,
  clock: number,
): Promise<UdosError> {
  const evidence = await saveForkEvidence(store, clock, 'rollback', [stored, found]);
  return new UdosError(
    'INDEX_ROLLBACK',
    `The index went back from sequence ${stored.sequence} to ${sequence}, which was never seen here.`,
    { hint, data: bothSides(stored, found, sequence, evidence) },
  );
}

function bothSides(stored: StoredHead, found: Head, sequence: number, evidence: string) {
  return {
    evidence,
    known: { sequence: stored.sequence, sha256: stored.sha256 },
    found: { sequence, sha256: found.sha256 },
  };
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
