import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../context/index.js';
import { isRegistryId } from '../../model/names.js';
import {
  fileError,
  isSystemError,
  isTornWrite,
  listFolder,
  readLockState,
} from '../../primitives/fs/index.js';

/** What a killed command left in the home. */
export interface Leftover {
  readonly file: string;
  readonly bytes: number;
}

/** A write takes moments. A temporary file that is older belongs to no running command. */
const tornAfterMs = 10 * 60 * 1000;

/**
 * Temporary files of writes that were killed long ago, wherever in a home they can be; those among the keys apart, as they
 * may hold a secret.
 *
 * @throws FILESYSTEM_FAILED
 */
export async function findTornWrites(
  context: Context,
): Promise<{ readonly files: readonly Leftover[]; readonly keys: readonly Leftover[] }> {
  const { home } = context;
  const files: Leftover[] = [];
  const keys: Leftover[] = [];
  await collectTorn(context, home.folder, 0, files);
  await collectTorn(context, path.dirname(home.ecosystem), 0, files);
  for (const folder of [home.receiptsFolder, home.historyFolder])
    await collectTorn(context, folder, 4, files);
  for (const id of (await listFolder(home.registriesFolder)).filter(isRegistryId)) {
    const { trust, source } = home.registry(id);
    await collectTorn(context, trust, 4, files);
    await collectTorn(context, source, 0, files);
  }
  await collectTorn(context, home.keys, 0, keys);
  return { files, keys };
}

/** Locks in a home that somebody holds, and those that dead processes left. @throws FILESYSTEM_FAILED */
export async function readHomeLocks({
  home,
}: Context): Promise<{ readonly held: readonly string[]; readonly stale: readonly string[] }> {
  const folders = [home.folder, home.keys, path.dirname(home.ecosystem), `${home.store}.users`];
  for (const id of (await listFolder(home.registriesFolder)).filter(isRegistryId))
    folders.push(home.registry(id).folder);
  const held: string[] = [];
  const stale: string[] = [];
  for (const folder of folders) {
    for (const name of await listFolder(folder)) {
      if (!name.endsWith('.lock')) continue;
      const lock = path.join(folder, name);
      const state = await readLockState(lock);
      if (state !== 'free') (state === 'held' ? held : stale).push(lock);
    }
  }
  return { held, stale };
}

async function collectTorn(
  context: Context,
  folder: string,
  depth: number,
  found: Leftover[],
): Promise<void> {
  for (const name of await listFolder(folder)) {
    const file = path.join(folder, name);
    if (!isTornWrite(name) && depth === 0) continue;
    try {
      const entry = await lstat(file);
      if (entry.isDirectory() && depth > 0) await collectTorn(context, file, depth - 1, found);
      const isOld = entry.mtimeMs < context.clock.now().getTime() - tornAfterMs;
      if (entry.isFile() && isTornWrite(name) && isOld) found.push({ file, bytes: entry.size });
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw fileError('look at', file, error);
    }
  }
}
