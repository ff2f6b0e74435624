import path from 'node:path';
import { rm } from 'node:fs/promises';
import type { RootPaths } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { folderNameOf, type PluginName, type Sha256 } from '../model/names.js';
import { sha256Hex } from '../primitives/crypto/index.js';
import {
  fileError,
  readFileIfAny,
  removeEmptyFolders,
  syncFolder,
  writeFileAtomic,
} from '../primitives/fs/index.js';
import { formatJson } from '../primitives/json/index.js';
import { applyEcosystemChanges } from './ecosystem.js';
import { discard, isThere, moveFolder, refuseLinks, takeAway } from './folders.js';
import {
  markFile,
  removeJournal,
  type Journal,
  type JournalChange,
  type JournalFile,
  type JournalPlace,
} from './journal.js';
import { keepState } from './history.js';
import { receiptFile } from './receipts.js';

export interface TransactionPlace extends JournalPlace {
  /** `HomePaths.ecosystem`. */
  readonly ecosystem: string;
  /** `HomePaths.history(root)`. */
  readonly historyFolder: string;
}

/** Told of every step before it is taken. Tests stop there. */
export type OnStep = (name: string) => void | Promise<void>;

/** How the steps of a transaction are taken: none of them once the lock of the root is another's. */
export interface Stepping {
  readonly onStep: OnStep;
  /** Of the lock that the caller holds on the root. */
  readonly refuseIfLost: () => void;
}

/** Where a transaction keeps what it is to move in, and what it moved out. */
export function stagedFolders(paths: RootPaths, id: string) {
  const folder = path.join(paths.staging, id);
  const of = (kind: string) => (plugin: PluginName) => path.join(folder, kind, folderNameOf(plugin));
  return {
    folder,
    plugin: of('plugin'),
    shim: of('shim'),
    oldPlugin: of('old-plugin'),
    oldShim: of('old-shim'),
  };
}

/**
 * Does what a journal says and removes it. Each step may have been taken before, by a run that ended anywhere: taking all
 * of them again gives the same result.
 *
 * @throws STATE_LOCKED, and no step more is taken, when the lock was lost: its next holder finishes the journal.
 */
export async function finishJournal(
  place: TransactionPlace,
  journal: Journal,
  { onStep: told, refuseIfLost }: Stepping,
): Promise<void> {
  const { paths, receiptsFolder } = place;
  const onStep = async (name: string) => {
    await told(name);
    refuseIfLost();
  };
  const staged = stagedFolders(paths, journal.id);
  for (const { plugin, receipt, host } of journal.changes) {
    await replaceFolder(
      paths.installed(plugin),
      staged.oldPlugin(plugin),
      receipt && staged.plugin(plugin),
      onStep,
    );
    if (journal.hostUpdated !== null) {
      await replaceFolder(
        paths.community(plugin),
        staged.oldShim(plugin),
        host && staged.shim(plugin),
        onStep,
      );
    }
  }
  for (const folder of [paths.installedFolder, paths.communityFolder]) {
    if (await isThere(folder)) await syncFolder(folder);
  }
  for (const change of journal.changes) {
    await onStep(`receipt of ${change.plugin}`);
    await writeReceipt(receiptsFolder, change, refuseIfLost);
  }
  if (journal.hostUpdated !== null) {
    await onStep('host list');
    await applyEcosystemChanges(place.ecosystem, hostChanges(paths, journal), journal.hostUpdated);
  }
  if (journal.history !== null) {
    await onStep('history');
    await keepState(place.historyFolder, journal.history);
  }
  for (const file of journal.files) {
    await onStep(file.file);
    await writeProjectFile(paths, file, refuseIfLost);
  }
  await onStep('remove what was replaced');
  await discard(staged.folder);
  await onStep('remove the journal');
  await removeJournal(place, journal.id);
  await clearUp(place, onStep);
}

/** Forgets a transaction whose journal and staged folders are gone, and removes the folders that it leaves empty. */
export async function clearUp({ paths, receiptsFolder }: JournalPlace, onStep: OnStep): Promise<void> {
  await onStep('remove empty folders');
  // A root may be `/`, or be given with a slash at its end.
  const root = paths.root.endsWith(path.sep) ? paths.root.slice(0, -1) : paths.root;
  for (const folder of [paths.staging, paths.installedFolder, paths.communityFolder]) {
    await removeEmptyFolders(folder, root);
  }
  if (paths.global) await removeEmptyFolders(paths.project, root);
  await onStep('forget the journal');
  await discard(markFile(receiptsFolder));
  await removeEmptyFolders(receiptsFolder, path.dirname(path.dirname(receiptsFolder)));
}

async function replaceFolder(
  folder: string,
  trash: string,
  replacement: string | null,
  onStep: OnStep,
): Promise<void> {
  if (replacement !== null && !(await isThere(replacement))) {
    if (await isThere(folder)) return;
    throw new UdosError('STATE_CORRUPT', `Cannot finish an interrupted command: ${replacement} is gone.`, {
      hint: `Remove ${path.dirname(path.dirname(path.dirname(replacement)))}, then run \`udos install\`.`,
      data: { expected: replacement },
    });
  }
  if (await isThere(folder)) {
    await onStep(`take away ${folder}`);
    await takeAway(folder, trash);
  }
  if (replacement !== null) {
    await onStep(`put in ${folder}`);
    await moveFolder(replacement, folder);
  }
}

async function writeReceipt(
  folder: string,
  { plugin, receipt }: JournalChange,
  refuseIfLost: () => void,
): Promise<void> {
  const file = receiptFile(folder, plugin);
  if (receipt === null) await discard(file);
  else await writeFileAtomic(file, formatJson(receipt), undefined, refuseIfLost);
}

function hostChanges(paths: RootPaths, { changes }: Journal) {
  return changes.map(({ plugin, host }) => ({
    id: folderNameOf(plugin),
    path: paths.community(plugin),
    manifest: host ?? undefined,
  }));
}

export function projectFilePath(paths: RootPaths, name: JournalFile['file']): string {
  return name === 'udos.json' ? paths.projectFile : paths.lockfile;
}

/** Leaves a file alone that somebody edited, or git replaced, between an interruption and now: that is their work. */
async function writeProjectFile(
  paths: RootPaths,
  { file, before, bytes }: JournalFile,
  refuseIfLost: () => void,
): Promise<void> {
  const target = projectFilePath(paths, file);
  await refuseLinks(path.dirname(target), [target]);
  if ((await hashOfFile(target)) !== before) return;
  if (bytes !== null) return writeFileAtomic(target, bytes, undefined, refuseIfLost);
  refuseIfLost();
  await rm(target, { force: true }).catch((error: unknown) => {
    throw fileError('remove', target, error);
  });
}

export async function hashOfFile(file: string): Promise<Sha256 | null> {
  const bytes = await readFileIfAny(file);
  return bytes === undefined ? null : (sha256Hex(bytes) as Sha256);
}

export function hashOf(text: string): Sha256 {
  return sha256Hex(Buffer.from(text, 'utf8')) as Sha256;
}
