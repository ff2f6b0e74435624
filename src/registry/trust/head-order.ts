import { hasCode, UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import type { IndexHead } from '../../model/index-source.js';
import type { RegistryId, Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import {
  parseCheckpoint,
  readCheckpoint,
  verifyCheckpoint,
  type OfferedCheckpoint,
  type SignedCheckpoint,
} from './checkpoints.js';
import { keepEvidence } from './fork-evidence.js';
import { chunkOf, parseChunk } from './log.js';
import { isCheckpointKeyRemovedSince, readKeptRoot, type TrustedRoot } from './roots.js';
import { createSummedFiles, type Origin } from './summed-files.js';
import type { StoredHead, TrustStore } from './trust-store.js';

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
 * Refuses an earlier checkpoint that the log of the accepted head contradicts, or of which nobody could show what the log says.
 * Both heads are kept as evidence, which this one is only when it is signed as the root that it names says: anybody can write
 * down a checkpoint.
 *
 * @param offer where it stands in the known history, and the snapshot that it was found in.
 * @throws INDEX_ROLLBACK; CHECKPOINT_INVALID for what proves nothing
 */
export async function refuseStranger(
  registry: RegistryId,
  stored: StoredHead,
  offered: OfferedCheckpoint,
  { place, from }: { readonly place: Exclude<Place, 'earlier'>; readonly from: IndexHead },
  store: TrustStore,
  clock: number,
): Promise<never> {
  const root = await readNamedRoot(registry, parseCheckpoint(offered.bytes).root, store);
  await refuseRemovedKey(registry, root, store);
  // What was read with it are the signatures that the newest root asks for.
  const { sidecars } = await readCheckpoint(root, from);
  const found = verifyCheckpoint(registry, root, { bytes: offered.bytes, sidecars });
  throw await (place === 'unread' ? unplaced : rollback)(stored, found, store, clock);
}

/** A key that was taken away takes its heads with it: what a thief signs with it proves nothing of the registry. */
async function refuseRemovedKey(registry: RegistryId, root: TrustedRoot, store: TrustStore): Promise<void> {
  const { version } = root.document;
  if (!(await isCheckpointKeyRemovedSince(registry, version, store))) return;
  throw new UdosError(
    'CHECKPOINT_INVALID',
    `The checkpoint is of root ${version}, and a later root took a key for checkpoints away.`,
    { data: { field: 'root', found: version } },
  );
}

async function readNamedRoot(registry: RegistryId, version: number, store: TrustStore): Promise<TrustedRoot> {
  if (version <= ((await store.load())?.root ?? 0)) return readKeptRoot(registry, version, store);
  throw new UdosError(
    'CHECKPOINT_INVALID',
    `The checkpoint is of root ${version}, which the registry does not have.`,
    { data: { field: 'root', found: version } },
  );
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
  if (found.document.sequence < stored.sequence) throw await rollback(stored, found, store, clock);
  const { evidence, hint } = await keepEvidence(store, clock, 'equivocation', [stored, found]);
  throw new UdosError(
    'INDEX_EQUIVOCATION',
    `The registry signed two different heads with sequence ${stored.sequence}.`,
    { hint, data: bothSides(stored, found, evidence) },
  );
}

async function rollback(
  stored: StoredHead,
  found: SignedCheckpoint,
  store: TrustStore,
  clock: number,
): Promise<UdosError> {
  const { evidence, hint } = await keepEvidence(store, clock, 'rollback', [stored, found]);
  return new UdosError(
    'INDEX_ROLLBACK',
    `The index went back from sequence ${stored.sequence} to ${found.document.sequence}, which was never seen here.`,
    { hint, data: bothSides(stored, found, evidence) },
  );
}

/** An honest source that lags far behind looks no different from one that went back. */
async function unplaced(
  stored: StoredHead,
  found: SignedCheckpoint,
  store: TrustStore,
  clock: number,
): Promise<UdosError> {
  const { evidence } = await keepEvidence(store, clock, 'unplaced', [stored, found]);
  return new UdosError(
    'INDEX_ROLLBACK',
    `The index offers sequence ${found.document.sequence}, this machine has seen ${stored.sequence}, and no source shows whether one came before the other.`,
    {
      hint: 'A source that is far behind looks the same: run the command again later, or name another mirror in udos.json. If it stays, ask the owner of the registry.',
      data: bothSides(stored, found, evidence),
    },
  );
}

function bothSides(stored: StoredHead, found: SignedCheckpoint, evidence: string | null) {
  return {
    evidence,
    known: { sequence: stored.sequence, sha256: stored.sha256 },
    found: { sequence: found.document.sequence, sha256: found.sha256 },
  };
}
