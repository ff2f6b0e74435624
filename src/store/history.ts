import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../errors/index.js';
import { history, readFormat, type HistoryEntry } from '../model/formats/index.js';
import {
  fileError,
  isSystemError,
  readFileIfAny,
  removeTornWrites,
  writeFileAtomic,
} from '../primitives/fs/index.js';
import { formatJson } from '../primitives/json/index.js';

/** Earlier states that are kept for one root. */
export const keptStates = 10;

/** Two files of a mebibyte each, written as strings, fit. */
const historyLimits = { maxBytes: 16 * 1024 * 1024, maxDepth: 4 };

/** Earlier states of one root. Written by transactions only. */
export interface History {
  /** Of the newest state, 0 when there is none. @throws FILESYSTEM_FAILED */
  lastNumber(): Promise<number>;
  /** Undefined when there is no such state. @throws STATE_CORRUPT, FILESYSTEM_FAILED */
  read(number: number): Promise<HistoryEntry | undefined>;
  /** Oldest first. @throws STATE_CORRUPT, FILESYSTEM_FAILED */
  all(): Promise<HistoryEntry[]>;
}

/** @param folder `HomePaths.history(root)`; it need not exist. */
export function createHistory(folder: string): History {
  const read = (number: number) => readEntry(entryFile(folder, number), number);
  return {
    read,
    lastNumber: async () => (await numbersIn(folder)).at(-1) ?? 0,
    all: async () => {
      const entries = await Promise.all((await numbersIn(folder)).map(read));
      return entries.filter((entry) => entry !== undefined);
    },
  };
}

/** Writes a state and removes those that are too old to keep. Doing it twice is doing it once. */
export async function keepState(folder: string, entry: HistoryEntry): Promise<void> {
  const file = entryFile(folder, entry.number);
  await removeTornWrites(file);
  await writeFileAtomic(file, formatJson(entry));
  for (const number of (await numbersIn(folder)).slice(0, -keptStates)) {
    const old = entryFile(folder, number);
    await rm(old, { force: true }).catch((error: unknown) => {
      throw fileError('remove', old, error);
    });
  }
}

function entryFile(folder: string, number: number): string {
  return path.join(folder, `${number}.json`);
}

/** In order. */
async function numbersIn(folder: string): Promise<number[]> {
  try {
    return (await readdir(folder))
      .filter((name) => /^[1-9][0-9]{0,14}\.json$/.test(name))
      .map((name) => Number.parseInt(name, 10))
      .sort((left, right) => left - right);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw fileError('list', folder, error);
  }
}

async function readEntry(file: string, number: number): Promise<HistoryEntry | undefined> {
  const bytes = await readFileIfAny(file);
  if (bytes === undefined) return undefined;
  const hint = `Remove ${file}: that earlier state is lost, and nothing else.`;
  const entry = readFormat(history, bytes, {
    what: file,
    code: 'STATE_CORRUPT',
    hint,
    limits: historyLimits,
  });
  if (entry.number === number) return entry;
  const problem = `it is the state ${entry.number}`;
  throw new UdosError('STATE_CORRUPT', `Cannot read ${file}: ${problem}.`, { hint, data: { file, problem } });
}
