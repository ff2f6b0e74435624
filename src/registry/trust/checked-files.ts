import { sidecarOf } from '../../model/index-layout.js';
import { indexPath, type Fingerprint, type IndexPath } from '../../model/names.js';
import type { FolderListing } from './sums.js';
import type { SignedFile } from './threshold.js';

/**
 * The files of one snapshot of an index, each known to have the bytes that the snapshot lists (check 9). A file that is
 * not listed does not exist.
 */
export interface CheckedFiles {
  /**
   * Makes ready, in as few round trips as can be, the listings of `folders` and the bytes of `files`.
   *
   * @throws INDEX_TAMPERED, INDEX_MOVED, and what the source throws
   */
  load(files: readonly IndexPath[], folders?: readonly IndexPath[]): Promise<void>;
  /** The bytes of a file that was loaded, or undefined when the snapshot has none. */
  file(path: IndexPath): Uint8Array | undefined;
  /** The listing of a folder that was loaded, or undefined when the snapshot has none. */
  listing(folder: IndexPath | ''): FolderListing | undefined;
}

/** As many as a role may have keys; more are not looked at. */
const maxSidecars = 128;

/** The sidecars that are listed beside `path`. The listing of its folder must be loaded. */
export function listedSidecars(files: CheckedFiles, path: IndexPath): IndexPath[] {
  const slash = path.lastIndexOf('/');
  const folder = slash < 0 ? '' : indexPath(path.slice(0, slash));
  const name = path.slice(slash + 1);
  const pattern = /^\.([0-9a-f]{16})\.minisig$/;
  return [...(files.listing(folder)?.files.keys() ?? [])]
    .map((entry) => (entry.startsWith(name) ? pattern.exec(entry.slice(name.length))?.[1] : undefined))
    .filter((fp16) => fp16 !== undefined)
    .slice(0, maxSidecars)
    .map((fp16) => sidecarOf(path, fp16 as Fingerprint));
}

/** A loaded file with its loaded sidecars, ready to be verified; undefined when the snapshot has no such file. */
export function signedFile(files: CheckedFiles, path: IndexPath): SignedFile | undefined {
  const bytes = files.file(path);
  if (bytes === undefined) return undefined;
  const sidecars = new Map<IndexPath, Uint8Array>();
  for (const sidecar of listedSidecars(files, path)) {
    const signature = files.file(sidecar);
    if (signature !== undefined) sidecars.set(sidecar, signature);
  }
  return { path, bytes, sidecars };
}
