import { Readable, pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { refusal } from './refusal.js';

/** RFC 1952: a header without optional fields, and CRC-32 and length of the content after it. */
const headerSize = 10;
const trailerSize = 8;

/**
 * The content of a source that is exactly one gzip member of `size` bytes, as it arrives; never more than a few chunks
 * are in memory. Its length is not limited here: whoever reads must stop in time, and closes the source by that.
 *
 * Node's own gunzip would read on into further members and pass over zeros after them; here, bytes that another program
 * could read differently are refused. So are the optional fields of the header (`gzip -n` writes none).
 *
 * @throws ARCHIVE_UNSAFE for another size (one byte more ends the reading), another header, damage, and anything after
 * the member. What the source throws passes through.
 */
export async function* gunzipMember(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const trailer = Buffer.alloc(trailerSize);
  const inflate = createInflateRaw({ chunkSize: 64 * 1024 });
  // Failures of the source reach the reader through `inflate`; the promise only tells when the source is closed.
  const closed = new Promise<void>((resolve) => {
    pipeline(Readable.from(deflated(source, size, trailer), { objectMode: false }), inflate, () => {
      resolve();
    });
  });
  let crc = 0;
  let length = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc);
      length += chunk.length;
      yield chunk;
    }
    if (inflate.bytesWritten !== size - headerSize - trailerSize)
      throw refusal('has data after the end of its gzip stream');
    if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== length % 2 ** 32)
      throw refusal('does not match the checksum of its gzip stream');
  } catch (error) {
    throw isInflateError(error) ? refusal('has a damaged or cut off gzip stream', undefined, error) : error;
  } finally {
    inflate.destroy();
    await closed;
  }
}

/** What stands between header and trailer. Fills `trailer` by the time it ends. */
async function* deflated(
  source: AsyncIterable<Uint8Array>,
  size: number,
  trailer: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (size < headerSize + trailerSize) throw refusal('is too small to be a gzip file');
  const trailerStart = size - trailerSize;
  const header = Buffer.alloc(headerSize);
  let position = 0;
  for await (const chunk of source) {
    const start = position;
    position += chunk.length;
    if (position > size) throw refusal(`is larger than the ${size} bytes of its record`);
    const between = (from: number, to: number) =>
      chunk.subarray(Math.max(from - start, 0), Math.max(to - start, 0));
    if (start < headerSize) {
      header.set(between(0, headerSize), start);
      if (position >= headerSize) checkHeader(header);
    }
    if (position > trailerStart) trailer.set(between(trailerStart, size), Math.max(start - trailerStart, 0));
    const data = between(headerSize, trailerStart);
    if (data.length > 0) yield data;
  }
  if (position < size) throw refusal(`has ${position} bytes, its record says ${size}`);
}

function checkHeader(header: Buffer): void {
  const deflateMethod = 8;
  if (header.readUInt16BE(0) !== 0x1f8b || header[2] !== deflateMethod) throw refusal('is not a gzip file');
  if (header[3] !== 0) throw refusal('has optional fields in its gzip header');
}

function isInflateError(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
  );
}
