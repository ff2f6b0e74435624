/** Pieces of the pack format that all its readers share (gitformat-pack). */

import { inflateSync } from 'node:zlib';

/** What an entry of a pack is: an object, or a change to another one that stands before it or is known by its id. */
export type PackEntryKind = 'commit' | 'tree' | 'blob' | 'tag' | 'ofs-delta' | 'ref-delta';

const kinds: readonly (PackEntryKind | undefined)[] = [
  undefined,
  'commit',
  'tree',
  'blob',
  'tag',
  undefined,
  'ofs-delta',
  'ref-delta',
];

export interface PackEntryHeader {
  readonly kind: PackEntryKind;
  /** Of what the entry inflates to. */
  readonly size: number;
  /** How far before this entry the one lies that an `ofs-delta` changes. */
  readonly distance: number;
  /** The id of the object that a `ref-delta` changes. */
  readonly base: string;
  /** Where the deflated bytes begin. */
  readonly next: number;
}

/**
 * Reads the header of the entry at `start`.
 *
 * @returns 'short' when the bytes end within it, 'damaged' when it is none.
 */
export function readEntryHeader(bytes: Uint8Array, start: number): PackEntryHeader | 'short' | 'damaged' {
  const first = bytes[start];
  if (first === undefined) return 'short';
  const kind = kinds[(first >> 4) & 7];
  if (kind === undefined) return 'damaged';
  const rest = (first & 0x80) === 0 ? { value: 0, next: start + 1 } : readVarint(bytes, start + 1);
  if (typeof rest === 'string') return rest;
  const size = (first & 15) + rest.value * 16;
  if (kind === 'ref-delta') {
    const next = rest.next + 20;
    if (next > bytes.length) return 'short';
    return { kind, size, distance: 0, base: hex(bytes.subarray(rest.next, next)), next };
  }
  if (kind !== 'ofs-delta') return { kind, size, distance: 0, base: '', next: rest.next };
  const distance = readDistance(bytes, rest.next);
  return typeof distance === 'string'
    ? distance
    : { kind, size, distance: distance.value, base: '', next: distance.next };
}

interface Numeral {
  readonly value: number;
  readonly next: number;
}

/** Little-endian groups of seven bits; more than seven of them are no size that anybody takes. */
export function readVarint(bytes: Uint8Array, start: number): Numeral | 'short' | 'damaged' {
  let value = 0;
  for (let index = 0; index < 7; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return 'short';
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return { value, next: start + index + 1 };
  }
  return 'damaged';
}

/** Big-endian groups of seven bits, each but the last counting one more than it says. */
function readDistance(bytes: Uint8Array, start: number): Numeral | 'short' | 'damaged' {
  let value = 0;
  for (let index = 0; index < 7; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return 'short';
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) return { value, next: start + index + 1 };
    value += 1;
  }
  return 'damaged';
}

/** The size that the result of a delta will have: a delta begins with the size of its base and that one. */
export function readResultSize(delta: Uint8Array): number | undefined {
  const base = readVarint(delta, 0);
  const result = typeof base === 'string' ? base : readVarint(delta, base.next);
  return typeof result === 'string' ? undefined : result.value;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/**
 * Inflates an entry that must come to exactly `size` bytes; no more than that is ever held.
 *
 * @returns 'short' when the bytes end too early, 'damaged' when they are no deflated stream of that size.
 */
export function inflateExactly(
  bytes: Uint8Array,
  size: number,
): { readonly bytes: Uint8Array; readonly consumed: number } | 'short' | 'damaged' {
  try {
    const { buffer, engine } = inflateSync(bytes, {
      info: true,
      maxOutputLength: Math.max(size, 1),
      chunkSize: Math.min(Math.max(size + 1, 64), 65_536),
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return buffer.length === size ? { bytes: buffer, consumed: engine.bytesWritten } : 'damaged';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error.code === 'Z_BUF_ERROR' ? 'short' : 'damaged';
    throw error;
  }
}
