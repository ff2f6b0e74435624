import { UdosError } from '../../../errors/index.js';
import { blake2b512 } from '../digest.js';
import { signEd25519 } from './ed25519.js';
import type { SecretKey } from './secret-key.js';
import { formatSignature, refuseComments } from './signature.js';

/** What `minisign -S` writes when it is given no `-c`. */
const defaultUntrustedComment = 'signature from minisign secret key';

/**
 * The `.minisig` text for a message of which only the BLAKE2b-512 is at hand.
 *
 * Deterministic, and byte for byte what `minisign -S -t trustedComment -c untrustedComment` writes.
 *
 * @throws USAGE when a comment holds control characters or is too long.
 */
export function signDigest(
  key: SecretKey,
  blake2b512Digest: Uint8Array,
  trustedComment: string,
  untrustedComment: string = defaultUntrustedComment,
): string {
  if (blake2b512Digest.length !== 64) {
    throw new UdosError('BUG', `A digest to be signed has ${blake2b512Digest.length} bytes, not 64.`);
  }
  refuseComments(trustedComment, untrustedComment);
  const signature = signEd25519(key.seed, blake2b512Digest);
  const globalSignature = signEd25519(key.seed, globalMessage(signature, trustedComment));
  return formatSignature(
    { keyNumber: key.publicKey.keyNumber, signature, trustedComment, globalSignature },
    untrustedComment,
  );
}

/** `signDigest` of the message's BLAKE2b-512. */
export function signMessage(
  key: SecretKey,
  message: Uint8Array,
  trustedComment: string,
  untrustedComment?: string,
): string {
  return signDigest(key, blake2b512(message), trustedComment, untrustedComment);
}

/** What a global signature is made over: the 64 bytes of the signature, then the comment's bytes. */
export function globalMessage(signature: Uint8Array, trustedComment: string): Uint8Array {
  return Buffer.concat([signature, Buffer.from(trustedComment)]);
}
