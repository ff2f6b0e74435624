import { isUnlisted, sumsName } from '../../model/index-layout.js';
import type { Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { formatSums, sumsPath, type FolderListing } from '../trust/sums.js';

export interface GeneratedSums {
  /** Each folder's `SHA256SUMS` by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The hash that goes into the checkpoint. */
  readonly top: Sha256;
}

/** Writes `SHA256SUMS` for every folder that holds a listed file, deepest first (DESIGN section 5). */
export function generateSums(hashes: ReadonlyMap<string, Sha256>): GeneratedSums {
  const folders = new Map<string, { files: Map<string, Sha256>; folders: Map<string, Sha256> }>();
  const folderAt = (folder: string) => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const made = { files: new Map<string, Sha256>(), folders: new Map<string, Sha256>() };
    folders.set(folder, made);
    if (folder !== '') folderAt(parentOf(folder));
    return made;
  };
  folderAt('');
  for (const [path, hash] of hashes) {
    if (!isUnlisted(path)) folderAt(parentOf(path)).files.set(nameOf(path), hash);
  }
  const files = new Map<string, Uint8Array>();
  let top = '' as Sha256;
  for (const folder of [...folders.keys()].sort(deepestFirst)) {
    const listing: FolderListing = folderAt(folder);
    const bytes = Buffer.from(formatSums(listing), 'utf8');
    files.set(sumsPath(folder), bytes);
    const hash = sha256Hex(bytes) as Sha256;
    if (folder === '') top = hash;
    else folderAt(parentOf(folder)).folders.set(nameOf(folder), hash);
  }
  return { files, top };
}

/** True for what `registry checkpoint` writes itself: never taken from main. */
export function isGenerated(path: string): boolean {
  return (
    path === sumsName ||
    path.endsWith(`/${sumsName}`) ||
    path.startsWith('catalog/') ||
    path.startsWith('trust/log/') ||
    path.startsWith('trust/checkpoint.json')
  );
}

function deepestFirst(left: string, right: string): number {
  return depthOf(right) - depthOf(left) || (left < right ? -1 : 1);
}

function depthOf(folder: string): number {
  return folder === '' ? 0 : folder.split('/').length;
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
