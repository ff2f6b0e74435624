import { isGenerated } from './folder-sums.js';
import type { Changes, IndexTree } from './index-tree.js';

/**
 * The published bytes of a path with all that signs it, or of all files below a folder, as changes of main. No root
 * outlives one that it follows.
 */
export async function lastGood(
  path: string,
  main: IndexTree,
  published: IndexTree | undefined,
): Promise<Changes> {
  const version = rootVersion(path);
  const belongs = (candidate: string) =>
    version !== undefined
      ? (rootVersion(candidate) ?? 0) >= version
      : candidate === path ||
        candidate.startsWith(`${path}/`) ||
        (candidate.startsWith(`${path}.`) && candidate.endsWith('.minisig'));
  const changes = new Map<string, Uint8Array | null>();
  for (const candidate of main.paths.filter(belongs)) changes.set(candidate, null);
  if (published === undefined) return changes;
  const before = published.paths.filter((candidate) => belongs(candidate) && !isGenerated(candidate));
  for (const [candidate, bytes] of await published.read(before)) changes.set(candidate, bytes);
  return changes;
}

/** n of `trust/root/<n>.json` and of what signs it; undefined for any other path. */
export function rootVersion(path: string): number | undefined {
  const found = /^trust\/root\/([1-9][0-9]*)\.json(?:\.|$)/.exec(path)?.[1];
  return found === undefined ? undefined : Number(found);
}
