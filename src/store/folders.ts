import { chmod, lstat, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../errors/index.js';
import { fileError, isSystemError } from '../primitives/fs/index.js';

/** True when something, be it a dangling link, has this name. */
export async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw fileError('look at', file, error);
  }
}

export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError('make', folder, error);
  });
}

/** Makes a folder with the mode 0755, whatever the umask, as all folders of plugins have it. */
export async function makeReadableFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  await chmod(folder, 0o755).catch((error: unknown) => {
    throw fileError('make', folder, error);
  });
}

/** Removes a file or a whole folder, if it is there. A link is removed, what it points to stays. */
export async function discard(place: string): Promise<void> {
  await rm(place, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => {
    throw fileError('remove', place, error);
  });
}

/** Puts a folder into its place in one step. There must be nothing at `to`. */
export async function moveFolder(from: string, to: string): Promise<void> {
  await makeFolder(path.dirname(to));
  await rename(from, to).catch((error: unknown) => {
    throw fileError('move', to, error);
  });
}

/** Clears the place of a folder that is to be thrown away later, replacing what an earlier try left at `trash`. */
export async function takeAway(folder: string, trash: string): Promise<void> {
  await discard(trash);
  await makeFolder(path.dirname(trash));
  try {
    await rename(folder, trash);
  } catch (error) {
    // A container's overlay file system cannot rename a folder that came with the image.
    if (!isSystemError(error, 'EXDEV')) throw fileError('move', folder, error);
    await discard(folder);
  }
}

/**
 * The first link on the way from `root` down to `folder`, both ends excluded and included respectively, or undefined.
 * Whatever does not exist yet is no link.
 */
export async function findLink(root: string, folder: string): Promise<string | undefined> {
  let current = root;
  for (const part of path.relative(root, folder).split(path.sep)) {
    current = path.join(current, part);
    try {
      if ((await lstat(current)).isSymbolicLink()) return current;
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw fileError('look at', current, error);
    }
  }
  return undefined;
}

/**
 * Plugins are real folders in real folders. A link below a root, which a cloned project may bring along, could lead a write
 * or a removal out of it.
 *
 * @throws STATE_CORRUPT naming the link.
 */
export async function refuseLinks(root: string, places: readonly string[]): Promise<void> {
  for (const place of places) {
    const link = await findLink(root, place);
    if (link === undefined) continue;
    throw new UdosError(
      'STATE_CORRUPT',
      `Cannot write below ${root}: ${link} is a link, expected a real file or folder.`,
      { hint: `Replace ${link} by what it points to, then run the command again.`, data: { root, link } },
    );
  }
}
