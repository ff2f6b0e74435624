import { createHash } from 'node:crypto';
import type { Fingerprint } from '../../src/model/names.js';
import { generateSecretKey, signMessage, type SecretKey } from '../../src/primitives/crypto/index.js';
import type { Signer } from '../../src/registry/index.js';

export interface TestKey extends Signer {
  readonly secret: SecretKey;
}

/** The key that a name always gives. */
export function testKey(name: string): TestKey {
  const secret = generateSecretKey((size) =>
    createHash('sha512').update(`${name}/${size}`).digest().subarray(0, size),
  );
  return {
    secret,
    fingerprint: secret.publicKey.fingerprint as Fingerprint,
    encoded: secret.publicKey.encoded,
    sign: (bytes, comment) => signMessage(secret, bytes, comment),
  };
}
