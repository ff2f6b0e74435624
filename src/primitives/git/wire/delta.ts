import { readVarint } from '../pack-format.js';

/**
 * Applies a delta of a pack to its base (gitformat-pack, "Deltified representation"): copies of ranges of the base, and new
 * bytes, one after the other.
 *
 * @returns undefined when it does not fit the base, or what comes out has not the size that it says.
 */
export function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array | undefined {
  const baseSize = readVarint(delta, 0);
  if (typeof baseSize === 'string' || baseSize.value !== base.length) return undefined;
  const resultSize = readVarint(delta, baseSize.next);
  if (typeof resultSize === 'string') return undefined;
  const result = new Uint8Array(resultSize.value);
  let written = 0;
  let at = resultSize.next;
  while (at < delta.length) {
    const code = delta[at] ?? 0;
    at += 1;
    let piece: Uint8Array;
    if ((code & 0x80) === 0) {
      if (code === 0) return undefined;
      piece = delta.subarray(at, at + code);
      if (piece.length !== code) return undefined;
      at += code;
    } else {
      // Bits 0 to 3 say which bytes of the offset follow, bits 4 to 6 which of the size.
      let [offset, size] = [0, 0];
      for (let bit = 0; bit < 7; bit += 1) {
        if ((code & (1 << bit)) === 0) continue;
        const byte = delta[at];
        if (byte === undefined) return undefined;
        at += 1;
        if (bit < 4) offset += byte * 2 ** (8 * bit);
        else size += byte * 2 ** (8 * (bit - 4));
      }
      const length = size === 0 ? 0x10000 : size;
      piece = base.subarray(offset, offset + length);
      if (piece.length !== length) return undefined;
    }
    if (written + piece.length > result.length) return undefined;
    result.set(piece, written);
    written += piece.length;
  }
  return written === result.length ? result : undefined;
}
