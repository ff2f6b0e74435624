import { createHash } from 'node:crypto';
import type { RegistryId } from '../../model/names.js';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** A registry's id: `udr1` and the RFC 4648 base32 (lower case, unpadded) of sha256 of its first root's bytes. */
export function registryIdOf(firstRoot: Uint8Array): RegistryId {
  let bits = 0;
  let buffer = 0;
  let text = 'udr1';
  for (const byte of createHash('sha256').update(firstRoot).digest()) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((buffer >> bits) & 31);
    }
  }
  if (bits > 0) text += alphabet.charAt((buffer << (5 - bits)) & 31);
  return text as RegistryId;
}
