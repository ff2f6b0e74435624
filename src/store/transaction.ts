import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { RootPaths } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { formatTime, type HistoryEntry, type Receipt } from '../model/formats/index.js';
import type { PluginName } from '../model/names.js';
import { fileError, isSystemError, removeTornWritesIn, syncFolder } from '../primitives/fs/index.js';
import { readEcosystem } from './ecosystem.js';
import { discard, isThere, makeFolder, makeReadableFolder, refuseLinks } from './folders.js';
import { hostManifestOf, writeShim, type HostPlugin } from './host-files.js';
import {
  clearUp,
  finishJournal,
  hashOf,
  hashOfFile,
  projectFilePath,
  stagedFolders,
  type OnStep,
  type TransactionPlace,
} from './journal-steps.js';
import {
  markFile,
  readJournal,
  removeJournal,
  writeJournal,
  type Journal,
  type JournalFile,
  type JournalPlace,
} from './journal.js';

export interface PluginInstall {
  readonly receipt: Receipt;
  /** Writes the plugin into `folder`, which is there and empty, and fsyncs every file. */
  unpack(folder: string): Promise<void>;
  /** What the host is to know of it. Without it, or without `host` in the transaction, the host knows nothing. */
  readonly shim?: HostPlugin | undefined;
}

export interface InstallChange {
  readonly plugin: PluginName;
  /** Absent: the plugin is removed. */
  readonly install?: PluginInstall | undefined;
}

/** The uDOS host's files, for global roots. */
export interface HostFiles {
  /** `HomePaths.ecosystem`. */
  readonly ecosystem: string;
  readonly clock: { now(): Date };
}

export interface ProjectFileChange {
  /** `RootPaths.projectFile` or `RootPaths.lockfile`, nothing else. */
  readonly file: string;
  /** The text that is replaced, null for no such file: whatever else stands there is somebody's work and stays. */
  readonly before: string | null;
  /** Null removes it. */
  readonly bytes: string | null;
}

export interface Transaction {
  readonly paths: RootPaths;
  /** `HomePaths.receipts(root)`. */
  readonly receiptsFolder: string;
  readonly changes: readonly InstallChange[];
  /** Written last, in this order. */
  readonly files: readonly ProjectFileChange[];
  /** The state before, to be kept for a rollback; null to keep none. */
  readonly history: HistoryEntry | null;
  /** `HomePaths.history(root)`. */
  readonly historyFolder: string;
  readonly host?: HostFiles | undefined;
  /** Of the lock that the caller holds on the root; called right before the transaction is decided, and before every step after. */
  readonly refuseIfLost: () => void;
  /** Told of every step before it is taken, for tests. */
  readonly onStep?: OnStep | undefined;
}

/**
 * Installs, replaces and removes plugins, writes `udos.json` and the lockfile, and keeps what those two said before, all
 * or nothing (DESIGN section 5, check 16; THREATS C7).
 *
 * Everything new is staged beside its place and then one file, the journal, decides. A failure or a crash before that
 * leaves the old state, one after it is finished by the next `recoverTransaction`. The caller holds the lock of the root and
 * has called `recoverTransaction`.
 *
 * @throws whatever `unpack` and `refuseIfLost` throw; STATE_CORRUPT for a link in the way and a host list that cannot be
 *   read; PLUGIN_INVALID for a receipt that could not be read back; FILESYSTEM_FAILED
 */
export async function applyTransaction(transaction: Transaction): Promise<void> {
  const { paths, receiptsFolder, historyFolder, host, onStep = () => undefined } = transaction;
  const place = { paths, receiptsFolder, historyFolder, ecosystem: host?.ecosystem ?? '' };
  refuseDisorder(transaction);
  await refuseLinksIn(paths);
  if (await isThere(paths.journal)) {
    throw new UdosError('BUG', `A transaction begins below ${paths.root} before the last one is finished.`);
  }
  const files = await Promise.all(transaction.files.map((change) => journalFile(paths, change)));
  if (host !== undefined) await readEcosystem(host.ecosystem);

  const id = randomBytes(16).toString('hex');
  const journal = await stage(transaction, id, onStep)
    .then(() => decide(transaction, { id, files }, onStep))
    .catch(async (error: unknown) => {
      await undo(place, id, onStep);
      throw error;
    });
  await finishJournal(place, journal, { onStep, refuseIfLost: transaction.refuseIfLost });
}

export interface Recovery extends TransactionPlace {
  /** As in {@link Transaction}. */
  readonly refuseIfLost: () => void;
  readonly onStep?: OnStep | undefined;
}

/**
 * Brings a root to rest after a command that did not end: `finished` when it was decided, `undone` when not. The caller
 * holds the lock of the root. A crash during recovery is recovered from in the same way.
 *
 * Project files that were edited since the interruption stay as they are.
 *
 * @throws STATE_CORRUPT when the journal is damaged or not this user's, or a link is in the way; FILESYSTEM_FAILED
 */
