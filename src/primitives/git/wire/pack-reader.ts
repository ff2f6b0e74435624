import { createHash } from 'node:crypto';
import { inflateExactly, readEntryHeader, readResultSize, type PackEntryHeader } from '../pack-format.js';
import { applyDelta } from './delta.js';
import { gitObject, type GitObject } from './git-object.js';

export interface PackLimits {
  /** The most that one object may have, once inflated and patched together. */
  readonly objectBytes: number;
  /** The most that all of them may have together. */
  readonly totalBytes: number;
  /** The most entries that a pack may promise. */
  readonly objects: number;
}

/** Why a pack is not taken: `too-large` is a limit, `damaged` a broken transfer or a lie. */
export class PackRefused extends Error {
  override readonly name = 'PackRefused';

  constructor(readonly problem: 'damaged' | 'too-large') {
    super(`the pack is ${problem}`);
  }
}

/**
 * Reads a pack while it comes in, and hands out each object under the id that its bytes have (gitformat-pack, "pack-*.pack
 * files have the following format").
 *
 * Entries are inflated as soon as they are complete; sizes are judged before anything is inflated, so that a bomb or an
 * endless pack costs no more than the limits. Deltas may stand on any object of the pack, or on one that `readBase` knows.
 * Objects are held until the end, as later ones may change them. The checksum at the end comes after all of them: nothing
 * counts before this comes to its end.
 *
 * @throws PackRefused
 */
export async function* readPack(
  chunks: AsyncIterable<Uint8Array>,
  limits: PackLimits,
  readBase: (oid: string) => Promise<GitObject | undefined>,
): AsyncGenerator<GitObject> {
  const input = new PackInput(chunks);
  const count = parsePackHeader(await input.take(12));
  if (count > limits.objects) throw new PackRefused('too-large');
  const pack = new OpenPack(limits, readBase);
  for (let index = 0; index < count; index += 1) {
    const start = input.offset;
    const { header, bytes } = await readEntry(input, limits);
    yield* pack.add(start, header, bytes);
  }
  await input.finish();
  yield* pack.resolveRest();
}

function parsePackHeader(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== 0x5041434b || view.getUint32(4) !== 2) throw new PackRefused('damaged');
  return view.getUint32(8);
}

/** Eight bytes of size, and an id. */
const longestHeader = 28;

interface PackEntry {
  readonly header: PackEntryHeader;
  readonly bytes: Uint8Array;
}

async function readEntry(input: PackInput, limits: PackLimits): Promise<PackEntry> {
  await input.fill(longestHeader);
  const header = readEntryHeader(input.buffered, 0);
  if (typeof header === 'string') throw new PackRefused('damaged');
  if (header.size > limits.objectBytes) throw new PackRefused('too-large');
  // What is not complete yet is tried again when there is twice as much of it.
  for (let needed = header.next + 1; ; needed = input.buffered.length * 2) {
    await input.fill(needed);
    const found = inflateExactly(input.buffered.subarray(header.next), header.size);
    if (typeof found !== 'string') {
      input.consume(header.next + found.consumed);
      return { header, bytes: found.bytes };
    }
    if (found === 'damaged' || input.isEnded) throw new PackRefused('damaged');
  }
}

/** The bytes that came and were not consumed yet, and the checksum of those that were. */
class PackInput {
  buffered: Uint8Array = new Uint8Array(0);
  /** Of the first byte of `buffered` in the pack. */
  offset = 0;
  isEnded = false;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #sum = createHash('sha1');

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Waits until `length` bytes are there, or the stream ends. */
  async fill(length: number): Promise<void> {
    const parts = [this.buffered];
    let total = this.buffered.length;
    while (total < length && !this.isEnded) {
      const next = await this.#chunks.next();
      if (next.done === true) this.isEnded = true;
      else {
        parts.push(next.value);
        total += next.value.length;
      }
    }
    if (parts.length > 1) this.buffered = Buffer.concat(parts);
  }

  /** @throws PackRefused when the stream ends before. */
  async take(length: number): Promise<Uint8Array> {
    await this.fill(length);
    if (this.buffered.length < length) throw new PackRefused('damaged');
    const taken = this.buffered.subarray(0, length);
    this.consume(length);
    return taken;
  }

  consume(length: number): void {
    this.#sum.update(this.buffered.subarray(0, length));
    this.buffered = this.buffered.subarray(length);
    this.offset += length;
  }

