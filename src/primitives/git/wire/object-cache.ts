import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { gitObject, type GitObject, type GitObjectType } from './git-object.js';

/**
 * Objects by their ids in a folder. Only speed hangs on it: what is missing, damaged or cannot be read is fetched again, and
 * what cannot be written is not kept.
 */
export interface ObjectCache {
  read(oid: string): Promise<GitObject | undefined>;
  write(objects: Iterable<GitObject>): Promise<void>;
  /** Removes everything when there is much: folders of older commits, mostly. */
  shrink(): Promise<void>;
}

/** A few thousand files are a few megabytes. */
const mostObjects = 5_000;

/** A file for each object: what its id is the SHA-1 of. It is computed again whenever one is read. */
export function createObjectCache(folder: string): ObjectCache {
  const fileOf = (oid: string) => path.join(folder, oid.slice(0, 2), oid.slice(2));
  return {
    read: async (oid) => {
      const bytes = await readFile(fileOf(oid)).catch(ignoreSystemError);
      const object = bytes && parseFile(bytes);
      return object?.oid === oid ? object : undefined;
    },
    write: async (objects) => {
      await Promise.all([...objects].map((object) => writeObject(fileOf(object.oid), object)));
    },
    shrink: async () => {
      let count = 0;
      for (const letters of (await readdir(folder).catch(ignoreSystemError)) ?? [])
        count += (await readdir(path.join(folder, letters)).catch(ignoreSystemError))?.length ?? 0;
      if (count > mostObjects) await rm(folder, { recursive: true, force: true }).catch(ignoreSystemError);
    },
  };
}

function ignoreSystemError(error: unknown): undefined {
  if (error instanceof Error && 'code' in error) return undefined;
  throw error;
}

function parseFile(bytes: Buffer): GitObject | undefined {
  const end = bytes.indexOf(0);
  const type = /^(commit|tree|blob|tag) [0-9]{1,15}$/.exec(
    bytes.toString('latin1', 0, Math.max(end, 0)),
  )?.[1];
  return type === undefined ? undefined : gitObject(type as GitObjectType, bytes.subarray(end + 1));
}

/** Not synced: a torn file is a missing one. */
async function writeObject(file: string, { type, bytes }: GitObject): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.udos-tmp`;
  const content = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(temporary, content, { flag: 'wx' });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(ignoreSystemError);
    ignoreSystemError(error);
  }
}
