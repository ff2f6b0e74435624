import { UdosError } from '../../errors/index.js';
import { indexPath, isIndexPath, isSha256, type IndexPath, type Sha256 } from '../../model/names.js';
import { sumsName } from '../../model/index-layout.js';

/** One folder's `SHA256SUMS`: what lies in it by name; a subfolder by the hash of its own sums. */
export interface FolderListing {
  readonly files: ReadonlyMap<string, Sha256>;
  readonly folders: ReadonlyMap<string, Sha256>;
}

const linePattern = /^([0-9a-f]{64}) {2}([A-Za-z0-9._-]+)(\/SHA256SUMS)?$/;

/**
 * Parses the format of `sha256sum`: sorted lines of a hash, two spaces and a name; nothing else, nothing twice.
 *
 * @throws INDEX_TAMPERED naming the line.
 */
export function parseSums(bytes: Uint8Array, where: string): FolderListing {
  const files = new Map<string, Sha256>();
  const folders = new Map<string, Sha256>();
  const text = Buffer.from(bytes).toString('latin1');
  if (text !== '' && !text.endsWith('\n')) throw malformed(where, 'its last line does not end');
  let last = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const [, hash, name, below] = linePattern.exec(line) ?? [];
    if (hash === undefined || name === undefined || !isSha256(hash) || !isIndexPath(name)) {
      throw malformed(where, `the line ${JSON.stringify(line.slice(0, 100))} is not a hash and a name`);
    }
    const key = `${name}${below ?? ''}`;
    if (key <= last) throw malformed(where, `"${key}" is out of order or stands twice`);
    last = key;
    (below === undefined ? files : folders).set(name, hash);
  }
  return { files, folders };
}

/** The inverse of {@link parseSums}. */
export function formatSums(listing: FolderListing): string {
  const entries = [
    ...listing.files,
    ...[...listing.folders].map(([name, hash]) => [`${name}/${sumsName}`, hash] as const),
  ];
  return entries
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, hash]) => `${hash}  ${name}\n`)
    .join('');
}

/** The sums file of a folder; of the whole index for `''`. */
export function sumsPath(folder: string): IndexPath {
  return indexPath(folder === '' ? sumsName : `${folder}/${sumsName}`);
}

function malformed(where: string, problem: string): UdosError {
  return new UdosError('INDEX_TAMPERED', `Cannot read ${where}: ${problem}.`, {
    data: { file: where, problem },
  });
}
