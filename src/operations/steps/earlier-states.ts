import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { formatTime, type HistoryEntry } from '../../model/formats/index.js';
import type { Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { createHistory } from '../../store/index.js';
import type { OpenProject, ProjectTexts } from './project.js';

export interface Change {
  /** As typed. */
  readonly command: string;
  /** The `udos.json` that the change leaves. */
  readonly left: string | null;
  /** Set by a rollback: the number of the state that it brings back. */
  readonly back?: number | undefined;
}

/**
 * What is to be kept of a project before a change.
 *
 * Going back again from a state that a rollback brought keeps nothing new: that state is kept under its own number, and
 * the one that was left first is what `--to` is for.
 */
export async function recordChange(
  context: Context,
  { paths, texts }: Pick<OpenProject, 'paths' | 'texts'>,
  { command, left, back }: Change,
): Promise<HistoryEntry> {
  const history = createHistory(context.home.history(paths.root));
  const last = await history.lastNumber();
  const leaves = { left: hashOf(left), ...(back === undefined ? {} : { back }) };
  if (back !== undefined) {
    const newest = await history.read(last);
    const here = newest?.back === undefined ? undefined : await history.read(newest.back);
    if (newest !== undefined && here !== undefined && isSameState(here, texts))
      return { ...newest, ...leaves };
  }
  return {
    type: 'udos/history@1',
    number: last + 1,
    root: paths.root,
    time: formatTime(context.clock.now()),
    command: command.length > 280 ? `${command.slice(0, 277)}...` : command,
    ...texts,
    ...leaves,
  };
}

/**
 * The state to go back to: `wanted`, else the newest before the one that the last rollback brought, else the newest. What
 * a project has already is passed over.
 *
 * @param states oldest first.
 * @param isBroken true when what the project has cannot be read.
 * @throws STATE_NOT_FOUND
 */
export function chooseState(
  states: readonly HistoryEntry[],
  texts: ProjectTexts,
  wanted: number | undefined,
  isBroken = false,
): HistoryEntry {
  const found =
    wanted === undefined ? nextBack(states, texts, isBroken) : states.find((one) => one.number === wanted);
  if (found !== undefined) return found;
  const kept = states.map((one) => one.number);
  throw new UdosError(
    'STATE_NOT_FOUND',
    wanted === undefined
      ? 'There is no earlier state to go back to.'
      : `There is no earlier state ${wanted}${kept.length === 0 ? '' : `; kept are ${kept.join(', ')}`}.`,
    {
      hint:
        kept.length === 0
          ? 'States are kept from the first `udos add` on. What git has of udos.json and udos-lock.json, `udos install` brings back.'
          : 'See all with `udos rollback --list`, and choose one with --to.',
      data: { kept },
    },
  );
}

/** What {@link chooseState} chooses by itself. */
export function nextBack(
  states: readonly HistoryEntry[],
  texts: ProjectTexts,
  isBroken = false,
): HistoryEntry | undefined {
  const here = states.at(-1)?.back ?? Infinity;
  // What a rollback brought and somebody broke is the state to come back to.
  const last = isBroken ? here : here - 1;
  return states.findLast((one) => one.number <= last && !isSameState(one, texts));
}

export function isSameState(one: ProjectTexts, other: ProjectTexts): boolean {
  return one.project === other.project && one.lockfile === other.lockfile;
}

/** True when `udos.json` is not what the last recorded change left: a person edited it, or another command did. */
export function isEditedSince(states: readonly HistoryEntry[], texts: ProjectTexts): boolean {
  const newest = states.at(-1);
  return newest !== undefined && newest.left !== hashOf(texts.project);
}

function hashOf(text: string | null): Sha256 | null {
  return text === null ? null : (sha256Hex(Buffer.from(text, 'utf8')) as Sha256);
}
