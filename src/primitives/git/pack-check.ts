import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';

export interface PackLimits {
  /** The most that one object may have, once inflated and patched together. */
  readonly objectBytes: number;
  /** The most that all of them may have together. */
  readonly totalBytes: number;
}

/** Why a pack is not handed on. `too-large` is a limit, `damaged` a broken transfer or a lie. */
export type PackProblem = 'damaged' | 'too-large';

/**
 * Looks at every object of a pack as it came from a server, before the library sees it, which would inflate a bomb as far
 * as memory goes and would store a torn pack (gitformat-pack, "pack-*.pack files have the following format").
 *
 * Refused are a wrong checksum, sizes that are not the declared ones, and objects or a sum above the limits. What the
 * objects say is for others to judge.
 *
 * @returns undefined when all is well.
 */
export function findPackProblem(pack: Uint8Array, limits: PackLimits): PackProblem | undefined {
  const end = pack.length - 20;
  if (end < 12) return 'damaged';
  const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength);
  if (view.getUint32(0) !== 0x5041434b || view.getUint32(4) !== 2) return 'damaged';
  const sum = createHash('sha1').update(pack.subarray(0, end)).digest();
  if (!sum.equals(pack.subarray(end))) return 'damaged';

  const count = view.getUint32(8);
  let at = 12;
  let total = 0;
  for (let index = 0; index < count; index += 1) {
    const header = readHeader(pack, at, end);
    if (header === undefined) return 'damaged';
    if (header.size > limits.objectBytes) return 'too-large';
    const object = inflateExactly(pack.subarray(header.next, end), header.size);
    if (object === undefined) return 'damaged';

    const size = header.isDelta ? readDeltaResultSize(object.bytes) : header.size;
    if (size === undefined) return 'damaged';
    total += size;
    if (size > limits.objectBytes || total > limits.totalBytes) return 'too-large';
    at = header.next + object.consumed;
  }
  return at === end ? undefined : 'damaged';
}

interface ObjectHeader {
  readonly size: number;
  readonly isDelta: boolean;
  readonly next: number;
}

function readHeader(pack: Uint8Array, start: number, end: number): ObjectHeader | undefined {
  const first = pack[start];
  if (first === undefined || start >= end) return undefined;
  const type = (first >> 4) & 7;
  const rest = (first & 0x80) === 0 ? { value: 0, next: start + 1 } : readVarint(pack, start + 1);
  if (rest === undefined || type === 0 || type === 5) return undefined;
  const size = (first & 15) + rest.value * 16;

  if (type === 7) return { size, isDelta: true, next: rest.next + 20 };
  if (type !== 6) return { size, isDelta: false, next: rest.next };
  let next = rest.next;
  while (((pack[next] ?? 0) & 0x80) !== 0) next += 1;
  return { size, isDelta: true, next: next + 1 };
}

/** Little-endian groups of seven bits; more than seven of them are no size that we would take. */
function readVarint(bytes: Uint8Array, start: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 7; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return { value, next: start + index + 1 };
  }
  return undefined;
}

/** A delta begins with the size of what it patches and the size of what comes out. */
function readDeltaResultSize(delta: Uint8Array): number | undefined {
  const base = readVarint(delta, 0);
  return base && readVarint(delta, base.next)?.value;
}

function inflateExactly(
  bytes: Uint8Array,
  size: number,
): { bytes: Uint8Array; consumed: number } | undefined {
  try {
    const { buffer, engine } = inflateSync(bytes, {
      info: true,
      maxOutputLength: Math.max(size, 1),
      chunkSize: Math.min(Math.max(size + 1, 64), 65_536),
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return buffer.length === size ? { bytes: buffer, consumed: engine.bytesWritten } : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
