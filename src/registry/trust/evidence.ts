import path from 'node:path';
import { readdir } from 'node:fs/promises';
import { hasCode } from '../../errors/index.js';
import { isSha256, type Sha256 } from '../../model/names.js';
import { readFileIfAny } from '../../primitives/fs/index.js';
import { parseCheckpoint } from './checkpoints.js';

/** A signed head that contradicts another one. */
export interface EvidenceHead {
  /** The file with its bytes; its signatures lie beside it. */
  readonly file: string;
  readonly sequence: number;
  readonly issued: string;
  readonly sha256: Sha256;
}

/** The evidence a registry's trust folder holds, newest last. */
export async function listEvidence(folder: string): Promise<string[]> {
  const names = await readdir(path.join(folder, 'evidence')).catch(() => []);
  return names.sort().map((name) => path.join(folder, 'evidence', name));
}

/** The heads in {@link listEvidence}, as they say themselves. What cannot be read is left out. */
export async function readEvidenceHeads(folder: string): Promise<EvidenceHead[]> {
  const heads: EvidenceHead[] = [];
  for (const place of await listEvidence(folder)) {
    const names = await readdir(place).catch(() => []);
    for (const name of names.sort()) {
      const sha256 = name.replace(/\.json$/, '');
      if (!isSha256(sha256)) continue;
      const file = path.join(place, name);
      const head = await readHead(file);
      if (head !== undefined) heads.push({ file, ...head, sha256 });
    }
  }
  return heads;
}

async function readHead(file: string): Promise<Pick<EvidenceHead, 'sequence' | 'issued'> | undefined> {
  try {
    const bytes = await readFileIfAny(file);
    if (bytes === undefined) return undefined;
    const { sequence, issued } = parseCheckpoint(bytes);
    return { sequence, issued };
  } catch (error) {
    if (hasCode(error, 'CHECKPOINT_INVALID', 'FILESYSTEM_FAILED')) return undefined;
    throw error;
  }
}
