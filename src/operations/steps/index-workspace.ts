import path from 'node:path';
import type { Context } from '../../context/index.js';
import { hasCode, UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import { isPluginName, type PluginName, type RegistryId } from '../../model/names.js';
import { isFolder } from '../../primitives/fs/index.js';
import {
  commitChanges,
  currentBranch,
  isOrdinaryFile,
  listTree,
  openRepository,
  readBlobs,
  readCommit,
  readRef,
  writeWorkTree,
  type GitRepository,
} from '../../primitives/git/index.js';
import { emptyTree, registryIdOf, type Changes, type IndexTree } from '../../registry/index.js';

export const mainRef = 'refs/heads/main';
export const publishedRef = 'refs/heads/published';
const maxFileBytes = 256 * 1024 * 1024;
/** How far back an earlier checkpoint is looked for. */
const maxCommits = 100_000;

/** An index as somebody who may write to it has it: a repository with the branches `main` and `published`. */
export interface IndexWorkspace {
  readonly registry: RegistryId;
  /** For people. */
  readonly location: string;
  readonly main: IndexTree;
  readonly published: IndexTree | undefined;
  /**
   * The tree of the newest commit of `published` with this checkpoint. Nothing of it is verified: git's history proves
   * nothing.
   */
  publishedAt(sequence: number): Promise<IndexTree | undefined>;
  /** Commits to main, or to a new branch that begins there. The tree of main follows. */
  commit(changes: Changes, message: string, branch?: string): Promise<void>;
  /** Moves `published` to main's tree with `changes`, one fast-forward commit. */
  publish(changes: Changes, message: string): Promise<void>;
  /**
   * Sends a branch to where the index is hosted; nothing to do for a repository on this machine.
   *
   * @returns what the host said to people. Foreign text, as it came.
   */
  push(branch: string): Promise<readonly string[]>;
  /**
   * Sends main, then published, to where the index is hosted. `remember` runs in between: before the first byte of a signed
   * checkpoint leaves, and after all that a host refuses without having seen it. When main is refused, both branches
   * here are put back to what the host has.
   *
   * @throws PUSH_REFUSED, AUTH_REQUIRED, INDEX_NOT_FOUND, for main as for published
   */
  pushPublished(remember: () => Promise<void>): Promise<void>;
}

/** The index in the repository at `folder`. @throws INDEX_NOT_FOUND */
export async function openLocalWorkspace(context: Context, folder: string): Promise<IndexWorkspace> {
  const repo = (await isFolder(folder)) ? await openRepository(folder) : undefined;
  if (repo === undefined) {
    throw new UdosError('INDEX_NOT_FOUND', `${folder} is not the repository of an index.`, {
      hint: 'Go to the folder of the index, or make one with `udos registry init DIR`.',
    });
  }
  return openWorkspace(context, repo, folder, noHost);
}

/** A repository that is used where it lies. */
const noHost: Pick<IndexWorkspace, 'push' | 'pushPublished'> = {
  push: () => Promise.resolve([]),
  pushPublished: (remember) => remember(),
};

/** Begins an index: the first commit of a new repository. */
export async function commitFirst(
  context: Context,
  repo: GitRepository,
  location: string,
  files: Changes,
  message: string,
): Promise<IndexWorkspace> {
  await commitChanges(repo, {
    ref: mainRef,
    expected: undefined,
    parents: [],
    base: undefined,
    changes: files,
    message,
    author: authorOf(context),
    seconds: Math.floor(context.clock.now().getTime() / 1000),
  });
  if (repo.workTree !== undefined) await writeWorkTree(repo, files);
  return openWorkspace(context, repo, location, noHost);
}

/** The index in a repository that is open, and how what is committed there reaches its host. @throws INDEX_NOT_FOUND */
export async function openWorkspace(
  context: Context,
  repo: GitRepository,
  location: string,
  host: Pick<IndexWorkspace, 'push' | 'pushPublished'>,
): Promise<IndexWorkspace> {
  let mainCommit = await readRef(repo, mainRef);
  let ownPublished = await readRef(repo, publishedRef);
  let publishedCommit = await readPublishedRef(repo);
  let main = mainCommit === undefined ? emptyTree : await commitTree(repo, mainCommit);
  const published = publishedCommit === undefined ? undefined : await commitTree(repo, publishedCommit);
  const author = authorOf(context);
  const seconds = Math.floor(context.clock.now().getTime() / 1000);
  const hasRoot = (await main.read([layout.root(1)])).size > 0;
  return {
    // A merge that takes the first root away takes it from main only.
    registry: await idOf(hasRoot ? main : (published ?? main), location),
    location,
    get main() {
      return main;
    },
    published,
    publishedAt: (sequence) => findPublished(repo, publishedCommit, sequence),
    async commit(changes, message, branch) {
      const ref = branch === undefined ? mainRef : `refs/heads/${branch}`;
      const expected = branch === undefined ? mainCommit : await readRef(repo, ref);
      const parents = mainCommit === undefined ? [] : [mainCommit];
      const oid = await commitChanges(repo, {
        ref,
        expected,
        parents,
        base: mainCommit,
        changes,
        message,
        author,
        seconds,
      });
      if (branch !== undefined) return;
      mainCommit = oid;
      main = await commitTree(repo, oid);
      if (repo.workTree !== undefined && (await currentBranch(repo)) === mainRef)
        await writeWorkTree(repo, changes);
    },
    async publish(changes, message) {
      const parents = publishedCommit === undefined ? [] : [publishedCommit];
      const request = { ref: publishedRef, expected: ownPublished, parents, base: mainCommit };
      ownPublished = await commitChanges(repo, { ...request, changes, message, author, seconds });
      publishedCommit = ownPublished;
    },
    ...host,
  };
}

async function findPublished(
  repo: GitRepository,
  tip: string | undefined,
  sequence: number,
): Promise<IndexTree | undefined> {
  for await (const commit of ancestry(repo, tip)) {
    const bytes = (await readBlobs(repo, commit, [layout.checkpoint], maxFileBytes)).get(layout.checkpoint);
    const text = Buffer.from(bytes ?? []).toString('utf8');
    if (new RegExp(`"sequence":\\s*${sequence}\\s*[,}]`).test(text)) return commitTree(repo, commit);
  }
  return undefined;
}

/** The tree of a commit, read from the repository's objects. */
export async function commitTree(repo: GitRepository, commit: string): Promise<IndexTree> {
  const files = await listTree(repo, commit);
  const ordinary = new Map(files.filter(isOrdinaryFile).map(({ path, oid }) => [path, oid]));
  return {
    paths: files.map((file) => file.path).sort(),
    read: (paths) => readOrdinary(repo, commit, paths),
    blobIds: (paths) => Promise.resolve(only(ordinary, paths)),
  };
}

/** One file that is far too large is left out like one that is not there: whoever asks for it says so. */
async function readOrdinary(
  repo: GitRepository,
  commit: string,
  paths: readonly string[],
): Promise<Map<string, Uint8Array>> {
  try {
    return await readBlobs(repo, commit, paths, maxFileBytes);
  } catch (error) {
    if (!hasCode(error, 'TRANSFER_LIMIT')) throw error;
    if (paths.length === 1) return new Map();
    const middle = Math.ceil(paths.length / 2);
    const left = await readOrdinary(repo, commit, paths.slice(0, middle));
    const right = await readOrdinary(repo, commit, paths.slice(middle));
    return new Map([...left, ...right]);
  }
}

/**
 * The newest commit of `published` that is known here: of the branch, or, in a clone that has none yet or whose branch is
 * behind, of the branch it was fetched from. A checkpoint on top of an older one would be a second one of its number.
 */
async function readPublishedRef(repo: GitRepository): Promise<string | undefined> {
  const own = await readRef(repo, publishedRef);
  const fetched = await readRef(repo, 'refs/remotes/origin/published');
  if (own === undefined || fetched === undefined) return own ?? fetched;
  for await (const commit of ancestry(repo, fetched)) if (commit === own) return fetched;
  return own;
}

/** A commit and those it came from, newest first: `published` is one line. */
async function* ancestry(repo: GitRepository, tip: string | undefined): AsyncGenerator<string> {
  let commit = tip;
  for (let seen = 0; commit !== undefined && seen < maxCommits; seen += 1) {
    yield commit;
    commit = (await readCommit(repo, commit)).parent[0];
  }
}

function only<T>(known: ReadonlyMap<string, T>, paths: readonly string[]): Map<string, T> {
  const found = new Map<string, T>();
  for (const path of paths) {
    const value = known.get(path);
    if (value !== undefined) found.set(path, value);
  }
  return found;
}

/** The published tree that a folder knows, when it is the repository of an index. */
export async function publishedTree(folder: string): Promise<IndexTree | undefined> {
  const repo = (await isFolder(folder)) ? await openRepository(folder) : undefined;
  if (repo === undefined) return undefined;
  const commit = await readPublishedRef(repo);
  return commit === undefined ? undefined : commitTree(repo, commit);
}

/** @throws INDEX_NOT_FOUND when the tree has no first root */
export async function idOf(tree: IndexTree, location: string): Promise<RegistryId> {
  const first = (await tree.read([layout.root(1)])).get(layout.root(1));
  if (first !== undefined) return registryIdOf(first);
  throw new UdosError(
    'INDEX_NOT_FOUND',
    `There is no index in ${location}: ${layout.root(1)} is missing on its branch main.`,
    {
      hint: 'Make one with `udos registry init DIR`.',
    },
  );
}

/** Who commits: what git's own variables say, else udos. */
function authorOf(context: Context): { name: string; email: string } {
  return {
    name: context.env.GIT_AUTHOR_NAME ?? 'udos',
    email: context.env.GIT_AUTHOR_EMAIL ?? 'udos@localhost',
  };
}

/** A branch name for a change to one plugin. */
export function branchFor(plugin: PluginName, what: string): string {
  if (!isPluginName(plugin)) throw new UdosError('BUG', 'A branch is named after a plugin.');
  return `udos/${plugin.replace('/', '-')}-${what.replaceAll(/[^A-Za-z0-9.]+/g, '-')}`;
}

/** The index folder a command means: `--index`, else the current folder. */
export function indexFolder(context: Context, given: string | undefined): string {
  return path.resolve(context.cwd, given ?? '.');
}
