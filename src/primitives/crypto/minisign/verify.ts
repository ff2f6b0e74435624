import { UdosError } from '../../../errors/index.js';
import { blake2b512 } from '../digest.js';
import { isNeutralNonce, isReducedScalar, isSignatureOf } from './ed25519.js';
import { keyIdOf, type PublicKey } from './public-key.js';
import { globalMessage } from './sign.js';
import type { Signature } from './signature.js';
import { isSameBytes } from './text.js';

/** Which check of `verifySignature` a signature failed: `data.step` of its error. */
type VerifyStep = 'keyNumber' | 'comment' | 'scalar' | 'nonce' | 'signature' | 'globalSignature';

type VerifyRequest = {
  readonly signature: Signature;
  readonly publicKey: PublicKey;
  /** What the trusted comment must be, derived from what the caller already knows. */
  readonly trustedComment: string;
} & (
  | { readonly message: Uint8Array; readonly digest?: never }
  /** The message's BLAKE2b-512. */
  | { readonly digest: Uint8Array; readonly message?: never }
);

/**
 * Returns only when this key signed this message with exactly this trusted comment.
 *
 * The comment is compared whole, never searched: it is what ties a signature to one place and one moment.
 *
 * @throws SIGNATURE_INVALID with `data.step`, checked in this order: `keyNumber`, `comment`, `scalar` (S is not below
 *   the group order: RFC 8032 section 5.1.7), `nonce` (R is the neutral point), `signature`, `globalSignature`.
 */
export function verifySignature(request: VerifyRequest): void {
  const { signature, publicKey } = request;
  verifyKeyNumber(signature, publicKey);
  verifyComment(signature.trustedComment, request.trustedComment);
  verifyShape(signature.signature, 'signature');
  verifyShape(signature.globalSignature, 'global signature');

  const digest = request.digest ?? blake2b512(request.message);
  if (digest.length !== 64) {
    throw new UdosError('BUG', `A digest to be verified has ${digest.length} bytes, not 64.`);
  }
  if (!isSignatureOf(publicKey.raw, digest, signature.signature)) {
    throw invalid(
      'signature',
      `The signature does not fit: key ${keyIdOf(publicKey)} did not sign these bytes.`,
      'Fetch the file again from another source; if that fails too, tell its publisher.',
      { fingerprint: publicKey.fingerprint },
    );
  }
  const sealed = globalMessage(signature.signature, signature.trustedComment);
  if (!isSignatureOf(publicKey.raw, sealed, signature.globalSignature)) {
    throw invalid(
      'globalSignature',
      `The global signature does not fit: key ${keyIdOf(publicKey)} did not sign this trusted comment.`,
      'Fetch the signature again from another source; if that fails too, tell its publisher.',
      { fingerprint: publicKey.fingerprint },
    );
  }
}

function verifyKeyNumber(signature: Signature, publicKey: PublicKey): void {
  if (isSameBytes(signature.keyNumber, publicKey.keyNumber)) return;
  const [expected, found] = [keyIdOf(publicKey), keyIdOf(signature)];
  throw invalid(
    'keyNumber',
    `The signature is by key ${found}, not by key ${expected}.`,
    `Have the file signed with key ${expected}.`,
    { expected, found },
  );
}

function verifyComment(found: string, expected: string): void {
  if (found === expected) return;
  throw invalid(
    'comment',
    `The signature's trusted comment is "${found}", not "${expected}".`,
    'It signs another file, place or version. Have the file signed with exactly the expected trusted comment.',
    { expected, found },
  );
}

function verifyShape(bytes: Uint8Array, which: string): void {
  const hint = 'Have the file signed again with `minisign` or `udos`: neither ever writes such a signature.';
  if (!isReducedScalar(bytes)) {
    throw invalid('scalar', `The ${which}'s S is not below the group order.`, hint, { which });
  }
  if (isNeutralNonce(bytes)) {
    throw invalid('nonce', `The ${which}'s R is the neutral point.`, hint, { which });
  }
}

function invalid(
  step: VerifyStep,
  message: string,
  hint: string,
  facts: Readonly<Record<string, unknown>>,
): UdosError {
  return new UdosError('SIGNATURE_INVALID', message, { hint, data: { step, ...facts } });
}