export async function recoverTransaction(recovery: Recovery): Promise<'nothing' | 'finished' | 'undone'> {
  const { paths, receiptsFolder, refuseIfLost, onStep = () => undefined } = recovery;
  await refuseLinksIn(paths);
  await removeTornWritesIn(receiptsFolder);
  const journal = await readJournal(recovery);
  if (journal !== undefined) {
    await finishJournal(recovery, journal, { onStep, refuseIfLost });
    return 'finished';
  }
  const staged = await entriesOf(paths.staging);
  for (const name of staged) {
    await onStep(`remove the staged ${name}`);
    refuseIfLost();
    await discard(path.join(paths.staging, name));
  }
  if ((await isThere(paths.staging)) || (await isThere(markFile(receiptsFolder)))) {
    await clearUp(recovery, onStep);
  }
  return staged.length > 0 ? 'undone' : 'nothing';
}

/**
 * What {@link recoverTransaction} would do, changing nothing: `undecided` is undone, `decided` is finished.
 *
 * @throws STATE_CORRUPT for a journal that is damaged or not this user's; FILESYSTEM_FAILED
 */
export async function inspectTransaction(place: JournalPlace): Promise<'none' | 'undecided' | 'decided'> {
  if ((await readJournal(place)) !== undefined) return 'decided';
  const { staging } = place.paths;
  return (await isThere(staging)) || (await isThere(markFile(place.receiptsFolder))) ? 'undecided' : 'none';
}

/**
 * A process that was stopped may come here after it lost its lock, while another one works in the staging folder: only
 * what belongs to transaction `id` is removed.
 */
async function undo(place: TransactionPlace, id: string, onStep: OnStep): Promise<void> {
  const { paths } = place;
  // Journal first: without it, whatever else is left means that nothing was decided.
  await removeJournal(place, id);
  await discard(stagedFolders(paths, id).folder);
  if ((await entriesOf(paths.staging)).length === 0) await clearUp(place, onStep);
}

function refuseDisorder({ changes }: Transaction): void {
  for (const { plugin, install } of changes) {
    const names = [install?.receipt.name, install?.shim?.manifest.name];
    const isOnce = changes.filter((other) => other.plugin === plugin).length === 1;
    if (isOnce && names.every((name) => name === undefined || name === plugin)) continue;
    throw new UdosError('BUG', `A transaction holds ${plugin} twice, or under another name.`);
  }
}

async function refuseLinksIn(paths: RootPaths): Promise<void> {
  await refuseLinks(paths.root, [paths.staging, paths.installedFolder, paths.communityFolder]);
}

async function journalFile(
  paths: RootPaths,
  { file, before, bytes }: ProjectFileChange,
): Promise<JournalFile> {
  const name = (['udos.json', 'udos-lock.json'] as const).find(
    (candidate) => projectFilePath(paths, candidate) === file,
  );
  if (name === undefined) throw new UdosError('BUG', `A transaction may not write ${file}.`);
  await refuseLinks(path.dirname(file), [file]);
  return { file: name, before: before === null ? null : hashOf(before), bytes };
}

async function stage({ paths, changes, host }: Transaction, id: string, onStep: OnStep): Promise<void> {
  const staged = stagedFolders(paths, id);
  await onStep('stage');
  await makeFolder(staged.folder);
  const filled = new Set([paths.plugins, paths.staging, staged.folder]);
  for (const { plugin, install } of changes) {
    if (install === undefined) continue;
    const folder = staged.plugin(plugin);
    await onStep(`unpack ${plugin}`);
    await makeReadableFolder(folder);
    await install.unpack(folder);
    filled.add(path.dirname(folder));
    if (host === undefined || install.shim === undefined) continue;
    await onStep(`stage the host files of ${plugin}`);
    await makeReadableFolder(staged.shim(plugin));
    await writeShim(staged.shim(plugin), install.shim);
    filled.add(path.dirname(staged.shim(plugin)));
  }
  for (const folder of filled) {
    await syncFolder(folder).catch((error: unknown) => {
      throw fileError('write', folder, error);
    });
  }
}

async function decide(
  { paths, receiptsFolder, changes, history, host, refuseIfLost }: Transaction,
  { id, files }: Pick<Journal, 'id' | 'files'>,
  onStep: OnStep,
): Promise<Journal> {
  const contents = {
    id,
    hostUpdated: host === undefined ? null : formatTime(host.clock.now()),
    changes: changes.map(({ plugin, install }) => ({
      plugin,
      receipt: install?.receipt ?? null,
      host: host && install?.shim ? hostManifestOf(install.shim) : null,
    })),
    files,
    history,
  };
  await onStep('remember the journal');
  refuseIfLost();
  return writeJournal({ paths, receiptsFolder }, contents, async () => {
    await onStep('decide');
    for (const { file, before } of files) await refuseEdited(projectFilePath(paths, file), before);
    refuseIfLost();
  });
}

async function refuseEdited(file: string, before: string | null): Promise<void> {
  if ((await hashOfFile(file)) === before) return;
  throw new UdosError('STATE_CORRUPT', `Cannot write ${file}: it was changed while this command ran.`, {
    hint: 'Nothing was changed. Run the command again.',
    data: { file },
  });
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw fileError('list', folder, error);
  }
}
