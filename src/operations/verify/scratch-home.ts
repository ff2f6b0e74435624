import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { homePaths, type Context } from '../../context/index.js';
import type { Lockfile } from '../../model/formats/index.js';
import type { RegistryId } from '../../model/names.js';
import { fileError, isFolder, listFolder } from '../../primitives/fs/index.js';

/**
 * Runs `work` with a copy of what this home knows of the registries of `lock`, for a home that cannot be written. What was
 * known before counts as always; what is learned is forgotten afterwards, but for new evidence of misbehaviour: then the copy
 * stays, and a warning says where.
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
  const scratch = homePaths(folder);
  const registry = (id: RegistryId) => scratch.registry(id);
  try {
    for (const id of Object.keys(lock.registries) as RegistryId[]) {
      const from = context.home.registry(id);
      for (const part of ['trust', 'source'] as const) {
        if (await isFolder(from[part])) await copyFolder(from[part], registry(id)[part]);
      }
    }
    return await work({ ...context, home: { ...context.home, registry } });
  } finally {
    const evidence: string[] = [];
    for (const id of Object.keys(lock.registries) as RegistryId[])
      evidence.push(...(await newEvidence(registry(id).trust).catch(() => [])));
    if (evidence.length === 0) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    else
      context.reporter.warn(
        `This home cannot be written, so the evidence was kept in ${evidence.join(', ')}.`,
      );
  }
}

/** A reset is the owner's doing, and is met again. */
async function newEvidence(trust: string): Promise<string[]> {
  const folder = path.join(trust, 'evidence');
  return (await listFolder(folder))
    .filter((name) => !name.endsWith('-reset'))
    .map((name) => path.join(folder, name));
}

async function copyFolder(from: string, to: string): Promise<void> {
  // A lock of somebody else's, or of a killed command, is not part of the copy, nor is what stays where it is.
  const filter = (file: string) => !file.endsWith('.lock') && path.basename(file) !== 'evidence';
  await cp(from, to, { recursive: true, filter }).catch((error: unknown) => {
    throw fileError('copy', from, error);
  });
}
