import { UdosError } from '../../errors/index.js';
import type { IndexSource } from '../../model/index-source.js';
import { openRepository, readRef, type GitRepository } from '../../primitives/git/index.js';
import { gitHead, publishedRef } from './git-head.js';

/**
 * An index in a git repository on this disk, bare or with a work tree: its branch `published`, read from the objects. A
 * fresh clone has only the one of where it came from.
 */
export function createGitLocalSource(folder: string): IndexSource {
  let opened: GitRepository | undefined;
  return {
    location: folder,
    async head() {
      opened ??= await openRepository(folder);
      if (opened === undefined) {
        throw new UdosError('INDEX_NOT_FOUND', `There is no git repository at ${folder}.`, {
          hint: 'Give the folder that holds `.git`, or a bare repository. `udos registry init` makes one.',
          data: { folder },
        });
      }
      const commit =
        (await readRef(opened, publishedRef)) ?? (await readRef(opened, 'refs/remotes/origin/published'));
      if (commit === undefined) {
        throw new UdosError('INDEX_NOT_FOUND', `The repository ${folder} has no branch \`published\`.`, {
          hint: 'Run `udos registry checkpoint` there: it publishes what is on main.',
          data: { folder },
        });
      }
      return gitHead(opened, commit);
    },
  };
}
