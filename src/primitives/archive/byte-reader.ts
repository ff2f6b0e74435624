/** Cuts a stream of chunks into the lengths that its reader asks for. */
export class ByteReader {
  readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncGenerator<Uint8Array, void, undefined>) {
    this.#chunks = chunks;
  }

  /** The next bytes: at least one, at most `most`; undefined at the end. Not copied. */
  async readSome(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      this.#rest = next.value;
    }
    const part = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  /** The next `length` bytes; fewer only at the end. */
  async readExactly(length: number): Promise<Uint8Array> {
    const whole = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const part = await this.readSome(length - filled);
      if (part === undefined) break;
      whole.set(part, filled);
      filled += part.length;
    }
    return whole.subarray(0, filled);
  }

  /** Ends the stream, and what feeds it. */
  async close(): Promise<void> {
    await this.#chunks.return();
  }
}