  /** @throws PackRefused unless the checksum of all that was consumed follows, and nothing else. */
  async finish(): Promise<void> {
    await this.fill(21);
    if (this.buffered.length !== 20 || !this.#sum.digest().equals(this.buffered))
      throw new PackRefused('damaged');
  }
}

/** A delta whose base has not been seen yet. */
interface Waiting {
  readonly start: number;
  readonly delta: Uint8Array;
}

/** The objects of a pack so far, by where they stand and by their ids, and the deltas that wait for others. */
class OpenPack {
  readonly #byOffset = new Map<number, GitObject>();
  readonly #byOid = new Map<string, GitObject>();
  readonly #waitingForOffset = new Map<number, Waiting[]>();
  readonly #waitingForOid = new Map<string, Waiting[]>();
  readonly #limits: PackLimits;
  readonly #readBase: (oid: string) => Promise<GitObject | undefined>;
  #total = 0;

  constructor(limits: PackLimits, readBase: (oid: string) => Promise<GitObject | undefined>) {
    this.#limits = limits;
    this.#readBase = readBase;
  }

  /** The objects that this entry completes: its own, and those that waited for it. */
  *add(start: number, header: PackEntryHeader, bytes: Uint8Array): Generator<GitObject> {
    const { kind } = header;
    if (kind === 'ofs-delta') {
      const at = start - header.distance;
      if (at < 12 || at >= start) throw new PackRefused('damaged');
      const base = this.#byOffset.get(at);
      if (base === undefined) wait(this.#waitingForOffset, at, { start, delta: bytes });
      else yield* this.#settle(start, this.#patched(base, bytes));
    } else if (kind === 'ref-delta') {
      const base = this.#byOid.get(header.base);
      if (base === undefined) wait(this.#waitingForOid, header.base, { start, delta: bytes });
      else yield* this.#settle(start, this.#patched(base, bytes));
    } else {
      this.#count(bytes.length);
      yield* this.#settle(start, gitObject(kind, bytes));
    }
  }

  /** Deltas on objects that the pack does not hold. @throws PackRefused for one that stands on nothing */
  async *resolveRest(): AsyncGenerator<GitObject> {
    for (const oid of [...this.#waitingForOid.keys()]) {
      // One of those before may have completed it.
      const waiting = this.#waitingForOid.get(oid);
      const base = waiting && (await this.#readBase(oid));
      if (waiting === undefined || base === undefined) continue;
      this.#waitingForOid.delete(oid);
      for (const { start, delta } of waiting) yield* this.#settle(start, this.#patched(base, delta));
    }
    if (this.#waitingForOid.size > 0 || this.#waitingForOffset.size > 0) throw new PackRefused('damaged');
  }

  #patched(base: GitObject, delta: Uint8Array): GitObject {
    const size = readResultSize(delta);
    if (size === undefined) throw new PackRefused('damaged');
    this.#count(size);
    const bytes = applyDelta(base.bytes, delta);
    if (bytes === undefined) throw new PackRefused('damaged');
    return gitObject(base.type, bytes);
  }

  /** Notes an object, and all that waited for it. A chain of deltas may be as long as the pack: no recursion. */
  *#settle(start: number, object: GitObject): Generator<GitObject> {
    const settled: [number, GitObject][] = [[start, object]];
    for (let next = settled.pop(); next !== undefined; next = settled.pop()) {
      const [at, one] = next;
      this.#byOffset.set(at, one);
      this.#byOid.set(one.oid, one);
      yield one;
      const waiting = [...takeAll(this.#waitingForOffset, at), ...takeAll(this.#waitingForOid, one.oid)];
      for (const { start: place, delta } of waiting) settled.push([place, this.#patched(one, delta)]);
    }
  }

  #count(size: number): void {
    this.#total += size;
    if (size > this.#limits.objectBytes || this.#total > this.#limits.totalBytes)
      throw new PackRefused('too-large');
  }
}

function wait<K>(waiting: Map<K, Waiting[]>, key: K, one: Waiting): void {
  const others = waiting.get(key);
  if (others === undefined) waiting.set(key, [one]);
  else others.push(one);
}

function takeAll<K>(waiting: Map<K, Waiting[]>, key: K): readonly Waiting[] {
  const found = waiting.get(key) ?? [];
  waiting.delete(key);
  return found;
}
