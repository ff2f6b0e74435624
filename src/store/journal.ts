import path from 'node:path';
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import type { RootPaths } from '../context/index.js';
import { UdosError, type ErrorCode } from '../errors/index.js';
import { history, readFormat, receipt } from '../model/formats/index.js';
import * as scalar from '../model/formats/scalars.js';
import { folderNameOf } from '../model/names.js';
import { sha256Hex } from '../primitives/crypto/index.js';
import { fileError, readFileIfAny, syncFolder, writeFileAtomic } from '../primitives/fs/index.js';
import { formatJson } from '../primitives/json/index.js';
import { hostManifest } from './host-files.js';
import { strayPath } from './receipts.js';

const change = z.strictObject({
  plugin: scalar.pluginName,
  /** Null: the plugin is removed. */
  receipt: receipt.nullable(),
  /** Null: the host is not, or no longer, to know of it. */
  host: hostManifest.nullable(),
});

const projectFile = z.strictObject({
  file: z.enum(['udos.json', 'udos-lock.json']),
  /** Of the bytes that are replaced; null when there was no such file. */
  before: scalar.sha256.nullable(),
  /** Null: the file is removed. */
  bytes: z.string().nullable(),
});

/**
 * Everything that a transaction does once it is decided. It names plugins and never a place on disk: those are worked out
 * again from the root, so that no journal can lead out of it.
 */
const journal = z.strictObject({
  type: z.literal('udos/journal@1'),
  /** The folder below the staging folder that holds what is moved in and out. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** When the host was told; null for roots that no host looks at. */
  hostUpdated: scalar.time.nullable(),
  changes: z.array(change),
  files: z.array(projectFile).max(2),
  /** The state before, to be kept for a rollback. */
  history: history.nullable(),
});

export type JournalChange = z.infer<typeof change>;
export type JournalFile = z.infer<typeof projectFile>;
export type Journal = z.infer<typeof journal>;

/** A journal holds the receipts of all that it installs. */
const journalLimits = { maxBytes: 256 * 1024 * 1024, maxDepth: 8 };

/** Where a journal is kept. */
export interface JournalPlace {
  readonly paths: RootPaths;
  /** `HomePaths.receipts(root)`. */
  readonly receiptsFolder: string;
}

/**
 * The journal of a transaction that was decided and not finished, or undefined.
 *
 * A cloned project may bring a journal along, which would make receipts for files that nobody verified. So the home
 * remembers the hash of the one journal it wrote for a root, and no other is believed.
 *
 * @throws STATE_CORRUPT, FILESYSTEM_FAILED
 */
export async function readJournal({ paths, receiptsFolder }: JournalPlace): Promise<Journal | undefined> {
  const bytes = await readFileIfAny(paths.journal);
  if (bytes === undefined) return undefined;
  const mark = await readFileIfAny(markFile(receiptsFolder));
  if (mark === undefined || Buffer.from(mark).toString('utf8') !== markOf(bytes)) {
    throw refusal(paths, 'STATE_CORRUPT', 'this user did not write it');
  }
  return parseJournal(bytes, paths, 'STATE_CORRUPT');
}

/**
 * Decides a transaction: from the moment its journal is there it will be finished.
 *
 * @throws PLUGIN_INVALID when it could not be read back, and nothing is decided; FILESYSTEM_FAILED
 */
export async function writeJournal(
  { paths, receiptsFolder }: JournalPlace,
  contents: Omit<Journal, 'type'>,
  beforeDecision: () => Promise<void>,
): Promise<Journal> {
  const bytes = Buffer.from(formatJson({ type: 'udos/journal@1', ...contents }), 'utf8');
  const written = parseJournal(bytes, paths, 'PLUGIN_INVALID');
  await writeFileAtomic(markFile(receiptsFolder), markOf(bytes));
  await beforeDecision();
  await writeFileAtomic(paths.journal, bytes);
  return written;
}

/** Removes the journal of transaction `id`, no other. Durably, so that nothing that follows can be seen without it. */
export async function removeJournal({ paths }: JournalPlace, id: string): Promise<void> {
  const bytes = await readFileIfAny(paths.journal);
  if (bytes === undefined || !Buffer.from(bytes).includes(id)) return;
  try {
    await rm(paths.journal, { force: true });
    await syncFolder(paths.staging);
  } catch (error) {
    throw fileError('remove', paths.journal, error);
  }
}

/** The home's memory of the journal. No receipt can have its name: those end in `.json`. */
export function markFile(receiptsFolder: string): string {
  return path.join(receiptsFolder, 'journal.sha256');
}

/** True while the home remembers a journal for a root: its transaction may still be finished. */
export async function isUnfinished(receiptsFolder: string): Promise<boolean> {
  return (await readFileIfAny(markFile(receiptsFolder))) !== undefined;
}

function markOf(journalBytes: Uint8Array): string {
  return `${sha256Hex(journalBytes)}\n`;
}

function parseJournal(bytes: Uint8Array, paths: RootPaths, code: ErrorCode): Journal {
  const parsed = readFormat(journal, bytes, {
    what: paths.journal,
    code,
    hint: hintFor(paths),
    limits: journalLimits,
  });
  const problem = findProblem(parsed);
  if (problem !== undefined) throw refusal(paths, code, problem);
  return parsed;
}

function findProblem({ changes, files }: Journal): string | undefined {
  if (new Set(changes.map(({ plugin }) => plugin)).size !== changes.length) return 'it has a plugin twice';
  if (new Set(files.map(({ file }) => file)).size !== files.length) return 'it has a file twice';
  for (const { plugin, receipt: installed, host } of changes) {
    if (installed !== null && installed.name !== plugin)
      return `${plugin} has the receipt of ${installed.name}`;
    if (installed !== null && strayPath(installed.files) !== undefined)
      return `${plugin} has a file outside its folder`;
    if (host !== null && (installed === null || host.id !== folderNameOf(plugin)))
      return `${plugin} has a wrong host entry`;
  }
  return undefined;
}

function refusal(paths: RootPaths, code: ErrorCode, problem: string): UdosError {
  return new UdosError(code, `Cannot use the journal ${paths.journal}: ${problem}.`, {
    hint: hintFor(paths),
    data: { file: paths.journal, problem },
  });
}

function hintFor(paths: RootPaths): string {
  return `If another user's udos command was interrupted here, let that user run \`udos install\`. Otherwise remove ${paths.staging}, then run \`udos install --repair\`.`;
}
