import { ByteReader } from './byte-reader.js';
import { archiveFolder, refuseEntryName } from './entry-name.js';
import { gunzipMember } from './gzip-member.js';
import { refusal } from './refusal.js';
import { blockSize, isZero, parseTarHeader, type TarHeader } from './tar-header.js';

/** One file or folder of an archive. */
export interface ArchiveEntry extends TarHeader {
  /** Below `package/`, and safe (`refuseEntryName`); empty for `package/` itself. */
  readonly path: string;
  /** Exactly `size` bytes. Must be read to its end before the next entry is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** An archive ends with two blocks of zeros, which GNU tar fills up to a record of 20: one and a record at the most. */
const mostEndBlocks = 21;

/**
 * The entries of a plugin archive of exactly `size` bytes, in its order, read in constant memory. One grammar for the
 * inspection and for the unpacking: entries below `package/` (`parseTarHeader` says which), zeros that pad them, zeros
 * at the end, nothing else.
 *
 * So each block belongs to an entry or to the short end: who limits count and sizes of entries limits everything.
 *
 * @throws ARCHIVE_UNSAFE at the first thing that is refused. What the source throws passes through.
 */
export async function* readEntries(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const reader = new ByteReader(gunzipMember(source, size));
  try {
    for (;;) {
      const block = await readBlock(reader);
      if (block === undefined) throw refusal('ends without its two zero blocks');
      if (isZero(block)) break;
      const header = parseTarHeader(block);
      yield { ...header, path: entryPath(header), body: readBody(reader, header) };
      await readPadding(reader, header);
    }
    await readEnd(reader);
  } finally {
    await reader.close();
  }
}

function entryPath({ name, kind }: TarHeader): string {
  const full = kind === 'folder' && !name.endsWith('/') ? `${name}/` : name;
  if (!full.startsWith(archiveFolder)) throw refusal('does not stand below package/', name);
  if (full === archiveFolder && kind === 'folder') return '';
  const path = full.slice(archiveFolder.length, kind === 'folder' ? -1 : undefined);
  const reason = refuseEntryName(path);
  if (reason !== undefined) throw refusal(reason, name);
  return path;
}

async function* readBody(
  reader: ByteReader,
  { name, size }: TarHeader,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let left = size; left > 0;) {
    const part = await reader.readSome(left);
    if (part === undefined) throw refusal('is cut off', name);
    left -= part.length;
    yield part;
  }
}

async function readPadding(reader: ByteReader, { name, size }: TarHeader): Promise<void> {
  const length = (blockSize - (size % blockSize)) % blockSize;
  const padding = await reader.readExactly(length);
  if (padding.length !== length) throw refusal('is cut off', name);
  if (!isZero(padding)) throw refusal('has data behind the end of its content', name);
}

/** Reads to the end of the source, so that its own checks are made too. One zero block has been read. */
async function readEnd(reader: ByteReader): Promise<void> {
  let blocks = 1;
  for (let block = await readBlock(reader); block !== undefined; block = await readBlock(reader)) {
    if (!isZero(block)) throw refusal('has data behind its end');
    blocks += 1;
    if (blocks > mostEndBlocks) throw refusal(`has more than ${mostEndBlocks} zero blocks at its end`);
  }
  if (blocks < 2) throw refusal('ends without its two zero blocks');
}

async function readBlock(reader: ByteReader): Promise<Uint8Array | undefined> {
  const block = await reader.readExactly(blockSize);
  if (block.length === 0) return undefined;
  if (block.length < blockSize) throw refusal('ends in the middle of a block');
  return block;
}
