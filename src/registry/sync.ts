import { hasCode } from '../errors/index.js';
import type { IndexSource } from '../model/index-source.js';
import type { VerifiedIndex } from '../model/verified-index.js';
import { openHead, openKept, type Outcome, type SyncInput } from './open-head.js';
import type { OfferedCheckpoint } from './trust/checkpoints.js';
import { placeOf, refuseStranger } from './trust/head-order.js';
import type { Origin } from './trust/summed-files.js';

/**
 * Reads the head of a registry and decides whether to believe it: by its own source, then its mirrors.
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

/** A checkpoint that cannot be placed yet, and who offered it. */
interface Unread {
  readonly origin: Origin;
  readonly offered: OfferedCheckpoint;
}

async function openNewest(input: SyncInput): Promise<VerifiedIndex> {
  let failure: unknown;
  let stale: Origin | undefined;
  const unread: Unread[] = [];
  const warnOfLag = ({ source }: Origin) => {
    input.warn(`${source.location} lags behind what this machine has seen.`);
  };
  for (const source of input.sources) {
    try {
      const { origin, outcome } = await openFrom(input, source);
      switch (outcome.kind) {
        case 'opened':
          for (const earlier of unread) {
            await refuseUnlogged(input, earlier, origin);
            warnOfLag(earlier.origin);
          }
          return outcome.index;
        case 'lagging':
          stale ??= { ...origin, lagging: true };
          warnOfLag(origin);
          break;
        case 'unread':
          unread.push({ origin, offered: outcome.offered });
          break;
        case 'too-old':
          failure = outcome.error;
          if (!isLast(input, source)) warnOfLag(origin);
      }
    } catch (error) {
      if (!hasCode(error, 'NETWORK_FAILED', 'TRANSFER_LIMIT', 'INDEX_NOT_FOUND')) throw error;
      if (!isLast(input, source) || stale !== undefined) {
        input.warn(`${source.location} could not be read: ${error.message}`);
      }
      failure = error;
    }
  }
  for (const earlier of unread) await refuseUnlogged(input, earlier);
  if (stale !== undefined) return openKept(input, stale);
  throw failure;
}

/**
 * What came of one source's head. A head that is not good may be an earlier run's answer that the source wrongly calls
 * unchanged, or that was damaged here: then it is asked once more, in full. Signed heads that contradict each other are
 * refused at once, wherever they lay.
 */
async function openFrom(
  input: SyncInput,
  source: IndexSource,
): Promise<{ readonly origin: Origin; readonly outcome: Outcome }> {
  const attempt = async () => {
    const origin = { source, head: await source.head() };
    return { origin, outcome: await openHead(input, origin) };
  };
  const isWorthAsking = async () => (await source.dropKept?.()) === true;
  try {
    const first = await attempt();
    if (first.outcome.kind === 'opened' || !(await isWorthAsking())) return first;
  } catch (error) {
    if (!hasCode(error, 'CHECKPOINT_INVALID', 'INDEX_TAMPERED') || !(await isWorthAsking())) throw error;
  }
  return attempt();
}

/**
 * Refuses what a source offered unless it stands in the log of the accepted head.
 *
 * @param origin who can show the log; with nobody left to ask, what cannot be placed is refused.
 * @throws INDEX_ROLLBACK; CHECKPOINT_INVALID for one that nobody signed
 */
async function refuseUnlogged(
  { registry, store, clock }: SyncInput,
  { offered, origin: from }: Unread,
  origin?: Origin,
): Promise<void> {
  const head = (await store.load())?.head;
  const place = head === undefined ? 'earlier' : await placeOf(offered, head, store, origin);
  if (head === undefined || place === 'earlier') return;
  await refuseStranger(registry, head, offered, { place, from: from.head }, store, clock);
}

function isLast(input: SyncInput, source: IndexSource): boolean {
  return source === input.sources.at(-1);
}
