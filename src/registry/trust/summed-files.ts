import { UdosError } from '../../errors/index.js';
import type { IndexHead, IndexSource } from '../../model/index-source.js';
import { indexPath, type IndexPath, type Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import type { CheckedFiles } from './checked-files.js';
import { parseSums, sumsPath, type FolderListing } from './sums.js';
import type { TrustStore } from './trust-store.js';

/** Files in an index are small; a listing or a catalogue may be larger than a document. */
const maxIndexFileBytes = 16 * 1024 * 1024;

/** Where bytes come from: a snapshot of a source, or, offline, only what was kept. */
export interface Origin {
  readonly source: IndexSource;
  readonly head: IndexHead;
  /** The snapshot is older than the checkpoint that is read by it, so that it may honestly lack bytes. */
  readonly lagging?: boolean;
}

/**
 * Reads files of a snapshot down a chain of hashes that begins in the signed checkpoint: top `SHA256SUMS`, each folder's
 * `SHA256SUMS`, the file. Bytes are kept by hash, and hashed again when they are taken from there.
 */
export function createSummedFiles(
  topSums: Sha256,
  origin: Origin | undefined,
  store: TrustStore,
): CheckedFiles {
  const listings = new Map<string, FolderListing>();
  const contents = new Map<IndexPath, Uint8Array>();

  /** The hash that `path` must have: undefined when a listing says it does not exist, 'unknown' when one is missing. */
  function expectedHash(path: IndexPath): Sha256 | undefined | 'unknown' {
    if (path === sumsPath('')) return topSums;
    const { folder, name } = split(path);
    const isSums = name === 'SHA256SUMS';
    const above = isSums ? split(folder as IndexPath) : { folder, name };
    const listing = listings.get(above.folder);
    if (listing === undefined) {
      // A folder whose own parent does not list it has no listing to wait for.
      return above.folder !== '' && expectedHash(sumsPath(above.folder)) === undefined
        ? undefined
        : 'unknown';
    }
    return (isSums ? listing.folders : listing.files).get(above.name);
  }

  function accept(path: IndexPath, bytes: Uint8Array): void {
    if (path === sumsPath('') || path.endsWith('/SHA256SUMS'))
      listings.set(split(path).folder, parseSums(bytes, path));
    else contents.set(path, bytes);
  }

  function isLoaded(path: IndexPath): boolean {
    const isSums = path === sumsPath('') || path.endsWith('/SHA256SUMS');
    return isSums ? listings.has(split(path).folder) : contents.has(path);
  }

  async function takeKept(path: IndexPath): Promise<boolean> {
    const expected = expectedHash(path);
    if (expected === undefined || expected === 'unknown') return false;
    const bytes = await store.readObject(expected);
    if (bytes === undefined || sha256Hex(bytes) !== expected) return false;
    accept(path, bytes);
    return true;
  }

  /** Hash chains from the top to each path, shortest first, so that a parent always comes before its children. */
  function chain(files: readonly IndexPath[], folders: readonly IndexPath[]): IndexPath[] {
    const paths = new Set<IndexPath>([sumsPath('')]);
    for (const target of [...files, ...folders.map((folder) => sumsPath(folder))]) {
      const parts = target.split('/').slice(0, -1);
      for (let depth = 1; depth <= parts.length; depth += 1)
        paths.add(sumsPath(parts.slice(0, depth).join('/')));
      paths.add(target);
    }
    return [...paths].sort((left, right) => depthOf(left) - depthOf(right));
  }

  return {
    async load(files, folders = []) {
      const missing: IndexPath[] = [];
      for (const path of chain(files, folders)) {
        if (isLoaded(path) || expectedHash(path) === undefined || (await takeKept(path))) continue;
        missing.push(path);
      }
      if (missing.length === 0) return;
      if (origin === undefined) throw notKept(missing);
      const read = await origin.head.read(missing, maxIndexFileBytes);
      for (const path of missing) {
        const expected = expectedHash(path);
        if (expected === undefined) continue;
        const bytes = read.get(path);
        if (bytes !== undefined && bytes.length > maxBytesOf(path)) throw tooLarge(path, bytes.length);
        if (expected === 'unknown' || bytes === undefined || sha256Hex(bytes) !== expected) {
          throw await mismatch(path, expected, bytes, origin);
        }
        accept(path, bytes);
        await store.saveObject(expected, bytes);
      }
    },
    file: (path) => contents.get(path),
    listing: (folder) => listings.get(folder),
  };
}

/**
 * A source without snapshots may have moved between two reads. Then the caller starts over.
 *
 * @throws INDEX_MOVED
 */
export async function refuseMoved({ source, head }: Origin): Promise<void> {
  const now = await source.head().catch((error: unknown) => {
    // Whether it moved cannot be told, and the failed check must not be hidden by that.
    if (error instanceof UdosError) return undefined;
    throw error;
  });
  if (now === undefined || now.snapshot === head.snapshot) return;
  throw new UdosError('INDEX_MOVED', `The index at ${source.location} changed while it was read.`, {
    hint: 'Run the command again.',
    data: { before: head.snapshot, now: now.snapshot },
  });
}

/** What is wrong with bytes that do not fit: the source lags or has moved, or somebody changed them. */
async function mismatch(
  path: IndexPath,
  expected: Sha256 | 'unknown',
  bytes: Uint8Array | undefined,
  origin: Origin,
): Promise<UdosError> {
  if (origin.lagging === true) return lags(path, origin);
  await refuseMoved(origin);
  const found = bytes === undefined ? 'no such file' : `sha256 ${sha256Hex(bytes)}`;
  return new UdosError(
    'INDEX_TAMPERED',
    `${path} at ${origin.source.location} is not what the signed index lists: expected sha256 ${expected}, found ${found}.`,
    {
      hint: 'Nothing was changed here. Tell the owner of the registry, or try a mirror.',
      data: { file: path, expected, found, source: origin.source.location },
    },
  );
}

function lags(path: IndexPath, origin: Origin): UdosError {
  return new UdosError(
    'NETWORK_FAILED',
    `${origin.source.location} lags behind and does not have ${path} as it is now.`,
    {
      hint: 'Run the command again later, or name another mirror in udos.json.',
      data: { file: path, source: origin.source.location },
    },
  );
}

/**
 * The most that a file of an index may have. A signature has four short lines, a document 1 MiB; listings and catalogues may
 * grow with the registry.
 */
export function maxBytesOf(path: IndexPath): number {
  if (path.endsWith('.minisig')) return 8 * 1024;
  return path.endsWith('.json') ? 1024 * 1024 : maxIndexFileBytes;
}

function tooLarge(path: IndexPath, bytes: number): UdosError {
  return new UdosError(
    'INDEX_TAMPERED',
    `${path} has ${bytes} bytes, more than the ${maxBytesOf(path)} allowed.`,
    {
      data: { file: path, expected: maxBytesOf(path), found: bytes },
    },
  );
}

function notKept(missing: readonly IndexPath[]): UdosError {
  return new UdosError('OFFLINE', `Offline, and this machine has no copy of ${missing[0] ?? 'the index'}.`, {
    hint: 'Run the command once without --offline.',
    data: { missing: missing.slice(0, 20) },
  });
}

function split(path: IndexPath): { folder: IndexPath | ''; name: string } {
  const slash = path.lastIndexOf('/');
  return { folder: slash < 0 ? '' : indexPath(path.slice(0, slash)), name: path.slice(slash + 1) };
}

/** Sums stand above the files beside them. */
function depthOf(path: IndexPath): number {
  return path.split('/').length * 2 - (path.endsWith('SHA256SUMS') ? 1 : 0);
}
