import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../context/index.js';
import { hasCode } from '../../errors/index.js';
import type { IndexSource } from '../../model/index-source.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { readFileIfAny, writeFileAtomic } from '../../primitives/fs/index.js';
import { connectWire, createHttpCarrier, openWire, type GitWire } from '../../primitives/git/wire/index.js';
import type { Transfer } from '../../primitives/http/index.js';
import { createGitLazySource, createGitRemoteSource, createHttpSource } from '../../registry/index.js';

/** A git server that hands out single objects, one that hands out whole branches only, or files on a web server. */
type WebKind = 'single objects' | 'whole branches' | 'files';

/**
 * The source behind a web address. Which kind of server it is, is found out with one question, as git asks it, and
 * remembered beside the source's cache.
 *
 * @param folder where the caches of one registry's sources are.
 * @throws URL_INVALID, NETWORK_FAILED, AUTH_REQUIRED, TRANSFER_LIMIT, TRANSFER_REFUSED
 */
export async function openWebSource(
  context: Context,
  url: string,
  transfer: Transfer,
  folder: string,
): Promise<IndexSource> {
  const cacheFolder = path.join(folder, sha256Hex(Buffer.from(url)).slice(0, 16));
  const memory = createKindMemory(path.join(cacheFolder, 'kind'), context.clock.now());
  const carrier = createHttpCarrier(url, transfer);
  const lazy = (wire: GitWire) => createGitLazySource(wire, path.join(cacheFolder, 'objects'));
  const whole = () => createGitRemoteSource({ url, cacheFolder: path.join(cacheFolder, 'git'), transfer });

  const known = await memory.read();
  if (known === 'single objects') {
    const again = () => openWebSource(context, url, transfer, folder);
    return forgettingWhenWrong(lazy(openWire(carrier)), memory, again);
  }
  if (known === 'whole branches') return whole();
  const wire = await connectWire(carrier).catch((error: unknown) => {
    if (isNoGitServer(error)) return 'none' as const;
    throw error;
  });
  if (wire === 'none')
    return createHttpSource({ url, cacheFolder: path.join(cacheFolder, 'http'), transfer });
  await memory.write(wire === undefined ? 'whole branches' : 'single objects');
  if (wire !== undefined) return lazy(wire);
  context.reporter.warn(
    `${url} hands out whole branches only, so that the whole index is fetched. Its owner can allow single objects with \`git config uploadpack.allowFilter true\`.`,
  );
  return whole();
}

/** An answer of another kind than git's, or of a status that no git server gives when it is asked what it can do. */
function isNoGitServer(error: unknown): boolean {
  if (hasCode(error, 'INDEX_NOT_FOUND')) return true;
  const status = hasCode(error, 'NETWORK_FAILED') ? error.data.status : undefined;
  return typeof status === 'number' && status < 500 && status !== 429;
}

/** "Files" is only a guess for what is no git server, and is asked anew each time. */
interface KindMemory {
  read(): Promise<WebKind | undefined>;
  write(kind: WebKind): Promise<void>;
  forget(): Promise<void>;
}

/** A server that hands out whole branches only is asked again every day: it may have learned more. */
function createKindMemory(file: string, now: Date): KindMemory {
  const day = now.toISOString().slice(0, 10);
  return {
    read: async () => {
      const text = Buffer.from((await readFileIfAny(file)) ?? []).toString('utf8');
      if (text === 'single objects') return text;
      return text === `whole branches ${day}` ? 'whole branches' : undefined;
    },
    write: (kind) => writeFileAtomic(file, kind === 'whole branches' ? `${kind} ${day}` : kind),
    forget: () => rm(file, { force: true }).catch(() => undefined),
  };
}

/**
 * A server that was exchanged for one of another kind gives an answer that makes no sense, or shows no branch: then it is
 * asked again what it can do, at once or by the next command.
 */
function forgettingWhenWrong(
  source: IndexSource,
  memory: KindMemory,
  again: () => Promise<IndexSource>,
): IndexSource {
  return {
    ...source,
    head: () =>
      source.head().catch(async (error: unknown) => {
        if (!hasCode(error, 'NETWORK_FAILED', 'INDEX_NOT_FOUND')) throw error;
        await memory.forget();
        if (hasCode(error, 'NETWORK_FAILED')) throw error;
        return (await again()).head();
      }),
  };
}
