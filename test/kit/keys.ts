import { createHash } from 'node:crypto';
import path from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Fingerprint } from '../../src/model/names.js';
import {
  formatPublicKeyFile,
  formatSecretKeyFile,
  generateSecretKey,
  signMessage,
  type SecretKey,
} from '../../src/primitives/crypto/index.js';
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

/** Puts a key into a home, in the clear. */
export async function storeKey(home: string, name: string, key: TestKey): Promise<void> {
  const folder = path.join(home, 'keys');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(folder, `${name}.key`), await formatSecretKeyFile(key.secret), { mode: 0o600 });
  writeFileSync(path.join(folder, `${name}.pub`), formatPublicKeyFile(key.secret.publicKey));
}
