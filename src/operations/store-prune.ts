import { lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context/index.js';
import type { Integrity } from '../model/formats/index.js';
import { isRegistryId } from '../model/names.js';
import {
  fileError,
  listFolder,
  readFileIfAny,
  removeEmptyFolders,
  withLock,
} from '../primitives/fs/index.js';
import { pruneObjects } from '../registry/index.js';
import {
  integritiesIn,
  listArtifacts,
  listIncoming,
  readKnownRoots,
  withStoreAlone,
  type KnownRoot,
} from '../store/index.js';
import { findTornWrites, readHomeLocks } from './steps/home-leftovers.js';
import { findProjectIfAny } from './steps/project.js';

export interface StorePruneOptions {
  /** Tell only. */
  readonly dryRun: boolean;
  /** Roots that are not there are gone for good: forget what was installed there, an interrupted command among it. */
  readonly forgetGone: boolean;
}

/** Something that nobody needs, and that was, or under a dry run would be, removed. */
export interface PrunedItem {
  /**
   * - `artifact`: no installed plugin and no earlier state of a project needs it;
   * - `receipts`, `history`: of a root that is gone, when those are to be forgotten;
   * - `index-files`: kept files that the newest known index of a registry does not have any more;
   * - `leftover`: what a killed command left.
   */
  readonly kind: 'artifact' | 'receipts' | 'history' | 'index-files' | 'leftover';
  readonly where: string;
  readonly files: number;
  readonly bytes: number;
}

export interface StorePruneResult {
  readonly dryRun: boolean;
  readonly removed: readonly PrunedItem[];
  readonly bytes: number;
  /** Artifacts that stay. */
  readonly kept: number;
  /** Folders of receipts whose interrupted command may still need any artifact, so that all of them stay. */
  readonly unfinished: readonly string[];
  /** Roots that are not there now, of which everything stays: a disk may be away, a folder moved. */
  readonly away: readonly string[];
}

/**
 * Removes from the home what no installed plugin, no earlier state of a project and no known index needs. What is
 * installed anywhere can be repaired offline afterwards as it could before.
 *
 * What a root needs that is not there now stays, unless `forgetGone`: its disk may only be away.
 *
 * @throws STATE_LOCKED when other commands use the store for long; FILESYSTEM_FAILED
 */
export async function pruneStore(
  context: Context,
  { dryRun, forgetGone }: StorePruneOptions,
): Promise<StorePruneResult> {
  const { home } = context;
  context.reporter.step('Looking for what nobody needs');
  const removed: PrunedItem[] = [];
  const unfinished: string[] = [];
  const away: string[] = [];
  const kept = await withStoreAlone(home.store, async (held) => {
    const roots = await readKnownRoots(home.receiptsFolder);
    const gone = roots.filter(({ state }) => forgetGone && state === 'gone');
    for (const item of await itemsOfGone(context, gone)) removed.push(item);
    const stay = roots.filter((root) => !gone.includes(root));
    unfinished.push(...stay.filter((root) => root.isUnfinished).map(({ folder }) => folder));
    away.push(...stay.filter(({ state }) => state === 'gone').map(({ folder, root }) => root ?? folder));
    const artifacts = await listArtifacts(home.store);
    const needed = await neededArtifacts(context, stay, gone);
    const unneeded = artifacts.filter(({ integrity }) => integrity !== undefined && !needed.has(integrity));
    const unused = unfinished.length > 0 ? [] : unneeded;
    for (const { file, bytes } of unused) removed.push({ kind: 'artifact', where: file, files: 1, bytes });
    for (const { file, bytes } of [
      ...(await listIncoming(home.store)),
      ...(await findTornWrites(context)).files,
    ])
      removed.push({ kind: 'leftover', where: file, files: 1, bytes });
    if (!dryRun) {
      held.refuseIfLost();
      for (const { where } of removed) await remove(where);
      for (const { file } of unused) await removeEmptyFolders(path.dirname(file), home.store);
    }
    return artifacts.length - unused.length;
  });
  removed.push(...(await pruneIndexes(context, dryRun)), ...(await pruneLocks(context, dryRun)));
  return {
    dryRun,
    removed,
    bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0),
    kept,
    unfinished,
    away,
  };
}

/** Of receipts, of earlier states that could be gone back to, and of the project around. */
async function neededArtifacts(
  context: Context,
  stay: readonly KnownRoot[],
  gone: readonly KnownRoot[],
): Promise<ReadonlySet<Integrity>> {
  const needed = new Set(stay.flatMap(({ needs }) => [...needs]));
  const forgotten = new Set(gone.map(({ folder }) => path.basename(folder)));
  for (const name of await listFolder(context.home.historyFolder)) {
    if (forgotten.has(name)) continue;
    for (const file of await filesBelow(path.join(context.home.historyFolder, name))) {
      if (file.endsWith('.json')) await addIntegrities(file, needed);
    }
  }
  const around = await findProjectIfAny(context);
  if (around !== undefined) await addIntegrities(around.lockfile, needed);
  return needed;
}

async function addIntegrities(file: string, needed: Set<Integrity>): Promise<void> {
  const bytes = await readFileIfAny(file);
  for (const integrity of integritiesIn(Buffer.from(bytes ?? []).toString('utf8'))) needed.add(integrity);
}

/** The receipts and earlier states of roots that are gone for good. */
async function itemsOfGone({ home }: Context, gone: readonly KnownRoot[]): Promise<PrunedItem[]> {
  const items: PrunedItem[] = [];
  for (const { folder } of gone) {
    items.push({ kind: 'receipts', where: folder, ...(await sizeOf(folder)) });
    const history = path.join(home.historyFolder, path.basename(folder));
    const size = await sizeOf(history);
    if (size.files > 0) items.push({ kind: 'history', where: history, ...size });
  }
  return items;
}

async function pruneIndexes({ home }: Context, dryRun: boolean): Promise<PrunedItem[]> {
  const items: PrunedItem[] = [];
  for (const id of (await listFolder(home.registriesFolder)).filter(isRegistryId)) {
    const { trust } = home.registry(id);
    const { removed } = await pruneObjects(trust, dryRun);
    if (removed.length === 0) continue;
    const bytes = removed.reduce((sum, object) => sum + object.bytes, 0);
    items.push({ kind: 'index-files', where: path.join(trust, 'objects'), files: removed.length, bytes });
  }
  return items;
}

/** Taking a lock that a dead process left and letting it go is the one safe way to remove it. */
async function pruneLocks(context: Context, dryRun: boolean): Promise<PrunedItem[]> {
  const { stale } = await readHomeLocks(context);
  if (!dryRun) for (const lock of stale) await withLock(lock, () => Promise.resolve());
  return stale.map((lock) => ({ kind: 'leftover', where: lock, files: 1, bytes: 0 }));
}

async function remove(place: string): Promise<void> {
  await rm(place, { recursive: true, force: true }).catch((error: unknown) => {
    throw fileError('remove', place, error);
  });
}

async function sizeOf(folder: string): Promise<{ files: number; bytes: number }> {
  const files = await filesBelow(folder);
  let bytes = 0;
  for (const file of files) bytes += (await lstat(file)).size;
  return { files: files.length, bytes };
}

async function filesBelow(folder: string): Promise<string[]> {
  if ((await listFolder(folder)).length === 0) return [];
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  } catch (error) {
    throw fileError('list', folder, error);
  }
}
