import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../errors/index.js';
import { isSha256, type Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { fileError, isSystemError, listFolder } from '../../primitives/fs/index.js';
import { parseCheckpoint } from './checkpoints.js';
import { createDiskTrustStore } from './disk-trust-store.js';
import { parseSums } from './sums.js';
import type { TrustStore } from './trust-store.js';

/** An index file that this machine keeps under its hash. */
interface KeptObject {
  readonly file: string;
  /** Undefined for a file whose name is no hash. */
  readonly sha256: Sha256 | undefined;
  readonly bytes: number;
  /** Tells it from a file that is put in its place later. */
  readonly identity: string;
}

/** What became of the kept index files of one registry. */
export interface ObjectsReport {
  readonly checked: number;
  /** Files that were, or under a dry run would be, removed. */
  readonly removed: readonly { readonly file: string; readonly bytes: number }[];
}

/**
 * Hashes every kept index file and removes those that are not what their name says, unless `dryRun`. Readers hash again
 * and fetch what is missing, so that nothing is lost.
 *
 * @param folder `RegistryPaths.trust`
 * @throws FILESYSTEM_FAILED
 */
export async function checkObjects(folder: string, dryRun: boolean): Promise<ObjectsReport> {
  const objects = await listObjects(folder);
  const damaged: KeptObject[] = [];
  for (const object of objects) {
    if (object.sha256 !== undefined && (await sha256Of(object.file)) !== object.sha256) damaged.push(object);
  }
  if (!dryRun) await removeAll(damaged);
  return { checked: objects.length, removed: damaged };
}

/**
 * Removes the kept index files that the head this machine believes does not lead to, unless `dryRun`. One is needed when
 * any listing that can be reached from the head has its hash: whatever worked offline goes on to. Without a head, or when
 * it cannot be read, everything stays.
 *
 * @param folder `RegistryPaths.trust`
 * @throws STATE_LOCKED, FILESYSTEM_FAILED
 */
export async function pruneObjects(folder: string, dryRun: boolean): Promise<ObjectsReport> {
  const store = createDiskTrustStore(folder);
  return store.exclusively(async () => {
    // Before the listings are followed: readers keep a listing first and then what it lists, so that a file that is seen
    // here has its listing there already.
    const objects = await listObjects(folder);
    const needed = await neededObjects(store);
    const removed =
      needed === undefined ? [] : objects.filter(({ sha256 }) => sha256 !== undefined && !needed.has(sha256));
    if (!dryRun) await removeAll(removed);
    return { checked: objects.length, removed };
  });
}

async function neededObjects(store: TrustStore): Promise<ReadonlySet<Sha256> | undefined> {
  try {
    const state = await store.load();
    if (state?.head === undefined) return undefined;
    return (await followListings(parseCheckpoint(state.head.bytes).sums, store)).listed;
  } catch (error) {
    if (hasCode(error, 'STATE_CORRUPT', 'CHECKPOINT_INVALID')) return undefined;
    throw error;
  }
}

export interface FollowedListings {
  /** Every hash that a kept listing names, and the top itself. */
  readonly listed: ReadonlySet<Sha256>;
  /** Those of them that are kept with other bytes. */
  readonly damaged: readonly Sha256[];
}

/** Follows the listings that are kept, from the top `SHA256SUMS` of a head down, and hashes all that is kept of them. */
export async function followListings(top: Sha256, store: TrustStore): Promise<FollowedListings> {
  const listed = new Set<Sha256>([top]);
  const damaged: Sha256[] = [];
  const readGood = async (sha256: Sha256) => {
    const bytes = await store.readObject(sha256);
    if (bytes === undefined || sha256Hex(bytes) === sha256) return bytes;
    damaged.push(sha256);
    return undefined;
  };
  const folders = [top];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const bytes = await readGood(next);
    if (bytes === undefined) continue;
    const listing = parseSums(bytes, next);
    for (const sha256 of listing.files.values()) {
      if (listed.has(sha256)) continue;
      listed.add(sha256);
      await readGood(sha256);
    }
    for (const sha256 of listing.folders.values()) {
      if (!listed.has(sha256)) folders.push(sha256);
      listed.add(sha256);
    }
  }
  return { listed, damaged };
}

async function listObjects(folder: string): Promise<KeptObject[]> {
  const objects: KeptObject[] = [];
  const top = path.join(folder, 'objects');
  for (const letters of await listFolder(top)) {
    for (const name of await listFolder(path.join(top, letters))) {
      const file = path.join(top, letters, name);
      try {
        const entry = await lstat(file);
        const isWellPlaced = isSha256(name) && name.startsWith(letters);
        objects.push({
          file,
          sha256: isWellPlaced ? name : undefined,
          bytes: entry.size,
          identity: identityOf(entry),
        });
      } catch (error) {
        // A temporary file of a reader at work.
        if (!isSystemError(error, 'ENOENT')) throw fileError('look at', file, error);
      }
    }
  }
  return objects;
}

/** A reader may have kept one of them anew meanwhile, below a listing that was not there yet: that one stays. */
async function removeAll(objects: readonly KeptObject[]): Promise<void> {
  for (const { file, identity } of objects) {
    try {
      if (identityOf(await lstat(file)) === identity) await rm(file, { recursive: true, force: true });
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw fileError('remove', file, error);
    }
  }
}

function identityOf({ dev, ino, mtimeMs }: Stats): string {
  return `${dev} ${ino} ${mtimeMs}`;
}

/** Undefined for what is no file, or is gone by now. */
async function sha256Of(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EISDIR')) return undefined;
    throw fileError('read', file, error);
  }
  return hash.digest('hex');
}
