import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileError, isSystemError } from '../../primitives/fs/index.js';
import { blobIdOfFile, listTree, openRepository, readRef } from '../../primitives/git/index.js';
import type { IndexTree } from '../../registry/index.js';

/**
 * What lies in a folder, `.git` left out: an index as its owner is editing it. Links and submodules have a path there and, as
 * in a commit, no bytes.
 */
export async function folderTree(folder: string): Promise<IndexTree> {
  const { files, others } = await listFolder(folder, '');
  const known = new Set(files);
  const paths = new Set([...files, ...others, ...(await submodulesOf(folder))]);
  return {
    paths: [...paths].sort(),
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

interface Listed {
  readonly files: string[];
  /** Links, repositories in the repository, pipes. */
  readonly others: string[];
}

async function listFolder(folder: string, below: string): Promise<Listed> {
  const listed: Listed = { files: [], others: [] };
  const entries = await readdir(path.join(folder, below)).catch((error: unknown): string[] => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw fileError('read', folder, error);
  });
  if (below !== '' && entries.includes('.git')) return { files: [], others: [below] };
  for (const name of entries) {
    if (below === '' && name === '.git') continue;
    const relative = below === '' ? name : `${below}/${name}`;
    const stats = await lstat(path.join(folder, relative));
    if (stats.isDirectory()) {
      const { files, others } = await listFolder(folder, relative);
      listed.files.push(...files);
      listed.others.push(...others);
    } else if (stats.isFile()) listed.files.push(relative);
    else listed.others.push(relative);
  }
  return listed;
}

/** Submodules of the commit that is checked out. One that was never fetched is an empty folder. */
async function submodulesOf(folder: string): Promise<string[]> {
  const repo = await openRepository(folder);
  const commit = repo?.workTree === undefined ? undefined : await readRef(repo, 'HEAD');
  if (repo === undefined || commit === undefined) return [];
  const paths: string[] = [];
  for (const { path: place, mode } of await listTree(repo, commit)) {
    if (mode !== '160000') continue;
    const entries = await readdir(path.join(folder, place)).catch(() => undefined);
    if (entries?.length === 0) paths.push(place);
  }
  return paths;
}
