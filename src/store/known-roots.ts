import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../errors/index.js';
import type { Integrity } from '../model/formats/index.js';
import { fileError, isSystemError, listFolder, readFileIfAny } from '../primitives/fs/index.js';
import { isUnfinished } from './journal.js';

/** A root that this home has receipts of. */
export interface KnownRoot {
  /** The folder of its receipts. */
  readonly folder: string;
  /** Undefined when no receipt in it can be read so far. */
  readonly root: string | undefined;
  /** `gone`: nothing is there any more. A root that nobody can name counts as there. */
  readonly state: 'there' | 'gone';
  /** Artifacts that its receipts name, also those that cannot be read otherwise. */
  readonly needs: ReadonlySet<Integrity>;
  /** A transaction was interrupted: what it needs stands in its own journal. */
  readonly isUnfinished: boolean;
}

/** Every root that this home has receipts of. @throws FILESYSTEM_FAILED */
export async function readKnownRoots(receiptsFolder: string): Promise<KnownRoot[]> {
  const roots: KnownRoot[] = [];
  for (const name of await listFolder(receiptsFolder)) {
    const folder = path.join(receiptsFolder, name);
    const texts = await readTexts(folder);
    const root = texts.map(rootOf).find((one) => one !== undefined);
    roots.push({
      folder,
      root,
      state: root !== undefined && (await isGone(root)) ? 'gone' : 'there',
      needs: new Set(texts.flatMap(integritiesIn)),
      isUnfinished: await isUnfinished(folder),
    });
  }
  return roots;
}

/** Every `sha512-…` in a text, whatever the text is: who keeps artifacts rather keeps one too many. */
export function integritiesIn(text: string): Integrity[] {
  return [...text.matchAll(/sha512-[A-Za-z0-9+/]{86}==/g)].map(([integrity]) => integrity as Integrity);
}

async function readTexts(folder: string): Promise<string[]> {
  const texts: string[] = [];
  for (const name of await listFolder(folder)) {
    if (!name.endsWith('.json')) continue;
    const bytes = await readFileIfAny(path.join(folder, name)).catch((error: unknown) => {
      if (hasCode(error, 'FILESYSTEM_FAILED') && isSystemError(error.cause, 'EISDIR')) return undefined;
      throw error;
    });
    if (bytes !== undefined) texts.push(Buffer.from(bytes).toString('utf8'));
  }
  return texts;
}

/** Of a receipt, read loosely: only to look whether that place is there. */
function rootOf(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as { root?: unknown } | null;
    return typeof value?.root === 'string' && path.isAbsolute(value.root) ? value.root : undefined;
  } catch {
    return undefined;
  }
}

async function isGone(root: string): Promise<boolean> {
  try {
    await lstat(root);
    return false;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return true;
    // A place that may not be looked at may still be there.
    if (isSystemError(error, 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG')) return false;
    throw fileError('look at', root, error);
  }
}
