import type { IndexHead } from '../../model/index-source.js';
import type { IndexPath } from '../../model/names.js';
import { readBlobs, type GitRepository } from '../../primitives/git/index.js';

/** The branch that clients read: DESIGN section 5. */
export const publishedRef = 'refs/heads/published';

/** One commit of an index, read from the repository's objects: later commits never change what it answers. */
export function gitHead(repo: GitRepository, commit: string): IndexHead {
  return {
    snapshot: commit,
    read: async (paths, maxBytes) =>
      (await readBlobs(repo, commit, paths, maxBytes)) as ReadonlyMap<string, Uint8Array> as ReadonlyMap<
        IndexPath,
        Uint8Array
      >,
  };
}
