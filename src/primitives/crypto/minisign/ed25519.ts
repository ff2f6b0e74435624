import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { FormatProblem } from './format-problem.js';

/** The DER that stands before the 32 bytes of a seed or a public key (RFC 8410, sections 7 and 4). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Refuses a public key that OpenSSL would use although nobody needs its secret half to sign.
 *
 * Under a key of small order one signature fits every file. A key with a torsion component lets its owner make
 * signatures that some verifiers take and others refuse. A point spelled in two ways would have two fingerprints.
 *
 * @throws FormatProblem at `point` (not on the curve, or not its canonical encoding, RFC 8032 section 5.1.3),
 *   `smallOrder`, `torsion`.
 */
export function refuseWeakPoint(raw: Uint8Array): void {
  let point;
  try {
    point = ed25519.Point.fromBytes(raw, false);
  } catch {
    throw new FormatProblem('point', 'it is not the canonical encoding of a point on the curve');
  }
  if (point.isSmallOrder()) throw new FormatProblem('smallOrder', 'it is a point of small order');
  if (!point.isTorsionFree()) throw new FormatProblem('torsion', 'it has a torsion component');
}

/** True when S, the second half of a signature, is below the group order (RFC 8032 section 5.1.7). */
export function isReducedScalar(signature: Uint8Array): boolean {
  const hex = Buffer.from(signature.subarray(32, 64)).reverse().toString('hex');
  return BigInt(`0x${hex}`) < ed25519.Point.Fn.ORDER;
}

/**
 * True when R, the first half of a signature, is the neutral point. libsodium refuses an R of small order; of those
 * only this one could pass OpenSSL's equation under a key without torsion.
 */
export function isNeutralNonce(signature: Uint8Array): boolean {
  return signature[0] === 1 && signature.subarray(1, 32).every((byte) => byte === 0);
}

export function publicHalfOf(seed: Uint8Array): Uint8Array {
  const spki = createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(spkiPrefix.length));
}

/** The 64 bytes of a pure Ed25519 signature: the same for the same seed and message. */
export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, privateKey(seed)));
}

/** OpenSSL's answer. The point, S and R need the checks above as well. */
export function isSignatureOf(raw: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' });
  return verify(null, message, key, signature);
}

function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
}
