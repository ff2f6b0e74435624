import { hasCode, UdosError } from '../errors/index.js';
import { layout } from '../model/index-layout.js';
import type { IndexSource } from '../model/index-source.js';
import type { Alias, RegistryId } from '../model/names.js';
import type { VerifiedIndex } from '../model/verified-index.js';
import { openIndex } from './open-index.js';
import { listedSidecars } from './trust/checked-files.js';
import {
  isExpired,
  parseCheckpoint,
  readCheckpoint,
  verifyCheckpoint,
  type SignedCheckpoint,
} from './trust/checkpoints.js';
import { isKnownEarlier, refuseContradiction, saveForkEvidence } from './trust/head-order.js';
import { logFiles, verifyLog } from './trust/log.js';
import { verifyRevocations } from './trust/revocation-list.js';
import { advanceRoots, refuseExpiredRoot, removedCheckpointKeys, type TrustedRoot } from './trust/roots.js';
import { createSummedFiles, refuseMoved, type Origin } from './trust/summed-files.js';
import type { TrustState, TrustStore } from './trust/trust-store.js';

export interface SyncInput {
  readonly registry: RegistryId;
  readonly alias: Alias;
  /** The registry's own source first, then its mirrors. Empty when offline. */
  readonly sources: readonly IndexSource[];
  readonly store: TrustStore;
  /** This machine's clock, read once for the run. */
  readonly clock: number;
  /** The oldest sequence that is acceptable: what a lockfile has seen. */
  readonly minSequence?: number | undefined;
  readonly warn: (text: string) => void;
}

/**
 * Reads the head of a registry and decides whether to believe it: checks 1 to 10 of DESIGN section 5, in their order.
 *
 * A source that cannot be reached, or lags behind what this client has seen, is passed over for the next; a source that
 * fails a check ends the sync. What was accepted (roots, time, the head) is persisted; a failed check leaves everything
 * else as it was and keeps evidence of a fork.
 *
 * An expired checkpoint is not refused here: whoever is about to choose releases does that.
 *
 * @throws the trust codes of the checks; the last source's own error when none could be reached
 */
export async function syncRegistry(input: SyncInput): Promise<VerifiedIndex> {
  return input.store.exclusively(() => (input.sources.length === 0 ? openKept(input) : openNewest(input)));
}

/** What a lockfile has seen, this source does not have yet. */
function olderThanLock({ alias, minSequence }: SyncInput, sequence: number): UdosError | undefined {
  if (minSequence === undefined || sequence >= minSequence) return undefined;
  return new UdosError(
    'INDEX_ROLLBACK',
    `The index of ${alias} is at sequence ${sequence}, but udos-lock.json was written at ${minSequence}.`,
    {
      hint: 'The source shows an old state. Try again later or another mirror; tell the owner if it stays.',
      data: { expected: minSequence, found: sequence },
    },
  );
}

async function openNewest(input: SyncInput): Promise<VerifiedIndex> {
  let failure: unknown;
  let stale: Origin | undefined;
  for (const source of input.sources) {
    try {
      const origin = { source, head: await source.head() };
      const opened = await openHead(input, origin);
      if (opened !== 'stale' && !(opened instanceof UdosError)) return opened;
      if (opened === 'stale') stale ??= { ...origin, lagging: true };
      else failure = opened;
      if (opened === 'stale' || !isLast(input, source)) {
        input.warn(`${source.location} lags behind what this machine has seen.`);
      }
    } catch (error) {
      if (!hasCode(error, 'NETWORK_FAILED', 'TRANSFER_LIMIT', 'INDEX_NOT_FOUND')) throw error;
      if (!isLast(input, source) || stale !== undefined) {
        input.warn(`${source.location} could not be read: ${error.message}`);
      }
      failure = error;
    }
  }
  if (stale !== undefined) return openKept(input, stale);
  throw failure;
}

function isLast(input: SyncInput, source: IndexSource): boolean {
  return source === input.sources.at(-1);
}

