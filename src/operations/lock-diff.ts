import type { Context } from '../context/index.js';
import { diffLockfiles, emptyLockfile, parseLockfile, type LockDifference } from '../lock/index.js';
import type { LockedPlugin, Lockfile } from '../model/formats/index.js';
import type { PluginName } from '../model/names.js';
import type { Permission } from '../model/permission.js';
import type { Version } from '../model/version.js';
import { createHistory } from '../store/index.js';
import { chooseState } from './steps/earlier-states.js';
import { readLockfileAt } from './steps/lockfile-at.js';
import { openProject, type Place } from './steps/project.js';

export interface LockChange {
  readonly name: PluginName;
  readonly from: Version | null;
  readonly to: Version | null;
  /** What differs, where both have it: `version`, `signers`, `permissions` … */
  readonly fields: readonly (keyof LockedPlugin)[];
  /** Permissions that only the second has, and only the first. */
  readonly gained: readonly Permission[];
  readonly lost: readonly Permission[];
}

export interface LockDiffResult {
  /** What was compared, for people. */
  readonly before: string;
  readonly after: string;
  readonly plugins: readonly LockChange[];
}

/**
 * What differs between two lockfiles: the named ones; one and the project's; or the project's as it was before the last
 * change, and as it is.
 *
 * @throws FILE_NOT_FOUND, LOCKFILE_INVALID, PROJECT_MISSING, STATE_NOT_FOUND
 */
export async function diffLocks(
  context: Context,
  files: readonly string[],
  place: Place,
): Promise<LockDiffResult> {
  const [first, second] = files;
  const before = first === undefined ? await stateBefore(context, place) : await named(context, first);
  const after = second === undefined ? await present(context, place) : await named(context, second);
  return {
    before: before.name,
    after: after.name,
    plugins: diffLockfiles(before.lock, after.lock).map(changeOf),
  };
}

interface NamedLock {
  readonly name: string;
  readonly lock: Lockfile;
}

async function named(context: Context, name: string): Promise<NamedLock> {
  return { name, lock: await readLockfileAt(context, name) };
}

async function present(context: Context, place: Place): Promise<NamedLock> {
  return { name: 'udos-lock.json', lock: (await openProject(context, place)).lock };
}

async function stateBefore(context: Context, place: Place): Promise<NamedLock> {
  const { paths, texts } = await openProject(context, place);
  const states = await createHistory(context.home.history(paths.root)).all();
  const { number, lockfile } = chooseState(states, texts, undefined);
  const lock = lockfile === null ? emptyLockfile : parseLockfile(Buffer.from(lockfile));
  return { name: `state ${number}`, lock };
}

function changeOf({ name, before, after, fields }: LockDifference): LockChange {
  const [had, has] = [before?.permissions ?? [], after?.permissions ?? []];
  return {
    name,
    from: before?.version ?? null,
    to: after?.version ?? null,
    fields,
    gained: has.filter((one) => !had.includes(one)),
    lost: had.filter((one) => !has.includes(one)),
  };
}
