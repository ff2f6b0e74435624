import { gzipSync } from 'node:zlib';

/** A header field by field, as raw as the attack needs; what is left out is what an honest file has. */
export interface RawEntry {
  readonly name: string | Uint8Array;
  readonly prefix?: string;
  readonly type?: string;
  readonly body?: string | Uint8Array;
  /** The size that the header claims: a number of bytes, or the field as it stands. */
  readonly size?: number | Uint8Array | string;
  readonly mode?: string;
  readonly link?: string;
  readonly magic?: string;
  readonly checksum?: string;
  /** What fills the last block behind the body. */
  readonly padding?: number;
  /** Bytes written anywhere into the header before its checksum is made. */
  readonly scribble?: { readonly at: number; readonly bytes: string };
}

/** One entry as tar bytes. Written from the standard, not with the code under test. */
export function entry(raw: RawEntry): Buffer {
  const body = Buffer.from(raw.body ?? '');
  const header = Buffer.alloc(512);
  const put = (value: string | Uint8Array, at: number) => header.set(Buffer.from(value), at);
  put(raw.name, 0);
  put(raw.mode ?? '0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(sizeField(raw.size ?? body.length), 124);
  put('00000000000\0', 136);
  put('        ', 148);
  put(raw.type ?? '0', 156);
  put(raw.link ?? '', 157);
  put(raw.magic ?? 'ustar\x0000', 257);
  put(raw.prefix ?? '', 345);
  if (raw.scribble) put(raw.scribble.bytes, raw.scribble.at);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(raw.checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512, raw.padding ?? 0);
  return Buffer.concat([header, body, padding]);
}

export function file(path: string, body: string | Uint8Array = 'x'): Buffer {
  return entry({ name: `package/${path}`, body });
}

export function folder(path: string): Buffer {
  return entry({ name: `package/${path}/`, type: '5', mode: '0000755\0' });
}

export const zeroBlocks = (count: number) => Buffer.alloc(512 * count);
export const end = zeroBlocks(2);

export const tgz = (...blocks: readonly Uint8Array[]) => gzipSync(Buffer.concat(blocks));

/** The bytes in chunks of `size`, counting how many were asked for and noticing when it is closed. */
export class Source implements AsyncIterable<Uint8Array> {
  taken = 0;
  closed = false;

  constructor(
    readonly bytes: Uint8Array,
    readonly chunkSize = 1000,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      while (this.taken < this.bytes.length) {
        await Promise.resolve();
        const chunk = this.bytes.subarray(this.taken, this.taken + this.chunkSize);
        this.taken += chunk.length;
        yield chunk;
      }
    } finally {
      this.closed = true;
    }
  }
}

function sizeField(size: number | Uint8Array | string): Uint8Array | string {
  return typeof size === 'number' ? `${size.toString(8).padStart(11, '0')}\0` : size;
}
