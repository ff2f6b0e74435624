import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { fileError } from '../fs/index.js';

/** The id that git gives to these bytes as a file. */
export function blobIdOf(bytes: Uint8Array): string {
  return hasher(bytes.length).update(bytes).digest('hex');
}

/** The id that git gives to a file of the disk as it lies there; it is never in memory as a whole. @throws FILESYSTEM_FAILED */
export async function blobIdOfFile(file: string): Promise<string> {
  try {
    const hash = hasher((await stat(file)).size);
    await pipeline(createReadStream(file), hash);
    return hash.digest('hex');
  } catch (error) {
    throw fileError('read', file, error);
  }
}

function hasher(size: number) {
  return createHash('sha1').update(`blob ${size}\0`);
}
