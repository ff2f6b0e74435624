import { fingerprintOf } from '../digest.js';
import { refuseWeakPoint } from './ed25519.js';
import { FormatProblem, refusing, type Refusal } from './format-problem.js';
import {
  commentLimits,
  decodeBase64,
  encodeBase64,
  isLabelled,
  parseComment,
  parseLines,
  untrustedPrefix,
} from './text.js';

/** A minisign public key that passed every check of `parsePublicKey`; nothing else should make one. */
export interface PublicKey {
  /** 8 bytes, chosen at random with the key: a hint, never an identity. */
  readonly keyNumber: Uint8Array;
  /** The 32 bytes of the Ed25519 point. */
  readonly raw: Uint8Array;
  /** SHA-256 (hex) of `raw`: the key's name. */
  readonly fingerprint: string;
  /** Base64 of `Ed` · key number · raw: `RW…`, as in the second line of a `.pub`. */
  readonly encoded: string;
}

const refusal: Refusal = {
  code: 'KEY_INVALID',
  action: 'Cannot use this public key',
  hint: 'Copy the line that begins with "RW" from the owner\'s .pub file; `minisign -R` writes that file anew.',
};

/**
 * Reads the base64 form of a public key.
 *
 * @throws KEY_INVALID with `data.step`: `base64` (not canonical), `length`, `algorithm`, `point` (not on the curve or
 *   not canonical), `smallOrder`, `torsion`.
 */
export function parsePublicKey(encoded: string): PublicKey {
  return refusing(refusal, () => readEncoded(encoded));
}

/**
 * Reads a `.pub` file: an untrusted comment, then the base64, each line ended by LF.
 *
 * @throws KEY_INVALID as `parsePublicKey`, and at `encoding`, `lines`, `characters`.
 */
export function parsePublicKeyFile(text: string): PublicKey {
  return refusing(refusal, () => {
    const [comment = '', encoded = ''] = parseLines(text, 2);
    parseComment(comment, untrustedPrefix, commentLimits.untrusted);
    return readEncoded(encoded);
  });
}

/** The `.pub` file that `minisign -R` writes for this key, byte for byte. */
export function formatPublicKeyFile(key: PublicKey): string {
  return `${untrustedPrefix}minisign public key ${keyIdOf(key)}\n${key.encoded}\n`;
}

/** The key number as minisign 0.11 shows it: a little-endian u64 in upper-case hex, without leading zeros. */
export function keyIdOf(key: Pick<PublicKey, 'keyNumber'>): string {
  const hex = Buffer.from(key.keyNumber).reverse().toString('hex').toUpperCase();
  return hex.replace(/^0+(?=.)/, '');
}

function readEncoded(encoded: string): PublicKey {
  const bytes = decodeBase64(encoded, 42);
  if (!isLabelled(bytes, 'Ed')) throw new FormatProblem('algorithm', 'its algorithm is not Ed');
  return publicKeyOf(bytes.slice(2, 10), bytes.slice(10));
}

/** @throws FormatProblem when `raw` is no point that a key may be. */
export function publicKeyOf(keyNumber: Uint8Array, raw: Uint8Array): PublicKey {
  refuseWeakPoint(raw);
  const encoded = encodeBase64(Buffer.concat([Buffer.from('Ed'), keyNumber, raw]));
  return { keyNumber, raw, fingerprint: fingerprintOf(raw), encoded };
}
