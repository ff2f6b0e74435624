import { UdosError } from '../../errors/index.js';
import type { IndexSource } from '../../model/index-source.js';
import type { IndexPath } from '../../model/names.js';
import { createObjectCache, openLazyTree, type GitWire } from '../../primitives/git/wire/index.js';
import { publishedRef } from './git-head.js';

/**
 * An index on a git server that hands out single objects: its branch `published`, of which only the folders and files that
 * are read are ever fetched, each once.
 *
 * @param cacheFolder a folder of this source alone. What is in it can be fetched anew.
 */
export function createGitLazySource(wire: GitWire, cacheFolder: string): IndexSource {
  const cache = createObjectCache(cacheFolder);
  return {
    location: wire.location,
    async head() {
      const commit = await wire.readRef(publishedRef);
      if (commit === undefined) {
        throw new UdosError(
          'INDEX_NOT_FOUND',
          `The repository at ${wire.location} has no branch \`published\`.`,
          {
            hint: 'Its owner publishes the index with `udos registry checkpoint`.',
            data: { url: wire.location },
          },
        );
      }
      const tree = openLazyTree(wire, cache, commit);
      return {
        snapshot: commit,
        read: async (paths, maxBytes) =>
          (await tree.read(paths, maxBytes)) as ReadonlyMap<string, Uint8Array> as ReadonlyMap<
            IndexPath,
            Uint8Array
          >,
      };
    },
  };
}
