import { hasCode, UdosError, type ErrorCode } from '../../errors/index.js';
import type { KeyRing } from '../../model/formats/index.js';
import type { Fingerprint } from '../../model/names.js';
import { parsePublicKey, type PublicKey } from '../../primitives/crypto/index.js';

/** Judging a key costs milliseconds, and the same few stand in many documents. Only good ones are kept. */
const judged = new Map<string, PublicKey>();

export type Keys = ReadonlyMap<Fingerprint, PublicKey>;

/**
 * The public keys of a document, each under its own fingerprint.
 *
 * @throws `code` when a key is malformed, weak (MINISIGN.md) or listed under another key's fingerprint.
 */
export function parseKeyRing(ring: KeyRing, what: string, code: ErrorCode): Keys {
  const keys = new Map<Fingerprint, PublicKey>();
  for (const [fp, encoded] of Object.entries(ring) as [Fingerprint, string][]) {
    const key = parseKey(encoded, what, code);
    if (key.fingerprint !== fp) {
      throw new UdosError(
        code,
        `${what} lists a key under ${fp}, but its fingerprint is ${key.fingerprint}.`,
        {
          data: { file: what, expected: fp, found: key.fingerprint },
        },
      );
    }
    keys.set(fp, key);
  }
  return keys;
}

function parseKey(encoded: string, what: string, code: ErrorCode): PublicKey {
  try {
    const key = judged.get(encoded) ?? parsePublicKey(encoded);
    judged.set(encoded, key);
    return key;
  } catch (error) {
    if (!hasCode(error, 'KEY_INVALID')) throw error;
    throw new UdosError(code, `${what} lists a key that must not be used: ${error.message}`, {
      data: { file: what },
      cause: error,
    });
  }
}
