import { UdosError } from '../../errors/index.js';
import type { IndexHead, IndexSource } from '../../model/index-source.js';
import { layout } from '../../model/index-layout.js';
import type { IndexPath } from '../../model/names.js';
import { leaveBody, readBody, type Transfer, type TransferResponse } from '../../primitives/http/index.js';
import { createEtagCache, type EtagCache } from './etag-cache.js';
import {
  checkpointMaxBytes,
  fileTooLarge,
  isCheckpointFile,
  readEach,
  refuseMissingIndex,
  snapshotOf,
} from './index-files.js';

export interface HttpSourceOptions {
  /** Where the `published` tree lies on a static web server; a final slash may be left out. */
  readonly url: string;
  readonly transfer: Transfer;
  /** Keeps the checkpoint and its signatures with their ETags, so that an unchanged index costs a 304 each. */
  readonly cacheFolder?: string | undefined;
}

/**
 * An index on a static web server, read file by file.
 *
 * A web server has no snapshots: only the checkpoint is held by a head, all other files are as they are when read. Who
 * checks them against the checkpoint's hashes sees it when a publish came in between.
 *
 * @throws URL_INVALID for a URL with a user name, a password or a query. From its methods, besides the port's:
 * TRANSFER_REFUSED, also for an answer that came encoded against our asking
 */
export function createHttpSource(options: HttpSourceOptions): IndexSource {
  const base = parseBase(options.url);
  const files = new WebFiles(base, options.transfer, options.cacheFolder);
  return {
    location: base,
    dropKept: () => files.dropKept(),
    head: async () => {
      const checkpoint = await files.fetch(layout.checkpoint, checkpointMaxBytes);
      if (checkpoint === undefined) return refuseMissingIndex(base, `it has no ${layout.checkpoint}`);
      return headOf(base, files, checkpoint);
    },
  };
}

function headOf(base: string, files: WebFiles, checkpoint: Uint8Array): IndexHead {
  return {
    snapshot: snapshotOf(checkpoint),
    read: (paths, maxBytes) =>
      readEach(paths, async (path) => {
        if (path !== layout.checkpoint) return files.fetch(path, maxBytes);
        if (checkpoint.length > maxBytes) throw fileTooLarge(base, path, maxBytes);
        return checkpoint;
      }),
  };
}

class WebFiles {
  readonly #base: string;
  readonly #transfer: Transfer;
  readonly #cache: EtagCache | undefined;
  /** What the server called unchanged. */
  readonly #unchanged = new Set<string>();
  readonly #dropped = new Set<string>();

  constructor(base: string, transfer: Transfer, cacheFolder: string | undefined) {
    this.#base = base;
    this.#transfer = transfer;
    this.#cache = cacheFolder === undefined ? undefined : createEtagCache(cacheFolder);
  }

  /** Undefined when the server has no such file. */
  async fetch(path: IndexPath, maxBytes: number): Promise<Uint8Array | undefined> {
    const url = new URL(path, this.#base).href;
    const cache = isCheckpointFile(path) ? this.#cache : undefined;
    const known = this.#dropped.has(url) ? undefined : await cache?.read(url);
    const usable = known !== undefined && known.body.length <= maxBytes ? known : undefined;
    const response = await this.#transfer.request({
      url,
      maxBytes,
      headers: usable === undefined ? {} : { 'if-none-match': usable.etag },
    });
    if (response.status === 304 && usable !== undefined) {
      await leaveBody(response);
      this.#unchanged.add(url);
      return usable.body;
    }
    if (response.status !== 200) {
      await leaveBody(response);
      this.#refuseUnlessAbsent(path, response);
      return undefined;
    }
    await refuseEncoded(url, response);
    const body = await readBody(response);
    const etag = response.headers.etag;
    if (cache !== undefined && etag !== undefined) await cache.write(url, { etag, body });
    return body;
  }

  async dropKept(): Promise<boolean> {
    const urls = [...this.#unchanged];
    this.#unchanged.clear();
    for (const url of urls) {
      this.#dropped.add(url);
      await this.#cache?.remove(url);
    }
    return urls.length > 0;
  }

  #refuseUnlessAbsent(path: IndexPath, { status }: TransferResponse): void {
    if (status === 404 || status === 410) return;
    const data = { location: this.#base, path, status };
    if (status === 401 || status === 403) {
      throw new UdosError(
        'AUTH_REQUIRED',
        `Cannot read ${path} of ${this.#base}: the server answered ${status}.`,
        {
          hint: 'Set UDOS_TOKEN_<ALIAS> to a token that may read the registry, or let a git credential helper know the password.',
          data,
        },
      );
    }
    throw new UdosError(
      'NETWORK_FAILED',
      `Cannot read ${path} of ${this.#base}: the server answered ${status}.`,
      {
        hint:
          status >= 500 || status === 429
            ? 'Try again later, or use a mirror.'
            : 'Check the registry’s address.',
        data,
      },
    );
  }
}

/** Hashes are over the file's own bytes, so a compressed answer would look tampered with. */
async function refuseEncoded(url: string, response: TransferResponse): Promise<void> {
  const encoding = response.headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  await leaveBody(response);
  throw new UdosError(
    'TRANSFER_REFUSED',
    `Cannot read ${url}: it came with the encoding ${encoding}, not as it is.`,
    {
      hint: 'The web server must send the files of an index unencoded when asked for `identity`.',
      data: { url, encoding },
    },
  );
}

function parseBase(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.search === '';
  if (url === undefined || !isPlain || !/^https?:$/.test(url.protocol)) {
    throw new UdosError('URL_INVALID', 'Cannot read an index over HTTP from what was given.', {
      hint: 'Give an https: URL without user name, password and query: https://example.org/registry/',
    });
  }
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
