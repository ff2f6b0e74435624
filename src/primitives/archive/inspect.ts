import { createHash } from 'node:crypto';
import { readEntries, type ArchiveEntry } from './archive-entries.js';
import { ArchiveTree } from './archive-tree.js';
import { refusal } from './refusal.js';

/** One file of an inspected archive. */
export interface ListedFile {
  /** Below `package/`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly executable: boolean;
  /** Of its content: lower-case hex. */
  readonly sha256: string;
}

/** What an archive holds, once all of it has been judged. Folders are not listed: they follow from the files. */
export interface ArchiveListing {
  /** Of the archive itself, in bytes. */
  readonly size: number;
  /** In the order of the archive. */
  readonly entries: readonly ListedFile[];
  /** By path: the content of the files that were asked for. */
  readonly captured: ReadonlyMap<string, Uint8Array>;
}

/** What the signed record says of an archive: all three must match exactly. */
export interface ExpectedArchive {
  /** Of the `.tgz`, in bytes. */
  readonly size: number;
  /** The sum of the files' sizes, in bytes. */
  readonly unpackedSize: number;
  readonly files: number;
}

export interface InspectOptions {
  /** True for a path whose content is wanted; such a file may have 1 MiB. */
  readonly capture?: (path: string) => boolean;
}

const mostCaptured = 1024 * 1024;

/**
 * Judges a whole archive and writes nothing (DESIGN section 5, step 16; THREATS C1 to C6, T2).
 *
 * Returns only if every byte is accounted for: one gzip member of the expected size; strict ustar; files and folders
 * alone, each with a safe path below `package/`, no two of which any file system takes for one; count and sizes as
 * expected. Reading stops at the first entry whose header goes beyond them, so a bomb costs no more than the chunks
 * in flight, and the source is closed before the refusal is thrown.
 *
 * @throws ARCHIVE_UNSAFE with `data.reason` and, where there is one, `data.entry`. What the source throws passes through.
 */
export async function inspectArchive(
  source: AsyncIterable<Uint8Array>,
  expected: ExpectedArchive,
  options: InspectOptions = {},
): Promise<ArchiveListing> {
  const tree = new ArchiveTree(expected.files);
  const entries: ListedFile[] = [];
  const captured = new Map<string, Uint8Array>();
  let unpackedSize = 0;

  for await (const entry of readEntries(source, expected.size)) {
    const { name, path, kind, size, executable } = entry;
    const reason = kind === 'folder' ? tree.addFolder(path) : tree.addFile(path);
    if (reason !== undefined) throw refusal(reason, name);
    if (kind === 'folder') continue;

    unpackedSize += size;
    if (entries.length === expected.files)
      throw refusal(`goes beyond the ${expected.files} files of the archive's record`, name);
    if (unpackedSize > expected.unpackedSize)
      throw refusal(`goes beyond the ${expected.unpackedSize} bytes of the archive's record`, name);

    const { sha256, content } = await readContent(entry, options.capture?.(path) ?? false);
    entries.push({ path, size, executable, sha256 });
    if (content !== undefined) captured.set(path, content);
  }

  if (entries.length !== expected.files)
    throw refusal(`holds ${entries.length} files, its record says ${expected.files}`);
  if (unpackedSize !== expected.unpackedSize)
    throw refusal(`holds ${unpackedSize} bytes of files, its record says ${expected.unpackedSize}`);
  return { size: expected.size, entries, captured };
}

async function readContent(
  { name, size, body }: ArchiveEntry,
  capture: boolean,
): Promise<{ sha256: string; content: Uint8Array | undefined }> {
  if (capture && size > mostCaptured)
    throw refusal(`has ${size} bytes, such a file may have ${mostCaptured}`, name);
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    hash.update(chunk);
    if (capture) chunks.push(chunk);
  }
  return { sha256: hash.digest('hex'), content: capture ? new Uint8Array(Buffer.concat(chunks)) : undefined };
}
