import type { Readable } from 'node:stream';
import { UdosError } from '../../errors/index.js';
import { transferFailure } from './transfer-failure.js';
import type { TransferWatch } from './transfer-watch.js';

export interface BodyTerms {
  readonly maxBytes: number;
  /** What Content-Length says of this body; 0 when nothing. Above `maxBytes` the first read fails. */
  readonly announced: number;
  /** What the body is of, for messages. */
  readonly place: string;
}

/**
 * An answer's body that keeps the limits while it is read. It ends the transfer when it is read to its end, left by
 * `return()` (even before the first byte), or breaks a limit.
 */
export class MeteredBody implements AsyncIterableIterator<Uint8Array> {
  readonly #stream: Readable;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #watch: TransferWatch;
  readonly #terms: BodyTerms;
  #isOver = false;

  constructor(stream: Readable, watch: TransferWatch, terms: BodyTerms) {
    this.#stream = stream;
    // A limit may end the stream while nobody reads it; the next read then tells.
    stream.on('error', () => undefined);
    this.#pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    this.#watch = watch;
    this.#terms = terms;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#isOver) return { done: true, value: undefined };
    const { announced, maxBytes, place } = this.#terms;
    try {
      if (announced > maxBytes) throw bodyTooLarge(place, maxBytes);
      const piece = await this.#watch.wait(() => this.#pieces.next());
      if (piece.done === true) {
        this.#end();
        return { done: true, value: undefined };
      }
      this.#watch.count(piece.value.length);
      if (this.#watch.received > maxBytes) throw bodyTooLarge(place, maxBytes);
      return { done: false, value: piece.value };
    } catch (error) {
      this.#end();
      throw transferFailure(error, this.#watch.signal, place);
    }
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watch.stop();
    leaveStream(this.#stream);
  }
}

/** Drops what is left of an answer, and with it the connection unless the answer was at its end. */
export function leaveStream(stream: Readable): void {
  stream.on('error', () => undefined);
  stream.destroy();
}

function bodyTooLarge(place: string, maxBytes: number): UdosError {
  return new UdosError('TRANSFER_LIMIT', `Gave up on ${place}: it has more than ${maxBytes} bytes.`, {
    hint: 'The index allows no larger file here. Try again, use a mirror, or tell the registry’s owner.',
    data: { place, limit: 'maxBytes', allowed: maxBytes },
  });
}
