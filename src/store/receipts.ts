import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { hasCode, UdosError } from '../errors/index.js';
import { readFormat, receipt, type Receipt } from '../model/formats/index.js';
import { folderNameOf, pluginOfFolder, type PluginName } from '../model/names.js';
import { fileError, isSystemError, readFileIfAny } from '../primitives/fs/index.js';

/** What is installed under one root. Written and removed by transactions only. */
export interface Receipts {
  /** @throws STATE_CORRUPT, FILESYSTEM_FAILED */
  read(plugin: PluginName): Promise<Receipt | undefined>;
  /** Ordered by name. @throws STATE_CORRUPT, FILESYSTEM_FAILED */
  all(): Promise<Receipt[]>;
  /** The same, where a receipt that cannot be read is an answer. @throws FILESYSTEM_FAILED for the folder only */
  survey(): Promise<ReceiptSurvey>;
}

export interface ReceiptSurvey {
  /** Ordered by name. */
  readonly receipts: readonly Receipt[];
  readonly unreadable: readonly UnreadableReceipt[];
}

export interface UnreadableReceipt {
  readonly file: string;
  /** Whose it is by its name; undefined when that names no plugin. */
  readonly plugin: PluginName | undefined;
  readonly error: UdosError;
}

/** 20,000 files with long names fit. */
const receiptLimits = { maxBytes: 32 * 1024 * 1024, maxDepth: 8 };

/** @param folder `HomePaths.receipts(root)`; it need not exist. */
export function createReceipts(folder: string): Receipts {
  async function survey(): Promise<ReceiptSurvey> {
    const receipts: Receipt[] = [];
    const unreadable: UnreadableReceipt[] = [];
    for (const name of await fileNames(folder)) {
      const file = path.join(folder, name);
      try {
        const found = await readReceipt(file);
        if (found !== undefined) receipts.push(found);
      } catch (error) {
        if (!hasCode(error, 'STATE_CORRUPT', 'FILESYSTEM_FAILED')) throw error;
        unreadable.push({ file, plugin: pluginOfFolder(name.slice(0, -'.json'.length)), error });
      }
    }
    return { receipts: receipts.sort((left, right) => (left.name < right.name ? -1 : 1)), unreadable };
  }
  return {
    read: (plugin) => readReceipt(receiptFile(folder, plugin)),
    all: async () => {
      const { receipts, unreadable } = await survey();
      const [bad] = unreadable;
      if (bad !== undefined) throw bad.error;
      return [...receipts];
    },
    survey,
  };
}

export function receiptFile(folder: string, plugin: PluginName): string {
  return path.join(folder, `${folderNameOf(plugin)}.json`);
}

/** The first path in a receipt that would lead out of the plugin's folder, or undefined. */
export function strayPath(files: Receipt['files']): string | undefined {
  return Object.keys(files).find(
    (file) => /[\\\0]/.test(file) || file.split('/').some((part) => ['', '.', '..'].includes(part)),
  );
}

async function fileNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw fileError('list', folder, error);
  }
}

async function readReceipt(file: string): Promise<Receipt | undefined> {
  const bytes = await readFileIfAny(file);
  if (bytes === undefined) return undefined;
  const hint = 'Run `udos install --repair` to install that plugin again.';
  const found = readFormat(receipt, bytes, {
    what: file,
    code: 'STATE_CORRUPT',
    hint,
    limits: receiptLimits,
  });
  const stray = strayPath(found.files);
  const problem =
    path.basename(file) !== `${folderNameOf(found.name)}.json`
      ? `it is the receipt of ${found.name}`
      : stray !== undefined
        ? `it lists the path ${JSON.stringify(stray.slice(0, 80))}`
        : undefined;
  if (problem === undefined) return found;
  throw new UdosError('STATE_CORRUPT', `Cannot read ${file}: ${problem}.`, { hint, data: { file, problem } });
}
