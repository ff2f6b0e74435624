import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { keyFiles, lockedPassword } from '../../../fixtures/keys/generate.js';
import {
  isEncryptedSecretKeyFile,
  parsePublicKeyFile,
  parseSecretKeyFile,
} from '../../../src/primitives/crypto/index.js';

const folder = new URL('../../../fixtures/keys/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

describe('the published keys', () => {
  it('are what their generator writes', async () => {
    const names = readdirSync(folder).filter((name) => /\.(key|pub)$/.test(name));
    assert.deepEqual(
      new Map(names.map((name) => [name, read(name)])),
      new Map([...(await keyFiles())].sort()),
    );
  });

  for (const name of ['demo', 'second', 'third', 'locked']) {
    it(`hold both halves of ${name}`, async () => {
      const text = read(`${name}.key`);
      assert.equal(isEncryptedSecretKeyFile(text), name === 'locked');
      const key = await parseSecretKeyFile(text, () => Promise.resolve(lockedPassword));
      assert.deepEqual(key.publicKey, parsePublicKeyFile(read(`${name}.pub`)));
    });
  }
});
