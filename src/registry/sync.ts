import { hasCode, UdosError } from '../errors/index.js';
import { layout } from '../model/index-layout.js';
import type { IndexSource } from '../model/index-source.js';
import type { Alias, RegistryId } from '../model/names.js';
import type { VerifiedIndex } from '../model/verified-index.js';
import { openIndex } from './open-index.js';
import { listedSidecars } from './trust/checked-files.js';
import { isExpired, readCheckpoint, verifyCheckpoint, type SignedCheckpoint } from './trust/checkpoints.js';
import { refuseEquivocation, saveForkEvidence, standingOf } from './trust/head-order.js';
import { logFiles, verifyLog } from './trust/log.js';
import { verifyRevocations } from './trust/revocation-list.js';
import { advanceRoots, refuseExpiredRoot, removedCheckpointKeys, type TrustedRoot } from './trust/roots.js';
import { createSummedFiles, type Origin } from './trust/summed-files.js';
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
  return input.store.exclusively(async () => {
    const index = input.sources.length === 0 ? await openKept(input) : await openNewest(input);
    if (input.minSequence !== undefined && index.sequence < input.minSequence) {
      throw new UdosError(
        'INDEX_ROLLBACK',
        `The index of ${input.alias} is at sequence ${index.sequence}, but udos-lock.json was written at ${input.minSequence}.`,
        {
          hint: 'The source shows an old state. Try again later or another mirror; tell the owner if it stays.',
          data: { expected: input.minSequence, found: index.sequence },
        },
      );
    }
    return index;
  });
}

async function openNewest(input: SyncInput): Promise<VerifiedIndex> {
  let unreachable: unknown;
  let stale: Origin | undefined;
  for (const source of input.sources) {
    let origin: Origin;
    try {
      origin = { source, head: await source.head() };
    } catch (error) {
      if (!hasCode(error, 'NETWORK_FAILED', 'TRANSFER_LIMIT')) throw error;
      input.warn(`${source.location} could not be reached: ${error.message}`);
      unreachable ??= error;
      continue;
    }
    const opened = await openHead(input, origin);
    if (opened !== 'stale') return opened;
    input.warn(`${source.location} lags behind what this machine has seen.`);
    stale ??= { ...origin, lagging: true };
  }
  if (stale !== undefined) return openKept(input, stale);
  throw unreachable;
}

/** One source's head, through all checks; or 'stale' when it is an honest earlier state. */
async function openHead(input: SyncInput, origin: Origin): Promise<VerifiedIndex | 'stale'> {
  const { registry, store } = input;
  const stored = await store.load();
  const before = stored && (await storedRoot(input, stored));
  const root = await advanceRoots(registry, stored?.root, origin.head, store);
  let state = await acceptRoot(input, stored, before, root);

  const now = Math.max(input.clock, state.newestIssued);
  refuseExpiredRoot(root, now);
  const checkpoint = await readCheckpoint(registry, root, origin.head);
  const standing = await standingOf(checkpoint, state.head, store);
  if (standing === 'stale') return 'stale';
  if (standing === 'attack' && state.head !== undefined) {
    throw await refuseEquivocation(state.head, checkpoint, store, input.clock);
  }
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
  const root = await advanceRoots(registry, state.root, undefined, store);
  const now = Math.max(input.clock, state.newestIssued);
  if (origin !== undefined) refuseExpiredRoot(root, now);
  else if (Date.parse(root.document.expires) <= now)
    input.warn(`The root of ${alias} expired on ${root.document.expires}.`);
  const checkpoint = verifyCheckpoint(registry, root, state.head.bytes, state.head.sidecars);
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

async function storedRoot(input: SyncInput, stored: TrustState): Promise<TrustedRoot> {
  return advanceRoots(input.registry, stored.root, undefined, input.store);
}

/** Persists the newest root; when a checkpoint key was removed, what that key may have made up is forgotten (check 4). */
async function acceptRoot(
  input: SyncInput,
  stored: TrustState | undefined,
  before: TrustedRoot | undefined,
  root: TrustedRoot,
): Promise<TrustState> {
  const first: TrustState = {
    registry: input.registry,
    root: root.document.version,
    newestIssued: 0,
    head: undefined,
  };
  if (stored === undefined || before === undefined) {
    await input.store.save(first);
    return first;
  }
  if (stored.root === root.document.version) return stored;
  const reset = removedCheckpointKeys(before, root).length > 0;
  if (reset && stored.head !== undefined) {
    await saveForkEvidence(input.store, input.clock, 'reset', [stored.head]);
    await input.store.forgetSeen();
  }
  const next = { ...stored, root: root.document.version, head: reset ? undefined : stored.head };
  await input.store.save(next);
  return next;
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
