import { gzipSync } from 'fflate';
import { Header } from 'tar';
import { UdosError } from '../../errors/index.js';
import { ArchiveTree } from './archive-tree.js';
import { archiveFolder, refuseEntryName } from './entry-name.js';
import { blockSize, parseTarHeader } from './tar-header.js';

export interface PackedFile {
  /** Below the plugin's folder, parts joined by `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

export interface PackedArchive {
  /** The `.tgz`. */
  readonly bytes: Uint8Array;
  readonly files: number;
  /** The sum of the files' sizes, in bytes. */
  readonly unpackedSize: number;
}

/**
 * Packs a plugin's files as an archive that `inspectArchive` accepts and any tar reads.
 *
 * The same files give the same bytes, in whatever order they come, on every system, CPU and version of Node: entries
 * are sorted by the bytes of their paths, owner and times are zero, modes 0644 or 0755, there are no folder entries,
 * and the compression is plain JavaScript of a pinned version.
 *
 * @throws PLUGIN_INVALID for a path that no archive may hold, or two that some file system takes for one.
 */
export function packFiles(files: readonly PackedFile[]): PackedArchive {
  const sorted = files
    .map((file) => ({ ...file, sortKey: Buffer.from(file.path) }))
    .sort((a, b) => Buffer.compare(a.sortKey, b.sortKey));
  checkPaths(sorted);
  const tar = writeTar(sorted);
  return {
    bytes: gzipSync(tar, { level: 9, mtime: 0 }),
    files: sorted.length,
    unpackedSize: sorted.reduce((sum, file) => sum + file.bytes.length, 0),
  };
}

function checkPaths(files: readonly PackedFile[]): void {
  const tree = new ArchiveTree(files.length);
  for (const { path } of files) {
    const reason = refuseEntryName(path) ?? tree.addFile(path);
    if (reason !== undefined)
      throw new UdosError(
        'PLUGIN_INVALID',
        `Cannot pack the plugin: its file ${JSON.stringify(path)} ${reason}.`,
        {
          hint: 'Rename the file, or move it out of the plugin.',
          data: { path, reason },
        },
      );
  }
}

function writeTar(files: readonly PackedFile[]): Uint8Array {
  const endSize = 2 * blockSize;
  const size = files.reduce((sum, file) => sum + blockSize + paddedSize(file), endSize);
  const tar = Buffer.alloc(size);
  let offset = 0;
  for (const file of files) {
    writeHeader(tar.subarray(offset, offset + blockSize), file);
    tar.set(file.bytes, offset + blockSize);
    offset += blockSize + paddedSize(file);
  }
  return tar;
}

function paddedSize({ bytes }: PackedFile): number {
  return Math.ceil(bytes.length / blockSize) * blockSize;
}

function writeHeader(block: Buffer, { path, bytes, executable }: PackedFile): void {
  const name = archiveFolder + path;
  new Header({
    path: name,
    type: 'File',
    size: bytes.length,
    mode: executable ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    uname: '',
    gname: '',
    mtime: new Date(0),
  }).encode(block);
  // The library would cut a name that does not fit and ask for a pax header, which no archive may have.
  if (parseTarHeader(block).name !== name)
    throw new UdosError('BUG', `The tar header of ${JSON.stringify(path)} does not hold its name.`);
}
