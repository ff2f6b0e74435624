import { createHash } from 'node:crypto';
import ssri from 'ssri';

/** SHA-256 in lower-case hex: what `sha256sum` prints. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-512 as a subresource-integrity string: `sha512-` and padded base64. */
export function sha512Integrity(bytes: Uint8Array): string {
  return ssri.fromData(Buffer.from(bytes), { algorithms: ['sha512'] }).toString();
}

/** The 64 bytes of BLAKE2b-512: what an `ED` signature of minisign is made over. */
export function blake2b512(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('blake2b512').update(bytes).digest());
}

/** The name of a key: SHA-256 (hex) of its 32 raw bytes. minisign's key number is no name, anybody can choose one. */
export function fingerprintOf(rawPublicKey: Uint8Array): string {
  return sha256Hex(rawPublicKey);
}
