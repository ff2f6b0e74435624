import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { UdosError } from '../../errors/index.js';
import type { IndexSource } from '../../model/index-source.js';
import { layout } from '../../model/index-layout.js';
import type { IndexPath } from '../../model/names.js';
import { fileError, isSystemError } from '../../primitives/fs/index.js';
import { checkpointMaxBytes, fileTooLarge, readEach, refuseMissingIndex, snapshotOf } from './index-files.js';

/**
 * An index in a plain folder, such as a checkout of the branch `published` or an unpacked export.
 *
 * A folder has no snapshots: only the checkpoint is held by a head. What is not a regular file, or is reached through
 * a symbolic link inside the folder, is absent; the folder itself may be a link.
 *
 * @throws from its methods INDEX_NOT_FOUND, TRANSFER_LIMIT; FILESYSTEM_FAILED for what may not be read
 */
export function createFolderSource(folder: string): IndexSource {
  return {
    location: folder,
    head: async () => {
      const root = await unlessAbsent(folder, () => realpath(folder));
      if (root === undefined) return refuseMissingIndex(folder, 'there is no such folder');
      const checkpoint = await readWithin(root, layout.checkpoint, checkpointMaxBytes);
      if (checkpoint === undefined) return refuseMissingIndex(folder, `it has no ${layout.checkpoint}`);
      return {
        snapshot: snapshotOf(checkpoint),
        read: (paths, maxBytes) =>
          readEach(paths, async (path) => {
            if (path !== layout.checkpoint) return readWithin(root, path, maxBytes);
            if (checkpoint.length > maxBytes) throw fileTooLarge(folder, path, maxBytes);
            return checkpoint;
          }),
      };
    },
  };
}

/** @param root a real path. Undefined when the index has no such file. */
async function readWithin(root: string, path: IndexPath, maxBytes: number): Promise<Uint8Array | undefined> {
  const file = join(root, path);
  return unlessAbsent(file, async () => {
    // Equal only if no part of the path is a link, and if its letters have the case that the disk has.
    if ((await realpath(file)) !== file) return undefined;
    const handle = await open(file, readOnlyFile);
    try {
      return await readRegular(handle, root, path, maxBytes);
    } finally {
      await handle.close();
    }
  });
}

/** A named pipe must not hold us up, nor a link that has just taken the file's place. Windows has neither flag. */
const readOnlyFile =
  constants.O_RDONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

async function readRegular(
  handle: FileHandle,
  root: string,
  path: IndexPath,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const stats = await handle.stat();
  if (!stats.isFile()) return undefined;
  if (stats.size > maxBytes) throw fileTooLarge(root, path, maxBytes);
  // One byte more than was announced shows a file that grows while it is read.
  const bytes = new Uint8Array(stats.size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
    length += bytesRead;
    if (length === bytes.length) throw changedMidway(root, path);
    if (bytesRead === 0) return bytes.slice(0, length);
  }
}

function changedMidway(root: string, path: IndexPath): UdosError {
  return new UdosError('FILESYSTEM_FAILED', `Cannot read ${path} of ${root}: it grew while it was read.`, {
    hint: 'Wait until whatever writes to the folder is done, then try again.',
    data: { location: root, path },
  });
}

const absent = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ENXIO'];

async function unlessAbsent<T>(file: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isSystemError(error, ...absent)) return undefined;
    throw fileError('read', file, error);
  }
}
