import assert from 'node:assert/strict';
import { UdosError } from '../../../src/errors/index.js';
import {
  formatSecretKeyFile,
  generateSecretKey,
  isEncryptedSecretKeyFile,
  parsePublicKey,
  parseSecretKeyFile,
} from '../../../src/primitives/crypto/index.js';
import { quickKdf, seeded } from './seeded.js';

const key = generateSecretKey(seeded('ada'));
const password = 'correct horse';
const asked = (): Promise<string> => Promise.resolve(password);
const notAsked = (): Promise<string> => Promise.reject(new Error('a password was asked for'));

describe('a secret key', () => {
  let clear: string;
  let locked: string;
  before(async () => {
    clear = await formatSecretKeyFile(key);
    locked = await formatSecretKeyFile(key, { password, kdf: quickKdf });
  });

  it('is another at every generation, and the same from the same bytes', () => {
    assert.notDeepEqual(generateSecretKey(), generateSecretKey());
    assert.deepEqual(generateSecretKey(seeded('ada')), key);
    assert.deepEqual(parsePublicKey(key.publicKey.encoded), key.publicKey);
  });

  it('comes back from a file in the clear, without a question', async () => {
    assert.equal(isEncryptedSecretKeyFile(clear), false);
    assert.deepEqual(await parseSecretKeyFile(clear, notAsked), key);
  });

  it('comes back from an encrypted file that does not show it', async () => {
    assert.equal(isEncryptedSecretKeyFile(locked), true);
    assert.deepEqual(await parseSecretKeyFile(locked, asked), key);
    assert.equal(bytesIn(locked).includes(Buffer.from(key.seed)), false);
    assert.equal(bytesIn(clear).includes(Buffer.from(key.seed)), true);
  });

  it('is encrypted under another salt every time', async () => {
    assert.notEqual(await formatSecretKeyFile(key, { password, kdf: quickKdf }), locked);
  });

  it('needs the password, and the right one', async () => {
    await fails('PASSWORD_REQUIRED', parseSecretKeyFile(locked));
    for (const wrong of ['', 'Correct horse', 'correct horse ']) {
      await fails(
        'PASSWORD_INVALID',
        parseSecretKeyFile(locked, () => Promise.resolve(wrong)),
      );
    }
  });

  it('is not read from a damaged encrypted file', async () => {
    for (const offset of [6, 54, 157]) {
      await fails('PASSWORD_INVALID', parseSecretKeyFile(changed(locked, offset), asked));
    }
  });

  it('refuses passwords that the stock tool could not be given', async () => {
    for (const bad of ['', 'two\nlines', 'nul\0', '\uD800', 'x'.repeat(1001)]) {
      await fails('PASSWORD_INVALID', formatSecretKeyFile(key, { password: bad, kdf: quickKdf }));
    }
    const long = 'x'.repeat(1000);
    const text = await formatSecretKeyFile(key, { password: long, kdf: quickKdf });
    assert.deepEqual(await parseSecretKeyFile(text, () => Promise.resolve(long)), key);
  });

  it('refuses a file that asks for more work than minisign does, before it asks for the password', async () => {
    for (const offset of [38 + 3, 38 + 7, 46 + 3, 46 + 7]) {
      await fails('KEY_INVALID', parseSecretKeyFile(changed(locked, offset, 0x80), notAsked), 'kdf');
    }
    const kdf = { opslimit: 33_554_433, memlimit: 16_777_216 };
    await fails('KEY_INVALID', formatSecretKeyFile(key, { password, kdf }), 'kdf');
  });

  it('takes any cost below that', async () => {
    for (const [opslimit, memlimit] of [
      [0, 0],
      [1_048_576, 33_554_432],
      [262_144, 65_536],
    ] as const) {
      const text = await formatSecretKeyFile(key, { password, kdf: { opslimit, memlimit } });
      assert.deepEqual(await parseSecretKeyFile(text, asked), key);
    }
  });

  it('refuses a public half that belongs to another secret', async () => {
    const eve = generateSecretKey(seeded('eve'));
    const mixed = await formatSecretKeyFile({ ...key, publicKey: eve.publicKey });
    await fails('KEY_INVALID', parseSecretKeyFile(mixed), 'keyPair');
    const lockedMix = await formatSecretKeyFile(
      { ...key, publicKey: eve.publicKey },
      { password, kdf: quickKdf },
    );
    await fails('KEY_INVALID', parseSecretKeyFile(lockedMix, asked), 'keyPair');
  });

  it('refuses other algorithms, lengths and spellings', async () => {
    for (const offset of [0, 1, 2, 3, 4, 5]) {
      await fails('KEY_INVALID', parseSecretKeyFile(changed(clear, offset), notAsked), 'algorithm');
    }
    const steps: Record<string, string> = {
      '': 'lines',
      [clear.slice(0, -1)]: 'lines',
      [clear.replaceAll('\n', '\r\n')]: 'lines',
      [clear.replace('=\n', '\n')]: 'base64',
      [withBytes(bytesIn(clear).subarray(1))]: 'length',
    };
    for (const [text, step] of Object.entries(steps)) {
      await fails('KEY_INVALID', parseSecretKeyFile(text, notAsked), step);
      assert.throws(() => isEncryptedSecretKeyFile(text), UdosError);
    }
  });
});

function bytesIn(text: string): Buffer {
  return Buffer.from(text.split('\n')[1] ?? '', 'base64');
}

function withBytes(bytes: Uint8Array): string {
  return `untrusted comment: a key\n${Buffer.from(bytes).toString('base64')}\n`;
}

function changed(text: string, offset: number, mask = 1): string {
  const bytes = bytesIn(text);
  bytes[offset]! ^= mask;
  return withBytes(bytes);
}

async function fails(code: string, promise: Promise<unknown>, step?: string): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof UdosError, String(error));
    assert.equal(error.code, code);
    if (step !== undefined) assert.equal(error.data.step, step);
    assert.ok(error.hint !== undefined);
    return true;
  });
}
