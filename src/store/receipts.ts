import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../errors/index.js';
import { readFormat, receipt, type Receipt } from '../model/formats/index.js';
import { folderNameOf, type PluginName } from '../model/names.js';
import { fileError, isSystemError, readFileIfAny } from '../primitives/fs/index.js';

/** What is installed under one root. Written and removed by transactions only. */
export interface Receipts {
  /** @throws STATE_CORRUPT, FILESYSTEM_FAILED */
  read(plugin: PluginName): Promise<Receipt | undefined>;
  /** Ordered by name. @throws STATE_CORRUPT, FILESYSTEM_FAILED */
  all(): Promise<Receipt[]>;
}

/** 20,000 files with long names fit. */
const receiptLimits = { maxBytes: 32 * 1024 * 1024, maxDepth: 8 };

/** @param folder `HomePaths.receipts(root)`; it need not exist. */
export function createReceipts(folder: string): Receipts {
  return {
    read: (plugin) => readReceipt(receiptFile(folder, plugin)),
    all: async () => {
      const receipts: Receipt[] = [];
      for (const name of await fileNames(folder)) {
        const found = await readReceipt(path.join(folder, name));
        if (found !== undefined) receipts.push(found);
      }
      return receipts.sort((left, right) => (left.name < right.name ? -1 : 1));
    },
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
  const hint = `Remove ${file}, then run \`udos install\` to install that plugin again.`;
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
