import { lstat, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../../errors/index.js';
import { fileError, isSystemError, removeEmptyFolders, writeFileAtomic } from '../fs/index.js';
import { refuseBadPaths, type Changes } from './changes.js';
import { gitError } from './git-errors.js';
import { loadGit } from './library.js';
import type { GitRepository } from './repository.js';

/**
 * Brings the checked-out files and the index to what `commitChanges` just committed to the checked-out branch, for exactly
 * these paths: whatever stands there is overwritten, everything else in the work tree and the index is left alone. Line
 * ends are never converted.
 *
 * @throws FILESYSTEM_FAILED, also when a folder on the way is a symbolic link: nothing is written through one;
 *   STATE_LOCKED while another git program holds the index; STATE_CORRUPT for an index that cannot be read
 */
export async function writeWorkTree(repo: GitRepository, changes: Changes): Promise<void> {
  const { workTree } = repo;
  if (workTree === undefined) throw new UdosError('BUG', `${repo.gitdir} has no work tree.`);
  refuseBadPaths(changes);
  await refuseHeldIndex(repo);

  const written: string[] = [];
  const deleted: string[] = [];
  for (const [file, bytes] of changes) {
    const target = path.join(workTree, ...file.split('/'));
    if (bytes === null) {
      if (await deleteFile(workTree, target)) deleted.push(file);
    } else {
      await makeFolder(workTree, path.dirname(target));
      await clearPlace(target);
      await writeFileAtomic(target, bytes, await modeOf(target));
      written.push(file);
    }
  }
  await updateIndex(repo, workTree, written, deleted);
}

async function updateIndex(
  repo: GitRepository,
  workTree: string,
  written: string[],
  deleted: readonly string[],
): Promise<void> {
  const git = await loadGit();
  const place = { fs: repo.fs, dir: workTree, gitdir: repo.gitdir, cache: {} };
  try {
    for (const filepath of deleted) await git.updateIndex({ ...place, filepath, remove: true, force: true });
    if (written.length > 0) await git.add({ ...place, filepath: written, force: true, parallel: false });
  } catch (error) {
    throw gitError(error, { what: `update the index of ${workTree}`, remote: false });
  }
}

async function refuseHeldIndex(repo: GitRepository): Promise<void> {
  const lock = path.join(repo.gitdir, 'index.lock');
  if ((await lookAt(lock)) === undefined) return;
  throw new UdosError('STATE_LOCKED', `Another git program works on this repository: ${lock} exists.`, {
    hint: 'Run the command again. If no git program runs, delete that file.',
    data: { lock },
  });
}

/** Deletes a file and the folders it leaves empty. False when a folder stands there, which is left alone. */
async function deleteFile(workTree: string, target: string): Promise<boolean> {
  if ((await findLink(workTree, path.dirname(target))) !== undefined) return true;
  if ((await lookAt(target))?.isDirectory() === true) return false;
  await rm(target, { force: true }).catch((error: unknown) => {
    throw fileError('delete', target, error);
  });
  await removeEmptyFolders(path.dirname(target), workTree);
  return true;
}

/** Makes a folder; a file in the way of it was replaced by the commit, and goes. */
async function makeFolder(workTree: string, folder: string): Promise<void> {
  const link = await findLink(workTree, folder);
  if (link !== undefined) {
    throw new UdosError('FILESYSTEM_FAILED', `${link} is a symbolic link, expected a folder.`, {
      hint: 'Replace the link by a folder: files of an index are never written through links.',
      data: { link },
    });
  }
  for (const step of stepsTo(workTree, folder)) {
    if ((await lookAt(step))?.isFile() === true) await rm(step, { force: true });
  }
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError('make', folder, error);
  });
}

/** A symbolic link is replaced, not followed. */
async function clearPlace(target: string): Promise<void> {
  const stats = await lookAt(target);
  if (stats?.isSymbolicLink() === true) await rm(target, { force: true });
  if (stats?.isDirectory() !== true) return;
  throw new UdosError('FILESYSTEM_FAILED', `${target} is a folder, expected a file.`, {
    hint: 'Move that folder away, then run the command again.',
    data: { folder: target },
  });
}

async function findLink(workTree: string, folder: string): Promise<string | undefined> {
  for (const step of stepsTo(workTree, folder)) {
    if ((await lookAt(step))?.isSymbolicLink() === true) return step;
  }
  return undefined;
}

/** Every folder below the work tree on the way to `folder`, which comes last. */
function stepsTo(workTree: string, folder: string): string[] {
  const parts = path
    .relative(workTree, folder)
    .split(path.sep)
    .filter((part) => part !== '');
  return parts.map((_, index) => path.join(workTree, ...parts.slice(0, index + 1)));
}

async function modeOf(file: string): Promise<number> {
  const stats = await lookAt(file);
  return stats?.isFile() === true ? stats.mode & 0o777 : 0o644;
}

async function lookAt(file: string) {
  try {
    return await lstat(file);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw fileError('look at', file, error);
  }
}
