import path from 'node:path';
import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { driftOf, emptyLockfile, formatLockfile, mergeLockfiles, parseLockfile } from '../lock/index.js';
import type { Lockfile } from '../model/formats/index.js';
import type { PluginName } from '../model/names.js';
import type { Range } from '../model/version.js';
import { withLock, writeFileAtomic } from '../primitives/fs/index.js';
import { readMergeStages } from '../primitives/git/index.js';
import { noProject } from './steps/nearest-project.js';
import { findProject } from './steps/project.js';
import { readLockfileAt } from './steps/lockfile-at.js';

export interface LockMergeResult {
  /** The file that holds the merge now: the one that was given as ours. */
  readonly file: string;
  /** How many plugins it has. */
  readonly plugins: number;
  /** What its plugins need and it lacks, in sentences: `udos install` chooses it. */
  readonly missing: readonly string[];
}

/**
 * Joins two lockfiles over the one they grew out of, and writes the result in place of `ours`. Made to be git's merge
 * driver: `udos lock merge %O %A %B`.
 *
 * @throws FILE_NOT_FOUND, LOCKFILE_INVALID, LOCKFILE_CONFLICT. Nothing is written then.
 */
export async function mergeLocks(
  context: Context,
  files: { readonly base: string; readonly ours: string; readonly theirs: string },
): Promise<LockMergeResult> {
  const file = path.resolve(context.cwd, files.ours);
  const base = await readLockfileAt(context, files.base);
  const ours = await readLockfileAt(context, files.ours);
  const merged = mergeLockfiles(base, ours, await readLockfileAt(context, files.theirs));
  return writeMerged(file, merged);
}

/**
 * The same for the project's own lockfile, out of the sides that an unfinished `git merge` has left.
 *
 * @throws PROJECT_MISSING; USAGE when git has no conflict in it; LOCKFILE_INVALID, LOCKFILE_CONFLICT. Nothing is written
 *   then.
 */
export async function mergeConflictedLock(context: Context): Promise<LockMergeResult> {
  const { project, lockfile } = await findProject(context, {});
  const name = path.basename(lockfile);
  const { base, ours, theirs } = await readMergeStages(project, name, context.env);
  if (ours === undefined && theirs === undefined) {
    throw new UdosError('USAGE', `Git has no unmerged ${name} in ${project}.`, {
      hint: `Name three files: what both grew out of, yours and the other one. Or, if a conflict was committed, take either side with \`git checkout BRANCH -- ${name}\` and run \`udos install\`.`,
      data: { file: lockfile },
    });
  }
  const parse = (bytes: Uint8Array | undefined, side: string) =>
    bytes === undefined || bytes.length === 0 ? emptyLockfile : parseLockfile(bytes, `${name} (${side})`);
  const merged = mergeLockfiles(parse(base, 'base'), parse(ours, 'ours'), parse(theirs, 'theirs'));
  return withLock(`${lockfile}.lock`, () => writeMerged(lockfile, merged));
}

async function writeMerged(file: string, merged: Lockfile): Promise<LockMergeResult> {
  await writeFileAtomic(file, formatLockfile(merged));
  return { file, plugins: Object.keys(merged.plugins).length, missing: missingIn(merged) };
}

/** As if the project asked for exactly what is locked. */
function missingIn(lock: Lockfile): string[] {
  const plugins = Object.fromEntries(
    Object.entries(lock.plugins).map(([name, { version }]) => [name, version as string as Range]),
  ) as Record<PluginName, Range>;
  return driftOf({ ...noProject.project, plugins }, lock, () => undefined);
}
