import type { ReadBlobResult, ReadCommitResult, TreeEntry } from 'isomorphic-git';
import { UdosError } from '../../errors/index.js';
import { gitError, isGitNotFound } from './git-errors.js';
import { loadGit } from './library.js';
import type { GitRepository } from './repository.js';
import { parseTree } from './tree-object.js';

/** A file as a tree lists it. */
export interface TreeFile {
  /** From the root of the tree, with forward slashes. */
  readonly path: string;
  readonly oid: string;
  /** `100644`, `100755`, or `120000` for a symbolic link. */
  readonly mode: string;
}

export type TreeEntries = ReadonlyMap<string, TreeEntry>;

/** How many objects are read or written at a time: the library waits for the disk with each. */
const atOnce = 16;

/** @throws STATE_CORRUPT when the repository lacks the commit. */
export async function readCommit(repo: GitRepository, oid: string): Promise<ReadCommitResult['commit']> {
  const git = await loadGit();
  try {
    return (await git.readCommit({ ...access(repo), oid })).commit;
  } catch (error) {
    throw gitError(error, { what: `read commit ${oid} of ${repo.gitdir}`, remote: false });
  }
}

/** True when the repository has this very commit. */
export async function hasCommit(repo: GitRepository, oid: string): Promise<boolean> {
  const git = await loadGit();
  try {
    await git.readCommit({ ...access(repo), oid });
    return true;
  } catch (error) {
    if (isGitNotFound(error)) return false;
    throw gitError(error, { what: `read commit ${oid} of ${repo.gitdir}`, remote: false });
  }
}

/**
 * One folder by its tree id, keyed by name. Read without the library's own parser, which refuses a whole folder for one name
 * with a backslash in it: that name is for others to judge.
 *
 * @throws STATE_CORRUPT
 */
export async function readTree(repo: GitRepository, oid: string): Promise<TreeEntries> {
  const git = await loadGit();
  const what = `read tree ${oid} of ${repo.gitdir}`;
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- all that replaces it parses names
    const { object } = await git.readObject({ ...access(repo), oid, format: 'content' });
    const tree = object instanceof Uint8Array ? parseTree(object) : undefined;
    if (tree === undefined) throw new Error('it is no tree');
    return new Map([...tree].map(([path, entry]) => [path, { path, ...entry, ...kindOf(entry.mode) }]));
  } catch (error) {
    throw gitError(error, { what, remote: false });
  }
}

/** In the library's words, which write a folder's mode with six digits. */
function kindOf(mode: string): Pick<TreeEntry, 'mode' | 'type'> {
  if (mode === '40000') return { mode: '040000', type: 'tree' };
  return { mode, type: mode === '160000' ? 'commit' : 'blob' };
}

/** @throws STATE_CORRUPT */
export async function readBlob(repo: GitRepository, oid: string): Promise<Uint8Array> {
  const git = await loadGit();
  let result: ReadBlobResult;
  try {
    result = await git.readBlob({ ...access(repo), oid });
  } catch (error) {
    throw gitError(error, { what: `read blob ${oid} of ${repo.gitdir}`, remote: false });
  }
  return result.blob;
}

/**
 * The bytes of many files of one commit, straight from the objects. Each folder on the way is read once. What is no
 * ordinary file there (absent, a folder, a symbolic link, a submodule) is missing from the answer.
 *
 * @param maxBytes the most that one file may have.
 * @throws TRANSFER_LIMIT for a larger one; STATE_CORRUPT
 */
export async function readBlobs(
  repo: GitRepository,
  commit: string,
  paths: readonly string[],
  maxBytes: number,
): Promise<Map<string, Uint8Array>> {
  const { tree } = await readCommit(repo, commit);
  const folders = new Map<string, Promise<TreeEntries>>();
  const open = (oid: string) => {
    const known = folders.get(oid) ?? readTree(repo, oid);
    folders.set(oid, known);
    return known;
  };
  const find = async (path: string): Promise<string | undefined> => {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let folder = tree;
    for (const part of parts) {
      const entry = (await open(folder)).get(part);
      if (entry?.type !== 'tree') return undefined;
      folder = entry.oid;
    }
    const entry = (await open(folder)).get(name);
    return entry !== undefined && isOrdinaryFile(entry) ? entry.oid : undefined;
  };

  const found = new Map<string, Uint8Array>();
  await forEachAtOnce(new Set(paths), async (path) => {
    const oid = await find(path);
    if (oid === undefined) return;
    const bytes = await readBlob(repo, oid);
    if (bytes.length > maxBytes) {
      throw new UdosError(
        'TRANSFER_LIMIT',
        `${path} has ${bytes.length} bytes, at most ${maxBytes} may be.`,
        {
          data: { path, bytes: bytes.length, maxBytes },
        },
      );
    }
    found.set(path, bytes);
  });
  return found;
}

/**
 * Every entry of a commit that is no folder, symbolic links and submodules included; sorted by path.
 *
 * @throws STATE_CORRUPT
 */
export async function listTree(repo: GitRepository, commit: string): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  const walk = async (oid: string, prefix: string): Promise<void> => {
    for (const entry of (await readTree(repo, oid)).values()) {
      const path = prefix + entry.path;
      if (entry.type === 'tree') await walk(entry.oid, `${path}/`);
      else files.push({ path, oid: entry.oid, mode: entry.mode });
    }
  };
  await walk((await readCommit(repo, commit)).tree, '');
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export function isOrdinaryFile(entry: { readonly mode: string }): boolean {
  return entry.mode === '100644' || entry.mode === '100755';
}

function access(repo: GitRepository) {
  return { fs: repo.fs, gitdir: repo.gitdir, cache: repo.cache };
}

/** Like a loop, with a few rounds under way at once. */
export async function forEachAtOnce<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
