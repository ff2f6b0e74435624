import { UdosError, hasCode } from '../../errors/index.js';
import type { IndexHead, IndexSource } from '../../model/index-source.js';
import {
  fetchRef,
  initRepository,
  removeRepository,
  type GitRepository,
} from '../../primitives/git/index.js';
import type { Transfer } from '../../primitives/http/transfer.js';
import { gitHead, publishedRef } from './git-head.js';

export interface GitRemoteOptions {
  /** `https:` (or `http:`, as far as the transfer allows it), without credentials. */
  readonly url: string;
  /** A folder of this source alone. What is in it can be fetched anew, and is deleted when it turns out damaged. */
  readonly cacheFolder: string;
  readonly transfer: Transfer;
  /** The most that one fetch may bring. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 512 * 1024 * 1024;

/**
 * An index on a git server, over http(s): its branch `published`, kept in a bare repository of ours and read from there
 * without a work tree. The first head brings the newest commit alone, later ones what is new since.
 *
 * A damaged repository of ours is deleted and fetched anew, once; a head that was handed out before then goes on if the
 * same commit came back, else its reads throw STATE_CORRUPT.
 */
export function createGitRemoteSource(options: GitRemoteOptions): IndexSource {
  const { url, cacheFolder, transfer, maxBytes = defaultMaxBytes } = options;
  let opened: Promise<GitRepository> | undefined;

  const fetchHead = async (): Promise<IndexHead> => {
    opened ??= initRepository({ folder: cacheFolder, bare: true });
    const repo = await opened;
    const commit = await fetchRef(repo, { url, ref: publishedRef, transfer, maxBytes });
    if (commit === undefined) {
      throw new UdosError('INDEX_NOT_FOUND', `The repository at ${url} has no branch \`published\`.`, {
        hint: 'Its owner publishes the index with `udos registry checkpoint`.',
        data: { url },
      });
    }
    return gitHead(repo, commit);
  };

  const fetchAnew = async (): Promise<IndexHead> => {
    opened = undefined;
    await removeRepository(cacheFolder);
    return fetchHead();
  };

  return {
    location: url,
    async head() {
      const head = await fetchHead().catch((error: unknown) => {
        opened = undefined;
        if (hasCode(error, 'STATE_CORRUPT')) return fetchAnew();
        throw error;
      });
      return {
        snapshot: head.snapshot,
        read: (paths, maxFileBytes) =>
          head.read(paths, maxFileBytes).catch(async (error: unknown) => {
            if (!hasCode(error, 'STATE_CORRUPT')) throw error;
            const mended = await fetchAnew();
            if (mended.snapshot !== head.snapshot) throw error;
            return mended.read(paths, maxFileBytes);
          }),
      };
    },
  };
}
