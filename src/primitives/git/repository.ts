import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PromiseFsClient } from 'isomorphic-git';
import { UdosError } from '../../errors/index.js';
import { fileError, isFolder, isSystemError } from '../fs/index.js';
import { gitError, isGitNotFound } from './git-errors.js';
import { loadGit, repositoryFiles } from './library.js';
import { lockRef } from './ref-lock.js';

/** A git repository on this disk. Holds caches of immutable objects, so one is best kept for as long as it is read. */
export interface GitRepository {
  /** Where objects and refs are: the folder itself of a bare repository, else its `.git`. */
  readonly gitdir: string;
  /** The folder of the checked-out files; undefined for a bare repository. */
  readonly workTree: string | undefined;
  /** The disk as the git library sees it. */
  readonly fs: PromiseFsClient;
  /** The library's own cache of packs. */
  readonly cache: object;
}

function repositoryAt(gitdir: string, workTree: string | undefined): GitRepository {
  return { gitdir, workTree, fs: repositoryFiles(gitdir), cache: {} };
}

/**
 * Makes a repository whose HEAD is `main`, or opens the one that is there and leaves it as it is.
 *
 * @throws FILESYSTEM_FAILED
 */
export async function initRepository(place: { folder: string; bare: boolean }): Promise<GitRepository> {
  const { folder, bare } = place;
  const gitdir = bare ? folder : path.join(folder, '.git');
  const git = await loadGit();
  try {
    await git.init({ fs: repositoryFiles(gitdir), dir: folder, gitdir, bare, defaultBranch: 'main' });
  } catch (error) {
    throw gitError(error, { what: `make a repository in ${folder}`, remote: false });
  }
  return repositoryAt(gitdir, bare ? undefined : folder);
}

/**
 * Opens the repository that `folder` is: bare, or a work tree with `.git` in it (a submodule's `.git` file too).
 *
 * @returns undefined when `folder` is neither, whatever folders above it are.
 * @throws FILE_INVALID for a linked work tree and a repository of SHA-256 ids, which the library cannot read;
 *   FILESYSTEM_FAILED
 */
export async function openRepository(folder: string): Promise<GitRepository | undefined> {
  const dotGit = path.join(folder, '.git');
  const candidates = [
    { gitdir: (await readGitFile(dotGit)) ?? dotGit, workTree: folder },
    { gitdir: folder, workTree: undefined },
  ];
  for (const { gitdir, workTree } of candidates) {
    if (!(await isFolder(gitdir))) continue;
    if ((await readText(path.join(gitdir, 'HEAD'))) === undefined) continue;
    if ((await readText(path.join(gitdir, 'commondir'))) !== undefined) {
      throw new UdosError('FILE_INVALID', `${folder} is a linked work tree, which udos cannot use.`, {
        hint: 'Use the folder of the main repository: `git worktree list` shows it first.',
      });
    }
    if (!(await isFolder(path.join(gitdir, 'objects')))) continue;
    const config = await readText(path.join(gitdir, 'config'));
    if (/^\s*objectformat\s*=\s*"?sha256/im.test(config ?? '')) {
      throw new UdosError('FILE_INVALID', `${folder} is a repository of SHA-256 ids, expected SHA-1.`, {
        hint: 'Make it with `git init --object-format=sha1`.',
      });
    }
    return repositoryAt(gitdir, workTree);
  }
  return undefined;
}

/** The commit that a full ref name (`refs/heads/main`, `HEAD`) leads to, or undefined when there is none. */
export async function readRef(repo: GitRepository, ref: string): Promise<string | undefined> {
  const git = await loadGit();
  try {
    const oid = await git.resolveRef({ fs: repo.fs, gitdir: repo.gitdir, ref });
    return /^[0-9a-f]{40}$/.test(oid) ? oid : undefined;
  } catch (error) {
    if (isGitNotFound(error)) return undefined;
    throw gitError(error, { what: `read ${ref} of ${repo.gitdir}`, remote: false });
  }
}

/**
 * Points `ref` at `oid`, holding git's own lock of the ref meanwhile.
 *
 * @param expected refuses unless the ref stands at `expected.oid` (undefined: does not exist) at that moment.
 * @throws STATE_LOCKED when it does not, or when another program is just moving the ref; FILESYSTEM_FAILED
 */
export async function writeRef(
  repo: GitRepository,
  ref: string,
  oid: string,
  expected?: { readonly oid: string | undefined },
): Promise<void> {
  const lock = await lockRef(repo.gitdir, ref);
  try {
    const found = expected === undefined ? undefined : await readRef(repo, ref);
    if (found !== expected?.oid) {
      throw new UdosError('STATE_LOCKED', `${ref} of ${repo.gitdir} was moved by another program.`, {
        hint: 'Run the command again: it starts from what is there now.',
        data: { expected: expected?.oid, found },
      });
    }
    await lock.commit(`${oid}\n`);
  } finally {
    await lock.release();
  }
}

export async function deleteRef(repo: GitRepository, ref: string): Promise<void> {
  const git = await loadGit();
  try {
    await git.deleteRef({ fs: repo.fs, gitdir: repo.gitdir, ref });
  } catch (error) {
    throw gitError(error, { what: `delete ${ref} of ${repo.gitdir}`, remote: false });
  }
}

/** The full name of the branch that HEAD is on, born or not; undefined when HEAD is on a commit. */
export async function currentBranch(repo: GitRepository): Promise<string | undefined> {
  const head = await readText(path.join(repo.gitdir, 'HEAD'));
  return head === undefined ? undefined : /^ref: (refs\/heads\/\S+)\s*$/.exec(head)?.[1];
}

/** Deletes a whole bare repository, for caches that can be fetched anew. */
export async function removeRepository(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => {
    throw fileError('delete', folder, error);
  });
}

async function readGitFile(file: string): Promise<string | undefined> {
  const target = /^gitdir: (.+?)\s*$/.exec((await readText(file)) ?? '')?.[1];
  return target === undefined ? undefined : path.resolve(path.dirname(file), target);
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw fileError('read', file, error);
  }
}
