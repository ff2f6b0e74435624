import { isGenerated } from './folder-sums.js';
import type { Changes, IndexTree } from './index-tree.js';

/**
 * The published bytes of a path with all that signs it, or of all files below a folder, as changes of main. No root
 * outlives one that it follows. What stands in their way, as a file where they have a folder, goes.
 *
 * @param signatures `added`: signatures that main adds to a file whose bytes are the published ones stay, as keys of a new
 *   root may vouch for it already. `published`: only the published ones remain.
 */
export async function lastGood(
  path: string,
  main: IndexTree,
  published: IndexTree | undefined,
  signatures: 'added' | 'published' = 'added',
): Promise<Changes> {
  const version = rootVersion(path);
  const belongs = (candidate: string) =>
    version !== undefined
      ? (rootVersion(candidate) ?? 0) >= version
      : candidate === path ||
        candidate.startsWith(`${path}/`) ||
        (candidate.startsWith(`${path}.`) && candidate.endsWith('.minisig'));
  const changes = new Map<string, Uint8Array | null>();
  const own = main.paths.filter(belongs);
  for (const candidate of own) changes.set(candidate, null);
  if (published === undefined) return changes;
  const before = published.paths.filter((candidate) => belongs(candidate) && !isGenerated(candidate));
  if (signatures === 'added')
    for (const sidecar of await addedSignatures(own, main, published)) changes.delete(sidecar);
  const inTheWay = main.paths.filter(isInTheWayOf(before));
  for (const candidate of inTheWay) changes.set(candidate, null);
  for (const [candidate, bytes] of await published.read(before)) changes.set(candidate, bytes);
  return changes;
}

/** Of `candidates`: the sidecars that sign, on main, bytes that are published. */
async function addedSignatures(
  candidates: readonly string[],
  main: IndexTree,
  published: IndexTree,
): Promise<string[]> {
  const signed = new Map<string, string>();
  for (const candidate of candidates) {
    const file = /^(.+)\.[0-9a-f]{16}\.minisig$/.exec(candidate)?.[1];
    if (file !== undefined) signed.set(candidate, file);
  }
  const files = [...new Set(signed.values())];
  const [here, there] = [await main.blobIds(files), await published.blobIds(files)];
  return [...signed]
    .filter(([, file]) => here.get(file) !== undefined && here.get(file) === there.get(file))
    .map(([sidecar]) => sidecar);
}

/** True for a path that is a folder of one of `files`, or below one. */
function isInTheWayOf(files: readonly string[]): (path: string) => boolean {
  const known = new Set(files);
  const folders = new Set(files.flatMap(foldersOf));
  return (path) => folders.has(path) || foldersOf(path).some((folder) => known.has(folder));
}

/** `a` and `a/b` for `a/b/c`. */
export function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** n of `trust/root/<n>.json` and of what signs it; undefined for any other path. */
export function rootVersion(path: string): number | undefined {
  const found = /^trust\/root\/([1-9][0-9]*)\.json(?:\.|$)/.exec(path)?.[1];
  return found === undefined ? undefined : Number(found);
}
