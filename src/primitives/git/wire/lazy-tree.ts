import { setImmediate } from 'node:timers/promises';
import { UdosError } from '../../../errors/index.js';
import { brokenAnswer } from '../server-answers.js';
import { parseTree, type TreeEntry } from '../tree-object.js';
import { parseCommitTree, type GitObject } from './git-object.js';
import type { GitWire } from './git-wire.js';
import type { ObjectCache } from './object-cache.js';

/** Larger ones are not worth their place twice: whoever reads them keeps them in another way. */
const keptBlobBytes = 16 * 1024;
/** A folder of 100,000 files, roughly. */
const treeBytes = 16 * 1024 * 1024;

type Tree = ReadonlyMap<string, TreeEntry>;

/** The files of one commit, fetched as they are asked for. */
export interface LazyTree {
  /**
   * The bytes of many files: as many round trips as there are levels of folders that are not known yet, however many files.
   * What is no ordinary file there (absent, a folder, a symbolic link, a submodule) is missing from the answer.
   *
   * @param maxBytes the most that one file may have.
   * @throws TRANSFER_LIMIT for a larger one; NETWORK_FAILED, AUTH_REQUIRED
   */
  read(paths: readonly string[], maxBytes: number): Promise<Map<string, Uint8Array>>;
}

/** Opens a commit of a server. Nothing is fetched before something is read. */
export function openLazyTree(wire: GitWire, cache: ObjectCache, commit: string): LazyTree {
  const objects = new KnownObjects(wire, cache);
  let root: Promise<string> | undefined;
  return {
    async read(paths, maxBytes) {
      if (paths.length === 0) return new Map();
      root ??= objects.openCommit(commit);
      root.catch(() => (root = undefined));
      const start = await root;
      const found = new Map<string, Uint8Array>();
      for (let open: readonly string[] = [...new Set(paths)]; open.length > 0;) {
        const wants = new Map<string, Wanted>();
        const waiting: string[] = [];
        for (const path of open) {
          const step = await objects.follow(start, path);
          if (step === 'nothing') continue;
          if (!('bytes' in step)) {
            wants.set(step.oid, step.type);
            waiting.push(path);
          } else if (step.bytes.length > maxBytes) throw tooLarge(path, step.bytes.length, maxBytes);
          else found.set(path, step.bytes);
        }
        await objects.fetch(wants, Math.max(maxBytes, treeBytes));
        open = waiting;
      }
      return found;
    },
  };
}

type Wanted = 'tree' | 'blob';
/** How far a path can be followed: to its bytes, to an object that is not here yet, or to where nothing has its name. */
type Step = { readonly bytes: Uint8Array } | { readonly oid: string; readonly type: Wanted } | 'nothing';

interface Batch {
  readonly wants: Map<string, Wanted>;
  maxBytes: number;
  readonly done: Promise<void>;
}

/** Objects in memory and in the cache, and the server for all others. */
class KnownObjects {
  readonly #trees = new Map<string, Tree>();
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #wire: GitWire;
  readonly #cache: ObjectCache;
  #next: Batch | undefined;

  constructor(wire: GitWire, cache: ObjectCache) {
    this.#wire = wire;
    this.#cache = cache;
  }

  /** The id of a commit's tree, which comes along with it. */
  async openCommit(oid: string): Promise<string> {
    const kept = await this.#cache.read(oid);
    if (kept !== undefined) return this.#treeOf(kept);
    await this.#cache.shrink();
    const objects = await this.#wire.fetch([oid], { treeDepth: 1, maxBytes: treeBytes });
    const commit = objects.get(oid);
    const root = this.#treeOf(commit);
    const tree = objects.get(root);
    if (tree !== undefined) this.#keep(tree, 'tree');
    await this.#cache.write([commit, tree].filter((object) => object !== undefined));
    return root;
  }

  async follow(start: string, path: string): Promise<Step> {
    let oid = start;
    const folders = path.split('/');
    const name = folders.pop() ?? '';
    for (const folder of folders) {
      const tree = await this.#tree(oid);
      if (tree === undefined) return { oid, type: 'tree' };
      const entry = tree.get(folder);
      if (entry?.mode !== '40000') return 'nothing';
      oid = entry.oid;
    }
    const tree = await this.#tree(oid);
    if (tree === undefined) return { oid, type: 'tree' };
    const entry = tree.get(name);
    if (entry?.mode !== '100644' && entry?.mode !== '100755') return 'nothing';
    const bytes = await this.#blob(entry.oid);
    return bytes === undefined ? { oid: entry.oid, type: 'blob' } : { bytes };
  }

  /** What several readers want at the same time is asked for together. */
  async fetch(wants: ReadonlyMap<string, Wanted>, maxBytes: number): Promise<void> {
    if (wants.size === 0) return;
    this.#next ??= { wants: new Map(), maxBytes: 0, done: this.#fetchNext() };
    for (const [oid, type] of wants) this.#next.wants.set(oid, type);
    this.#next.maxBytes = Math.max(this.#next.maxBytes, maxBytes);
    await this.#next.done;
  }

  async #fetchNext(): Promise<void> {
    await setImmediate();
    const batch = this.#next;
    this.#next = undefined;
    if (batch === undefined) return;
    const { wants, maxBytes } = batch;
    const objects = await this.#wire.fetch([...wants.keys()], { treeDepth: 0, maxBytes });
    const kept: GitObject[] = [];
    for (const [oid, type] of wants) {
      const object = objects.get(oid);
      this.#keep(object, type);
      if (object !== undefined && (type === 'tree' || object.bytes.length <= keptBlobBytes))
        kept.push(object);
    }
    await this.#cache.write(kept);
  }

  async #tree(oid: string): Promise<Tree | undefined> {
    if (!this.#trees.has(oid)) {
      const kept = await this.#cache.read(oid);
      if (kept !== undefined) this.#keep(kept, 'tree');
    }
    return this.#trees.get(oid);
  }

  async #blob(oid: string): Promise<Uint8Array | undefined> {
    if (!this.#blobs.has(oid)) {
      const kept = await this.#cache.read(oid);
      if (kept !== undefined) this.#keep(kept, 'blob');
    }
    return this.#blobs.get(oid);
  }

  /** A tree may call a folder a file: then the object under that id is not what it should be. */
  #keep(object: GitObject | undefined, type: Wanted): void {
    const tree = object?.type === 'tree' && type === 'tree' ? parseTree(object.bytes) : undefined;
    if (object !== undefined && tree !== undefined) this.#trees.set(object.oid, tree);
    else if (object?.type === 'blob' && type === 'blob') this.#blobs.set(object.oid, object.bytes);
    else throw brokenAnswer(this.#wire.location);
  }

  #treeOf(commit: GitObject | undefined): string {
    const tree = commit?.type === 'commit' ? parseCommitTree(commit.bytes) : undefined;
    if (tree === undefined) throw brokenAnswer(this.#wire.location);
    return tree;
  }
}

function tooLarge(path: string, bytes: number, maxBytes: number): UdosError {
  return new UdosError('TRANSFER_LIMIT', `${path} has ${bytes} bytes, at most ${maxBytes} may be.`, {
    data: { path, bytes, maxBytes },
  });
}
