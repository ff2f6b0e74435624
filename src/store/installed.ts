import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { RootPaths } from '../context/index.js';
import type { Receipt } from '../model/formats/index.js';
import { fileError, isFolder } from '../primitives/fs/index.js';
import { findLink } from './folders.js';

/**
 * - `folder-missing`: there is no folder of the plugin;
 * - `missing`, `changed`: a file of the receipt is not there, or is something else;
 * - `extra`: a file or a folder that the receipt does not have;
 * - `mode`: executable and should not be, or the other way round;
 * - `link`: a link, which no plugin has.
 */
export type InstalledProblemKind = 'folder-missing' | 'missing' | 'changed' | 'extra' | 'mode' | 'link';

export interface InstalledProblem {
  readonly kind: InstalledProblemKind;
  /** Inside the plugin's folder, with forward slashes; `.` is the folder itself. */
  readonly path: string;
}

/**
 * Every difference between a plugin's installed folder and its receipt, ordered by path. Every byte is hashed; no link is
 * followed.
 *
 * @throws FILESYSTEM_FAILED
 */
export async function inspectInstalled(paths: RootPaths, receipt: Receipt): Promise<InstalledProblem[]> {
  const folder = paths.installed(receipt.name);
  if ((await findLink(paths.root, folder)) !== undefined) return [{ kind: 'link', path: '.' }];
  if (!(await isFolder(folder))) return [{ kind: 'folder-missing', path: '.' }];

  const problems: InstalledProblem[] = [];
  const seen = new Set<string>();
  const folders = foldersOf(receipt);

  async function visitFolder(inside: string): Promise<void> {
    for (const entry of await entriesOf(path.join(folder, inside))) {
      const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
      const kind = await visit(entry, name);
      if (kind !== undefined) problems.push({ kind, path: name });
    }
  }

  async function visit(entry: Dirent, name: string): Promise<InstalledProblemKind | undefined> {
    const expected = Object.hasOwn(receipt.files, name) ? receipt.files[name] : undefined;
    if (expected !== undefined) seen.add(name);
    if (entry.isSymbolicLink()) return 'link';
    if (entry.isDirectory() && folders.has(name)) {
      await visitFolder(name);
      return undefined;
    }
    if (expected === undefined) return 'extra';
    return entry.isFile() ? compareFile(path.join(folder, name), expected) : 'changed';
  }

  await visitFolder('');
  for (const name of Object.keys(receipt.files)) {
    if (!seen.has(name)) problems.push({ kind: 'missing', path: name });
  }
  return problems.sort((left, right) => (left.path < right.path ? -1 : 1));
}

function foldersOf(receipt: Receipt): Set<string> {
  const folders = new Set<string>();
  for (const file of Object.keys(receipt.files)) {
    for (let end = file.indexOf('/'); end !== -1; end = file.indexOf('/', end + 1)) {
      folders.add(file.slice(0, end));
    }
  }
  return folders;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw fileError('list', folder, error);
  }
}

async function compareFile(
  file: string,
  expected: Receipt['files'][string],
): Promise<InstalledProblemKind | undefined> {
  try {
    const { size, mode } = await lstat(file);
    if (size !== expected.size || (await sha256Of(file)) !== expected.sha256) return 'changed';
    // Windows has no executable bit.
    const isExecutable = process.platform === 'win32' ? expected.executable : (mode & 0o100) !== 0;
    return isExecutable === expected.executable ? undefined : 'mode';
  } catch (error) {
    throw fileError('read', file, error);
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
