import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileError, isSystemError, listFolder } from '../../fs/index.js';
import { gitObject, type GitObject, type GitObjectType } from './git-object.js';

/** Objects by their ids in a folder. Only speed hangs on it: what is missing or damaged is fetched again. */
export interface ObjectCache {
  /** @throws FILESYSTEM_FAILED for what is there and cannot be read */
  read(oid: string): Promise<GitObject | undefined>;
  /** @throws FILESYSTEM_FAILED */
  write(objects: Iterable<GitObject>): Promise<void>;
  /** Removes everything when there is much: folders of older commits, mostly. @throws FILESYSTEM_FAILED */
  shrink(): Promise<void>;
}

/** A few thousand files are a few megabytes. */
const mostObjects = 5_000;

/** A file for each object: what its id is the SHA-1 of. It is computed again whenever one is read. */
export function createObjectCache(folder: string): ObjectCache {
  const fileOf = (oid: string) => path.join(folder, oid.slice(0, 2), oid.slice(2));
  return {
    read: async (oid) => {
      const bytes = await readFile(fileOf(oid)).catch((error: unknown) => {
        if (isSystemError(error, 'ENOENT')) return undefined;
        throw fileError('read', fileOf(oid), error);
      });
      const object = bytes && parseFile(bytes);
      return object?.oid === oid ? object : undefined;
    },
    write: async (objects) => {
      await Promise.all([...objects].map((object) => writeObject(fileOf(object.oid), object)));
    },
    shrink: async () => {
      let count = 0;
      for (const letters of await listFolder(folder))
        count += (await listFolder(path.join(folder, letters))).length;
      if (count <= mostObjects) return;
      await rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
        throw fileError('remove', folder, error);
      });
    },
  };
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
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(temporary, Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]), {
      flag: 'wx',
    });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError('write', file, error);
  }
}
