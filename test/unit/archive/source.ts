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
