import { createHash } from 'node:crypto';
import type { IndexHead } from '../../model/index-source.js';
import { layout } from '../../model/index-layout.js';
import { isIndexPath, type IndexPath, type Publisher } from '../../model/names.js';
import { blobIdOf } from '../../primitives/git/index.js';

/** All files of an index, as its owner has them: a commit, a folder, or one of these with changes laid over it. */
export interface IndexTree {
  /** Sorted. */
  readonly paths: readonly string[];
  /** Those of `paths` that exist. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** git's id of the bytes of each of `paths` that is an ordinary file. Costs no reading where git knows it already. */
  blobIds(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** New bytes by path; null removes the file. */
export type Changes = ReadonlyMap<string, Uint8Array | null>;

export function withChanges(tree: IndexTree, changes: Changes): IndexTree {
  const paths = new Set(tree.paths);
  for (const [path, bytes] of changes) {
    if (bytes === null) paths.delete(path);
    else paths.add(path);
  }
  return {
    paths: [...paths].sort(),
    async read(wanted) {
      const below = await tree.read(wanted.filter((path) => !changes.has(path)));
      const found = new Map(below);
      for (const path of wanted) {
        const bytes = changes.get(path);
        if (bytes !== undefined && bytes !== null) found.set(path, bytes);
      }
      return found;
    },
    async blobIds(wanted) {
      const found = new Map(await tree.blobIds(wanted.filter((path) => !changes.has(path))));
      for (const path of wanted) {
        const bytes = changes.get(path);
        if (bytes !== undefined && bytes !== null) found.set(path, blobIdOf(bytes));
      }
      return found;
    },
  };
}

/** A tree as a snapshot, so that an owner reads with the client's own code. */
export function treeHead(tree: IndexTree, name: string): IndexHead {
  return {
    snapshot: createHash('sha256').update(name).digest('hex'),
    async read(paths) {
      const found = await tree.read(paths);
      return new Map([...found].filter((entry): entry is [IndexPath, Uint8Array] => isIndexPath(entry[0])));
    },
  };
}

export const emptyTree: IndexTree = {
  paths: [],
  read: () => Promise.resolve(new Map()),
  blobIds: () => Promise.resolve(new Map()),
};

/** A tree without the other publishers: all that decides about one of them. */
export function onlyNamespace(tree: IndexTree, publisher: Publisher): IndexTree {
  const own = `${layout.namespace(publisher)}/`;
  return {
    paths: tree.paths.filter((path) => !path.startsWith(`${layout.pluginsFolder}/`) || path.startsWith(own)),
    read: (paths) => tree.read(paths),
    blobIds: (paths) => tree.blobIds(paths),
  };
}
