import { deflateRawSync } from 'node:zlib';

/** `head`, then `zeros` bytes of zeros, as gzip that is made while it is read. Its checksum is never looked at. */
export class Bomb implements AsyncIterable<Uint8Array> {
  static readonly #megabyte = 1024 ** 2;
  readonly #start: Buffer;
  readonly #zeros: Buffer;
  readonly #repeat: number;
  readonly size: number;
  taken = 0;
  closed = false;
  onChunk: () => void = () => undefined;

  constructor(head: Buffer, zeros: number) {
    const flushed = { finishFlush: 3 };
    const header = Buffer.from('1f8b0800000000000003', 'hex');
    this.#start = Buffer.concat([header, deflateRawSync(head, flushed)]);
    this.#zeros = deflateRawSync(Buffer.alloc(Bomb.#megabyte), flushed);
    this.#repeat = zeros / Bomb.#megabyte;
    this.size = this.#start.length + this.#repeat * this.#zeros.length + Bomb.#end.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let n = -1; n <= this.#repeat; n += 1) {
        await Promise.resolve();
        const chunk = n === -1 ? this.#start : n === this.#repeat ? Bomb.#end : this.#zeros;
        this.taken += chunk.length;
        this.onChunk();
        yield chunk;
      }
    } finally {
      this.closed = true;
    }
  }

  static readonly #end = Buffer.concat([deflateRawSync(''), Buffer.alloc(8)]);
}
