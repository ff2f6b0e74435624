import { hasCode, UdosError } from '../../errors/index.js';
import { layout, logChunkLines } from '../../model/index-layout.js';
import type { RegistryId } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { parseCheckpoint, verifyCheckpoint } from './checkpoints.js';
import { damaged } from './kept-damage.js';
import { readKeptRoot } from './roots.js';
import { createSummedFiles } from './summed-files.js';
import type { StoredHead, TrustState, TrustStore } from './trust-store.js';

/**
 * What this machine remembers of a registry, once it has proved itself: the newest root is the one that was accepted, and
 * the head is the checkpoint that it names, signed as its root says.
 *
 * Only files that this machine wrote are held against each other, before any source is asked. So damage here is never told
 * as an attack, and nothing that a source shows can turn an attack into damage.
 *
 * @returns undefined when nothing is remembered.
 * @throws STATE_CORRUPT
 */
export async function loadKeptState(
  registry: RegistryId,
  store: TrustStore,
): Promise<TrustState | undefined> {
  const state = await readKeptState(registry, store);
  if (state === undefined) return undefined;
  await readKeptRoot(registry, state.root, store);
  await verifyKeptHead(registry, state, store);
  return state;
}

/** @throws STATE_CORRUPT when it cannot be read, or is of another registry */
export async function readKeptState(
  registry: RegistryId,
  store: TrustStore,
): Promise<TrustState | undefined> {
  const state = await store.load();
  if (state === undefined || state.registry === registry) return state;
  throw damaged(registry, `it is about the registry ${state.registry}`);
}

/**
 * @returns when the head expires; undefined when there is none.
 * @throws STATE_CORRUPT
 */
export async function verifyKeptHead(
  registry: RegistryId,
  { head, root: newestRoot, newestIssued }: TrustState,
  store: TrustStore,
): Promise<string | undefined> {
  if (head === undefined) return undefined;
  const { root } = asDamage(registry, () => parseCheckpoint(head.bytes));
  if (root > newestRoot) throw damaged(registry, 'its head is under a root that is not kept');
  const trusted = await readKeptRoot(registry, root, store);
  const { document } = asDamage(registry, () => verifyCheckpoint(registry, trusted, head));
  const { sequence, issued, expires, revocations } = document;
  if (head.sha256 !== sha256Hex(head.bytes) || head.sequence !== sequence)
    throw damaged(registry, 'its head is not the one that it names');
  if (head.revocationsSerial !== (revocations.sha256 === null ? 0 : revocations.serial))
    throw damaged(registry, `its head does not promise revocations ${head.revocationsSerial}`);
  if (newestIssued < Date.parse(issued)) throw damaged(registry, 'its head was issued after the newest head');
  await verifyClosedChunks(registry, head, store);
  return expires;
}

/** The head leads to the listing of its log, which is held by its hash; when that is not at hand, only the count is compared. */
async function verifyClosedChunks(
  registry: RegistryId,
  { bytes, sequence, closedChunks }: StoredHead,
  store: TrustStore,
): Promise<void> {
  const count = Math.floor((sequence - 1) / logChunkLines);
  if (closedChunks.size !== count)
    throw damaged(registry, `it has ${closedChunks.size} chunks of the log, not ${count}`);
  if (count === 0) return;
  const files = createSummedFiles(parseCheckpoint(bytes).sums, undefined, store);
  try {
    await files.load([], [layout.logFolder]);
  } catch (error) {
    if (hasCode(error, 'OFFLINE')) return;
    throw error;
  }
  for (const [chunk, hash] of closedChunks) {
    if (files.listing(layout.logFolder)?.files.get(`${chunk}.txt`) !== hash)
      throw damaged(registry, `chunk ${chunk} of the log is not the one that its head lists`);
  }
}

/** What passed before it was kept, and does not any more, was changed here. */
function asDamage<T>(registry: RegistryId, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UdosError)) throw error;
    throw damaged(registry, error.message.replace(/\.$/, ''), error);
  }
}
