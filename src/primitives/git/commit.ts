import type { TreeEntry } from 'isomorphic-git';
import { refuseBadPaths, writtenOf, type Changes } from './changes.js';
import { gitError } from './git-errors.js';
import { loadGit } from './library.js';
import { forEachAtOnce, isOrdinaryFile, readCommit, readTree } from './objects.js';
import { writeRef, type GitRepository } from './repository.js';

export interface CommitRequest {
  /** The ref to move, by its full name: `refs/heads/main`. */
  readonly ref: string;
  /** Where the ref has to stand; undefined when it must not exist yet. It need not be a parent. */
  readonly expected: string | undefined;
  readonly parents: readonly string[];
  /** The commit whose tree the changes apply to; undefined for an empty tree. */
  readonly base: string | undefined;
  readonly changes: Changes;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  /** Unix time of author and committer, in UTC. */
  readonly seconds: number;
}

/**
 * Commits `changes` on top of the tree of `base` and moves the ref to the new commit, which is returned. No work tree and
 * no index takes part. The same request gives the same commit id.
 *
 * Files keep the executable bit they have; new ones get 100644; folders that end up empty vanish. Deleting what is not
 * there, or is a folder, does nothing.
 *
 * @throws STATE_LOCKED when the ref is not (or no longer) where it is expected: the ref is untouched then;
 *   STATE_CORRUPT, FILESYSTEM_FAILED
 */
export async function commitChanges(repo: GitRepository, request: CommitRequest): Promise<string> {
  refuseBadPaths(writtenOf(request.changes));
  const base = request.base === undefined ? undefined : (await readCommit(repo, request.base)).tree;
  const git = await loadGit();
  const person = { ...plainPerson(request.author), timestamp: request.seconds, timezoneOffset: 0 };
  let oid: string;
  try {
    const blobs = await writeBlobs(repo, request.changes);
    const tree = (await rebuildTree(repo, base, group(blobs))) ?? (await writeTree(repo, []));
    oid = await git.writeCommit({
      fs: repo.fs,
      gitdir: repo.gitdir,
      commit: {
        tree,
        parent: [...request.parents],
        author: person,
        committer: person,
        message: `${request.message.trim()}\n`,
      },
    });
  } catch (error) {
    throw gitError(error, { what: `commit to ${request.ref} of ${repo.gitdir}`, remote: false });
  }
  await writeRef(repo, request.ref, oid, { oid: request.expected });
  return oid;
}

/** By path, the id of what a file becomes, or null. */
type BlobChanges = ReadonlyMap<string, string | null>;

async function writeBlobs(repo: GitRepository, changes: Changes): Promise<BlobChanges> {
  const git = await loadGit();
  const blobs = new Map<string, string | null>();
  await forEachAtOnce(changes, async ([path, blob]) => {
    blobs.set(path, blob && (await git.writeBlob({ fs: repo.fs, gitdir: repo.gitdir, blob })));
  });
  return blobs;
}

/** The changes of one folder: its own files, and the changes of the folders in it. */
interface FolderChanges {
  readonly files: Map<string, string | null>;
  readonly folders: Map<string, FolderChanges>;
}

function group(changes: BlobChanges): FolderChanges {
  const root: FolderChanges = { files: new Map(), folders: new Map() };
  for (const [path, oid] of changes) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let folder = root;
    for (const part of parts) {
      const next = folder.folders.get(part) ?? { files: new Map(), folders: new Map() };
      folder.folders.set(part, next);
      folder = next;
    }
    folder.files.set(name, oid);
  }
  return root;
}

/** The id of the changed tree, written with all below it; undefined when nothing is left in it. */
async function rebuildTree(
  repo: GitRepository,
  base: string | undefined,
  changes: FolderChanges,
): Promise<string | undefined> {
  const entries = new Map(base === undefined ? [] : await readTree(repo, base));
  for (const [name, oid] of changes.files) {
    const old = entries.get(name);
    if (oid === null) {
      if (old?.type !== 'tree') entries.delete(name);
      continue;
    }
    const mode = old !== undefined && isOrdinaryFile(old) ? old.mode : '100644';
    entries.set(name, { path: name, type: 'blob', oid, mode });
  }
  for (const [name, folder] of changes.folders) {
    const old = entries.get(name);
    const isFolder = old?.type === 'tree';
    const oid = await rebuildTree(repo, isFolder ? old.oid : undefined, folder);
    if (oid !== undefined) entries.set(name, { path: name, type: 'tree', oid, mode: '040000' });
    else if (isFolder) entries.delete(name);
  }
  return entries.size === 0 ? undefined : writeTree(repo, [...entries.values()]);
}

async function writeTree(repo: GitRepository, entries: TreeEntry[]): Promise<string> {
  const git = await loadGit();
  return git.writeTree({ fs: repo.fs, gitdir: repo.gitdir, tree: entries });
}

/** In a commit, `<`, `>` and line ends frame the fields. */
function plainPerson(person: { readonly name: string; readonly email: string }) {
  const plain = (text: string) => text.replace(/[<>\s\p{Cc}]+/gu, ' ').trim();
  return { name: plain(person.name), email: plain(person.email) };
}
