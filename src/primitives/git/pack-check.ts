import { createHash } from 'node:crypto';
import { inflateExactly, readEntryHeader, readResultSize } from './pack-format.js';

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
    const header = readEntryHeader(pack.subarray(0, end), at);
    if (typeof header === 'string') return 'damaged';
    if (header.size > limits.objectBytes) return 'too-large';
    const object = inflateExactly(pack.subarray(header.next, end), header.size);
    if (typeof object === 'string') return 'damaged';

    const size = header.kind.endsWith('-delta') ? readResultSize(object.bytes) : header.size;
    if (size === undefined) return 'damaged';
    total += size;
    if (size > limits.objectBytes || total > limits.totalBytes) return 'too-large';
    at = header.next + object.consumed;
  }
  return at === end ? undefined : 'damaged';
}
