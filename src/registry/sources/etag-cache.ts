import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../errors/index.js';
import { readFileIfAny, writeFileAtomic } from '../../primitives/fs/index.js';

interface CachedAnswer {
  readonly etag: string;
  readonly body: Uint8Array;
}

/**
 * Answers of a web server with the tags it gave them, so that asking again costs a 304. Only speed hangs on it: an
 * entry that is missing, damaged or of another URL is no entry, and one that cannot be written is not kept.
 */
export interface EtagCache {
  read(url: string): Promise<CachedAnswer | undefined>;
  write(url: string, answer: CachedAnswer): Promise<void>;
  remove(url: string): Promise<void>;
}

export function createEtagCache(folder: string): EtagCache {
  const fileOf = (url: string): string => join(folder, `${sha256(Buffer.from(url))}.json`);
  return {
    read: async (url) => {
      const bytes = await unlessFilesystemFails(() => readFileIfAny(fileOf(url)));
      return bytes === undefined ? undefined : parseEntry(new TextDecoder().decode(bytes), url);
    },
    write: async (url, { etag, body }) => {
      const entry = { url, etag, sha256: sha256(body), body: Buffer.from(body).toString('base64') };
      await unlessFilesystemFails(() => writeFileAtomic(fileOf(url), JSON.stringify(entry)));
    },
    // One that cannot be removed is not used again in this run, and overwritten when it can be.
    remove: (url) => rm(fileOf(url), { force: true }).catch(() => undefined),
  };
}

async function unlessFilesystemFails<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (hasCode(error, 'FILESYSTEM_FAILED')) return undefined;
    throw error;
  }
}

function parseEntry(text: string, url: string): CachedAnswer | undefined {
  let entry: Readonly<Record<string, unknown>> | null;
  try {
    entry = JSON.parse(text) as typeof entry;
  } catch {
    return undefined;
  }
  if (entry?.url !== url || typeof entry.etag !== 'string' || typeof entry.body !== 'string')
    return undefined;
  const body = new Uint8Array(Buffer.from(entry.body, 'base64'));
  return entry.sha256 === sha256(body) ? { etag: entry.etag, body } : undefined;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
