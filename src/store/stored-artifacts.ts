import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { Integrity } from '../model/formats/index.js';
import { fileError, isSystemError, listFolder } from '../primitives/fs/index.js';

/** A file that lies where artifacts are kept. */
export interface StoredFile {
  readonly file: string;
  readonly bytes: number;
  /** What its name says that it is; undefined for what is not named, or placed, as an artifact is. */
  readonly integrity: Integrity | undefined;
}

/** Everything that lies among the artifacts of a store. @throws FILESYSTEM_FAILED */
export async function listArtifacts(store: string): Promise<StoredFile[]> {
  const folder = path.join(store, 'artifacts');
  const found: StoredFile[] = [];
  for (const letters of await listFolder(folder)) {
    const inside = path.join(folder, letters);
    const names = await listFolder(inside);
    for (const name of names) await addFile(path.join(inside, name), integrityOf(letters, name), found);
    if (names.length === 0 && !/^[0-9a-f]{2}$/.test(letters)) await addFile(inside, undefined, found);
  }
  return found;
}

/** Downloads that have not arrived, or never did. @throws FILESYSTEM_FAILED */
export async function listIncoming(store: string): Promise<StoredFile[]> {
  const folder = path.join(store, 'incoming');
  const found: StoredFile[] = [];
  for (const name of await listFolder(folder)) await addFile(path.join(folder, name), undefined, found);
  return found;
}

/**
 * Why a file is not the artifact that its name says, or undefined when it is, or is gone by now. Every byte is hashed.
 *
 * @throws FILESYSTEM_FAILED
 */
export async function findArtifactProblem({ file, integrity }: StoredFile): Promise<string | undefined> {
  if (integrity === undefined) return 'it is not named as an artifact is';
  try {
    if (!(await lstat(file)).isFile()) return 'it is not a file';
    const hash = createHash('sha512');
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
      hash.update(chunk as Buffer);
    }
    const found = `sha512-${hash.digest('base64')}`;
    return found === integrity ? undefined : `its digest is ${found}`;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw fileError('read', file, error);
  }
}

async function addFile(file: string, integrity: Integrity | undefined, found: StoredFile[]): Promise<void> {
  try {
    found.push({ file, bytes: (await lstat(file)).size, integrity });
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw fileError('look at', file, error);
  }
}

function integrityOf(letters: string, name: string): Integrity | undefined {
  const hex = /^([0-9a-f]{128})\.tgz$/.exec(name)?.[1];
  if (hex?.startsWith(letters) !== true) return undefined;
  return `sha512-${Buffer.from(hex, 'hex').toString('base64')}` as Integrity;
}
