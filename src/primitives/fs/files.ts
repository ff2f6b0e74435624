import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../../errors/index.js';

/** True for the system error `code` (`ENOENT`, `EACCES` …). */
export function isSystemError(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
  );
}

/**
 * The bytes of a file, or undefined when there is none.
 *
 * @throws FILESYSTEM_FAILED when it is there but cannot be read.
 */
export async function readFileIfAny(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw fileError('read', file, error);
  }
}

/** What the name of a temporary file ends with: nothing else on a machine is called so. */
const temporaryEnding = '.udos-tmp';

/**
 * Writes a file so that a crash leaves the old bytes or the new ones: a temporary file beside it, fsync, one rename,
 * fsync of the folder. Missing folders are made. What a kill leaves is known by its name: {@link isTornWrite}.
 *
 * @param mode permission bits, by default 0644.
 * @param beforeRename called right before the new bytes count; what it throws leaves the old ones.
 * @throws FILESYSTEM_FAILED
 */
export async function writeFileAtomic(
  file: string,
  bytes: Uint8Array | string,
  mode = 0o644,
  beforeRename: () => void = () => undefined,
): Promise<void> {
  const folder = path.dirname(file);
  const temporary = `${file}.${randomBytes(6).toString('hex')}${temporaryEnding}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeDurably(temporary, bytes, mode);
    beforeRename();
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError('write', file, error);
  }
}

async function writeDurably(file: string, bytes: Uint8Array | string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(bytes);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Removes what writes of `file` left beside it that were killed before their rename. Only for who holds the lock that all
 * writers of the file take.
 */
export async function removeTornWrites(file: string): Promise<void> {
  const folder = path.dirname(file);
  for (const entry of await listFolder(folder)) {
    if (entry.startsWith(`${path.basename(file)}.`) && isTornWrite(entry))
      await rm(path.join(folder, entry), { force: true });
  }
}

/** The same for every file right in a folder. */
export async function removeTornWritesIn(folder: string): Promise<void> {
  for (const entry of (await listFolder(folder)).filter(isTornWrite))
    await rm(path.join(folder, entry), { force: true });
}

/** True for the name of a temporary file of {@link writeFileAtomic}. */
export function isTornWrite(name: string): boolean {
  return name.endsWith(temporaryEnding);
}

/** Makes a folder's entries durable. A system that cannot sync folders (Windows) has nothing to do here. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isSystemError(error, 'EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP')) throw error;
  }
}

export async function isFolder(folder: string): Promise<boolean> {
  return isKind(folder, 'isDirectory');
}

export async function isFile(file: string): Promise<boolean> {
  return isKind(file, 'isFile');
}

async function isKind(folder: string, kind: 'isDirectory' | 'isFile'): Promise<boolean> {
  try {
    return (await stat(folder))[kind]();
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw fileError('look at', folder, error);
  }
}

/** The names in a folder, sorted; none where there is no folder. @throws FILESYSTEM_FAILED */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw fileError('list', folder, error);
  }
}

/** Removes `folder` and its parents up to, not including, `above`, as long as they are empty. */
export async function removeEmptyFolders(folder: string, above: string): Promise<void> {
  let current = folder;
  while (current.startsWith(`${above}${path.sep}`)) {
    try {
      await rmdir(current);
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) {
        current = path.dirname(current);
        continue;
      }
      return;
    }
    current = path.dirname(current);
  }
}

/** What a system error says to people. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'no space is left on the disk',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
};

export function fileError(verb: string, file: string, error: unknown): UdosError {
  if (error instanceof UdosError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const reason = code === undefined ? 'an unknown failure' : (reasons[code] ?? code);
  return new UdosError('FILESYSTEM_FAILED', `Cannot ${verb} ${file}: ${reason}.`, {
    hint: isSystemError(error, 'EISDIR', 'ENOTDIR')
      ? 'Name another place.'
      : 'Check the owner, the mode and the free space of that place, then run the command again.',
    data: { file, reason },
    cause: error,
  });
}
