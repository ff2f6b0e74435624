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
  type OfferedCheckpoint,
  type SignedCheckpoint,
} from './trust/checkpoints.js';
import { keepEvidence, saveForkEvidence } from './trust/fork-evidence.js';
import { loadKnownLines, placeOf, refuseContradiction } from './trust/head-order.js';
import { loadKeptState } from './trust/kept-state.js';
import { keepLater } from './trust/late-objects.js';
import { chunkOf, logFiles, verifyLog } from './trust/log.js';
import { verifyRevocations } from './trust/revocation-list.js';
import {
  advanceRoots,
  isCheckpointKeyRemovedSince,
  refuseExpiredRoot,
  removedCheckpointKeys,
  type TrustedRoot,
} from './trust/roots.js';
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
  /** What a lockfile has seen: an index older than that is not accepted. */
  readonly locked?: { readonly root: number; readonly sequence: number } | undefined;
  readonly warn: (text: string) => void;
}

/** What came of one source's head. */
export type Outcome =
  | { readonly kind: 'opened'; readonly index: VerifiedIndex }
  /** An earlier state of the history that this machine knows. */
  | { readonly kind: 'lagging' }
  /** An earlier sequence, on a part of the log that this machine never read. */
  | { readonly kind: 'unread'; readonly offered: OfferedCheckpoint }
  /** Good, and older than what a lockfile has seen. */
  | { readonly kind: 'too-old'; readonly error: UdosError };

/**
 * Takes one source's head through checks 1 to 10 of DESIGN section 5, in their order. What was accepted (roots, time, the
 * head) is persisted; a failed check leaves everything else as it was and keeps evidence of a fork.
 *
 * @throws STATE_CORRUPT as {@link loadKeptState}, the trust codes of the checks, and what the source throws
 */
export async function openHead(input: SyncInput, origin: Origin): Promise<Outcome> {
  const { registry, store } = input;
  const known = await loadKeptState(registry, store);
  const root = await advanceRoots(registry, known?.root, origin.head, store, (next, before) =>
    acceptRoot(input, next, before),
  );
  let state = await storedState(input);

  const now = Math.max(input.clock, state.newestIssued);
  refuseExpiredRoot(root, now);
  const offered = await readCheckpoint(root, origin.head);
  // A lagging source may still be under an earlier root, so this comes before its signatures are asked for.
  const place = await placeOf(offered, state.head, store);
  if (place === 'earlier') return { kind: 'lagging' };
  if (place === 'unread') return { kind: 'unread', offered };
  const checkpoint = await verifyUnlessMoved(origin, () => verifyCheckpoint(registry, root, offered));
  await refuseContradiction(state.head, checkpoint, store, input.clock);
  const expired = isExpired(checkpoint, now, input.clock);

  const late = keepLater(store);
  const files = createSummedFiles(checkpoint.document.sums, origin, late.store);
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
  const rollback = await olderThanLock(input, checkpoint);
  if (rollback !== undefined) return { kind: 'too-old', error: rollback };
  await late.keep();

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
  const index = openIndex({
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
  return { kind: 'opened', index };
}

/** The head this machine has accepted before, from what it kept; a lagging `origin` fills gaps where it can. */
export async function openKept(input: SyncInput, origin?: Origin): Promise<VerifiedIndex> {
  const { registry, store, alias } = input;
  const state = await loadKeptState(registry, store);
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
  const rollback = await olderThanLock(input, checkpoint);
  if (rollback !== undefined) throw rollback;
  const files = createSummedFiles(checkpoint.document.sums, origin, store);
  await files.load([layout.revocations]);
  await files.load(listedSidecars(files, layout.revocations));
  return openIndex({
    registry,
    alias,
    root,
    checkpoint,
    isExpired: isExpired(checkpoint, now, input.clock),
    revocations: verifyRevocations(files, registry, root, checkpoint, state.head.revocationsSerial),
    files,
    origin,
    store,
  });
}

/**
 * What a lockfile has seen, this source does not have yet: a root, or a state. Once a checkpoint key was removed, the
 * sequence that was seen before may be one that its thief made up (check 4); a root only its own keys can have made.
 */
async function olderThanLock(
  { alias, locked, registry, store }: SyncInput,
  { document: { root, sequence } }: SignedCheckpoint,
): Promise<UdosError | undefined> {
  if (locked === undefined) return undefined;
  if (root < locked.root) return older(alias, 'root', locked.root, root);
  if (sequence >= locked.sequence) return undefined;
  if (await isCheckpointKeyRemovedSince(registry, locked.root, store)) return undefined;
  return older(alias, 'sequence', locked.sequence, sequence);
}

function older(alias: Alias, what: 'root' | 'sequence', expected: number, found: number): UdosError {
  return new UdosError(
    'INDEX_ROLLBACK',
    `The index of ${alias} is at ${what} ${found}, but udos-lock.json was written at ${expected}.`,
    {
      hint: 'The source shows an old state. Try again later or another mirror; tell the owner if it stays.',
      data: { field: what, expected, found },
    },
  );
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
  const accepted = { root: root.document.version, rootSha256: root.sha256 };
  const stored = await store.load();
  if (stored === undefined || before === undefined) {
    await store.save({ registry, ...accepted, newestIssued: 0, head: undefined });
    return;
  }
  const reset = removedCheckpointKeys(before, root).length > 0;
  if (reset && stored.head !== undefined) {
    await saveForkEvidence(store, clock, 'reset', [stored.head]);
    await store.forgetSeen();
  }
  await store.save({ ...stored, ...accepted, head: reset ? undefined : stored.head });
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
    const { head } = state;
    const known = head && (await loadKnownLines(head, chunkOf(head.sequence), store));
    return verifyLog(files, checkpoint, head, known);
  } catch (error) {
    if (!hasCode(error, 'INDEX_FORK') || state.head === undefined) throw error;
    const { evidence, hint } = await keepEvidence(store, clock, 'fork', [state.head, checkpoint]);
    throw new UdosError('INDEX_FORK', error.message, {
      hint: `Somebody rewrote the registry or shows you another one. ${hint}`,
      data: { ...error.data, evidence, known: state.head.sha256, found: checkpoint.sha256 },
      cause: error,
    });
  }
}
