import { createHash } from 'node:crypto';
import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import type { IndexPath } from '../../model/names.js';

/** The most bytes of a checkpoint: DESIGN section 5. */
export const checkpointMaxBytes = 16 * 1024;

/** True for the checkpoint and its signatures: the files that change with every publish. */
export function isCheckpointFile(path: IndexPath): boolean {
  return path.startsWith(layout.checkpoint);
}

/** The name of the snapshot that a source without commits offers: the hash of its checkpoint. */
export function snapshotOf(checkpoint: Uint8Array): string {
  return createHash('sha256').update(checkpoint).digest('hex');
}

/** @throws INDEX_NOT_FOUND always */
export function refuseMissingIndex(location: string, why: string): never {
  throw new UdosError('INDEX_NOT_FOUND', `There is no registry index at ${location}: ${why}.`, {
    hint: 'Check the address. It must lead to the branch `published` of a registry, where `udos registry checkpoint` puts the index.',
    data: { location },
  });
}

export function fileTooLarge(location: string, path: IndexPath, maxBytes: number): UdosError {
  return new UdosError(
    'TRANSFER_LIMIT',
    `Cannot read ${path} of ${location}: it has more than ${maxBytes} bytes.`,
    {
      hint: 'The index allows no larger file here. Try a mirror, or tell the registry’s owner.',
      data: { location, path, limit: 'maxBytes', allowed: maxBytes },
    },
  );
}

const readsAtOnce = 16;

/**
 * Reads many files, sixteen at a time. After the first failure no further one is begun.
 *
 * @param readOne the file's bytes; undefined when the index lacks it.
 */
export async function readEach(
  paths: readonly IndexPath[],
  readOne: (path: IndexPath) => Promise<Uint8Array | undefined>,
): Promise<ReadonlyMap<IndexPath, Uint8Array>> {
  const waiting = [...new Set(paths)];
  const found = new Map<IndexPath, Uint8Array>();
  const work = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const bytes = await readOne(path);
      if (bytes !== undefined) found.set(path, bytes);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(readsAtOnce, waiting.length) }, work));
  } finally {
    waiting.length = 0;
  }
  return found;
}