/** One source's head, through all checks; 'stale' when it is an honest earlier state; or why it is older than the lockfile. */
async function openHead(input: SyncInput, origin: Origin): Promise<VerifiedIndex | 'stale' | UdosError> {
  const { registry, store } = input;
  const root = await advanceRoots(registry, (await store.load())?.root, origin.head, store, (next, before) =>
    acceptRoot(input, next, before),
  );
  let state = await storedState(input);

  const now = Math.max(input.clock, state.newestIssued);
  refuseExpiredRoot(root, now);
  const offered = await readCheckpoint(root, origin.head);
  // A lagging source may still be under an earlier root, so this comes before its signatures are asked for.
  if (await isKnownEarlier(offered, state.head, store)) return 'stale';
  const checkpoint = await verifyUnlessMoved(origin, () => verifyCheckpoint(registry, root, offered));
  await refuseContradiction(state.head, checkpoint, store, input.clock);
  const expired = isExpired(checkpoint, now);

  const files = createSummedFiles(checkpoint.document.sums, origin, store);
  await files.load([layout.revocations, ...logFiles(checkpoint, state.head)], [layout.logFolder]);
  await files.load(listedSidecars(files, layout.revocations));
  const closedChunks = await verifyLogOrKeepEvidence(files, checkpoint, state, store, input.clock);
  const revocations = verifyRevocations(
    files,
    registry,
    root,
    checkpoint,
    state.head?.revocationsSerial ?? 0,
  );
  const older = olderThanLock(input, checkpoint.document.sequence);
  if (older !== undefined) return older;

  state = {
    ...state,
    newestIssued: Math.max(state.newestIssued, Date.parse(checkpoint.document.issued)),
    head: {
      sequence: checkpoint.document.sequence,
      sha256: checkpoint.sha256,
      bytes: checkpoint.bytes,
      sidecars: checkpoint.sidecars,
      revocationsSerial: revocations.serial,
      closedChunks,
    },
  };
  await store.save(state);
  return openIndex({
    registry,
    alias: input.alias,
    root,
    checkpoint,
    isExpired: expired,
    revocations,
    files,
    origin,
    store,
  });
}

/** The head this machine has accepted before, from what it kept; a lagging `origin` fills gaps where it can. */
async function openKept(input: SyncInput, origin?: Origin): Promise<VerifiedIndex> {
  const { registry, store, alias } = input;
  const state = await store.load();
  if (state?.head === undefined) {
    throw new UdosError('OFFLINE', `Offline, and this machine has never read the registry ${alias}.`, {
      hint: `Run \`udos registry sync ${alias}\` while online.`,
    });
  }
  const newest = await advanceRoots(registry, state.root, undefined, store);
  const now = Math.max(input.clock, state.newestIssued);
  if (origin !== undefined) refuseExpiredRoot(newest, now);
  else if (Date.parse(newest.document.expires) <= now)
    input.warn(`The root of ${alias} expired on ${newest.document.expires}.`);
  // A newer root may have been accepted since, from a source whose checkpoint then was not.
  const root = await advanceRoots(registry, parseCheckpoint(state.head.bytes).root, undefined, store);
  const checkpoint = verifyCheckpoint(registry, root, state.head);
  const older = olderThanLock(input, checkpoint.document.sequence);
  if (older !== undefined) throw older;
  const files = createSummedFiles(checkpoint.document.sums, origin, store);
  await files.load([layout.revocations]);
  await files.load(listedSidecars(files, layout.revocations));
  return openIndex({
    registry,
    alias,
    root,
    checkpoint,
    isExpired: isExpired(checkpoint, now),
    revocations: verifyRevocations(files, registry, root, checkpoint, state.head.revocationsSerial),
    files,
    origin,
    store,
  });
}

async function storedState(input: SyncInput): Promise<TrustState> {
  const state = await input.store.load();
  if (state !== undefined) return state;
  throw new UdosError('STATE_CORRUPT', `What this machine knew of ${input.alias} was removed meanwhile.`, {
    hint: 'Run the command again.',
  });
}

/** Persists a new root; when a checkpoint key was removed, what that key may have made up is forgotten (check 4). */
async function acceptRoot(
  { registry, store, clock }: SyncInput,
  root: TrustedRoot,
  before: TrustedRoot | undefined,
): Promise<void> {
  const { version } = root.document;
  const stored = await store.load();
  if (stored === undefined || before === undefined) {
    await store.save({ registry, root: version, newestIssued: 0, head: undefined });
    return;
  }
  const reset = removedCheckpointKeys(before, root).length > 0;
  if (reset && stored.head !== undefined) {
    await saveForkEvidence(store, clock, 'reset', [stored.head]);
    await store.forgetSeen();
  }
  await store.save({ ...stored, root: version, head: reset ? undefined : stored.head });
}

/** A source without snapshots may put a new checkpoint between the one that was read and its signatures. */
async function verifyUnlessMoved<T>(origin: Origin, verify: () => T): Promise<T> {
  try {
    return verify();
  } catch (error) {
    if (hasCode(error, 'CHECKPOINT_INVALID')) await refuseMoved(origin);
    throw error;
  }
}

async function verifyLogOrKeepEvidence(
  files: Parameters<typeof verifyLog>[0],
  checkpoint: SignedCheckpoint,
  state: TrustState,
  store: TrustStore,
  clock: number,
): Promise<ReturnType<typeof verifyLog>> {
  try {
    return verifyLog(files, checkpoint, state.head);
  } catch (error) {
    if (!hasCode(error, 'INDEX_FORK') || state.head === undefined) throw error;
    const evidence = await saveForkEvidence(store, clock, 'fork', [state.head, checkpoint]);
    throw new UdosError('INDEX_FORK', error.message, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      data: { ...error.data, evidence, known: state.head.sha256, found: checkpoint.sha256 },
      cause: error,
    });
  }
}
