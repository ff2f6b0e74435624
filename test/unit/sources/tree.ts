import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tree } from './contract.js';

/** An empty folder of its own, by its real path. */
export function makeTemporaryFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'udos-sources-'));
}

/** Makes `folder` hold `files` and nothing else. */
export async function replaceTree(folder: string, files: Tree): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [name, bytes] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}
