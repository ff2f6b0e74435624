import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileError, isSystemError } from '../../primitives/fs/index.js';
import { blobIdOfFile } from '../../primitives/git/index.js';
import type { IndexTree } from '../../registry/index.js';

/** The files of a folder as they are on disk, `.git` and links left out: an index as its owner is editing it. */
export async function folderTree(folder: string): Promise<IndexTree> {
  const paths = await listFiles(folder, '');
  const known = new Set(paths);
  return {
    paths: paths.sort(),
    async read(wanted) {
      const found = new Map<string, Uint8Array>();
      for (const file of wanted) {
        if (known.has(file)) found.set(file, await readFile(path.join(folder, file)));
      }
      return found;
    },
    async blobIds(wanted) {
      const found = new Map<string, string>();
      for (const file of wanted) {
        if (known.has(file)) found.set(file, await blobIdOfFile(path.join(folder, file)));
      }
      return found;
    },
  };
}

async function listFiles(folder: string, below: string): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(path.join(folder, below)).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw fileError('read', folder, error);
  });
  for (const name of entries) {
    if (below === '' && name === '.git') continue;
    const relative = below === '' ? name : `${below}/${name}`;
    const stats = await lstat(path.join(folder, relative));
    if (stats.isDirectory()) found.push(...(await listFiles(folder, relative)));
    else if (stats.isFile()) found.push(relative);
  }
  return found;
}
