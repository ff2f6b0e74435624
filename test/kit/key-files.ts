import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatPublicKeyFile, formatSecretKeyFile } from '../../src/primitives/crypto/index.js';
import type { TestKey } from './keys.js';

/** Puts a key among those of a home, as `key generate NAME --no-password` would. */
export async function holdKey(home: string, name: string, key: TestKey): Promise<void> {
  const folder = path.join(home, 'keys');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.key`), await formatSecretKeyFile(key.secret), { mode: 0o600 });
  writeFileSync(path.join(folder, `${name}.pub`), formatPublicKeyFile(key.secret.publicKey));
}
