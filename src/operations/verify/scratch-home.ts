import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { homePaths, type Context } from '../../context/index.js';
import type { Lockfile } from '../../model/formats/index.js';
import type { RegistryId } from '../../model/names.js';
import { fileError, isFolder } from '../../primitives/fs/index.js';

/**
 * Runs `work` with a copy of what this home knows of the registries of `lock`, for a home that cannot be written. What was
 * known before counts as always; what is learned is forgotten afterwards.
 *
 * @throws FILESYSTEM_FAILED when the copy cannot be made
 */
export async function withScratchRegistries<T>(
  context: Context,
  lock: Lockfile,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'udos-verify-')).catch((error: unknown) => {
    throw fileError('make a folder in', tmpdir(), error);
  });
  try {
    const scratch = homePaths(folder);
    const registry = (id: RegistryId) => scratch.registry(id);
    for (const id of Object.keys(lock.registries) as RegistryId[]) {
      const from = context.home.registry(id);
      for (const part of ['trust', 'source'] as const) {
        if (await isFolder(from[part])) await copyFolder(from[part], registry(id)[part]);
      }
    }
    return await work({ ...context, home: { ...context.home, registry } });
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  // A lock of somebody else's, or of a killed command, is not part of the copy.
  const filter = (file: string) => !file.endsWith('.lock');
  await cp(from, to, { recursive: true, filter }).catch((error: unknown) => {
    throw fileError('copy', from, error);
  });
}
