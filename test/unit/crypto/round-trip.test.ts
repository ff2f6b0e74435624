import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UdosError } from '../../../src/errors/index.js';
import {
  formatPublicKeyFile,
  formatSecretKeyFile,
  formatSignature,
  generateSecretKey,
  isEncryptedSecretKeyFile,
  parsePublicKey,
  parsePublicKeyFile,
  parseSecretKeyFile,
  parseSignature,
  signMessage,
} from '../../../src/primitives/crypto/index.js';
import { quickKdf, seeded } from './seeded.js';

const someKey = fc
  .tuple(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([number, seed]) => generateSecretKey((size) => (size === 8 ? number : seed)));
const someComment = fc
  .string({ unit: 'grapheme', maxLength: 100 })
  .filter((text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text));

const key = generateSecretKey(seeded('ada'));
const signature = signMessage(key, Buffer.from('Some bytes.\n'), 'a place');

describe('what parses is written the same', () => {
  it('for public keys', () => {
    fc.assert(
      fc.property(someKey, ({ publicKey }) => {
        const file = formatPublicKeyFile(publicKey);
        assert.deepEqual(parsePublicKeyFile(file), publicKey);
        assert.equal(parsePublicKey(publicKey.encoded).encoded, publicKey.encoded);
        assert.equal(formatPublicKeyFile(parsePublicKeyFile(file)), file);
      }),
      { numRuns: 30 },
    );
  });

  it('for secret keys', async () => {
    const salt = Buffer.alloc(32, 9);
    await fc.assert(
      fc.asyncProperty(someKey, fc.constantFrom(undefined, 'correct horse'), async (secret, password) => {
        const options = password === undefined ? {} : { password, kdf: quickKdf, salt };
        const file = await formatSecretKeyFile(secret, options);
        const parsed = await parseSecretKeyFile(file, () => Promise.resolve(password ?? ''));
        assert.deepEqual(parsed, secret);
        assert.equal(await formatSecretKeyFile(parsed, options), file);
      }),
      { numRuns: 30 },
    );
  });

  it('for signatures', () => {
    fc.assert(
      fc.property(fc.uint8Array(), someComment, someComment, (message, trusted, untrusted) => {
        const text = signMessage(key, message, trusted, untrusted);
        assert.equal(parseSignature(text).trustedComment, trusted);
        assert.equal(formatSignature(parseSignature(Buffer.from(text)), untrusted), text);
      }),
      { numRuns: 100 },
    );
  });

  it('for signatures with one byte changed, unless they are refused', () => {
    const bytes = Buffer.from(signature);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(bytes);
        changed[at] = byte;
        const parsed = unlessRefused(() => parseSignature(changed));
        if (parsed === undefined) return;
        const untrusted = changed.toString().split('\n')[0]!.slice('untrusted comment: '.length);
        assert.equal(formatSignature(parsed, untrusted), changed.toString());
      }),
      { numRuns: 1000 },
    );
  });

  it('for public keys with one byte changed, unless they are refused', () => {
    const bytes = Buffer.from(key.publicKey.encoded, 'base64');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(bytes);
        changed[at] = byte;
        const encoded = changed.toString('base64');
        const parsed = unlessRefused(() => parsePublicKey(encoded));
        assert.ok(parsed === undefined || parsed.encoded === encoded);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what does not parse is refused with an error of udos', () => {
  const lines = fc.array(fc.oneof(fc.string(), fc.base64String(), fc.constant('untrusted comment: x')));
  const someText = fc.oneof(
    fc.string({ unit: 'binary' }),
    lines.map((parts) => parts.join('\n')),
    lines.map((parts) => `untrusted comment: x\n${parts.join('\n')}\n`),
    fc.string({ unit: 'binary' }).map((text) => signature.replace('a place', text)),
  );

  it('as text', async () => {
    await fc.assert(
      fc.asyncProperty(someText, async (text) => {
        unlessRefused(() => parseSignature(text));
        unlessRefused(() => parsePublicKey(text));
        unlessRefused(() => parsePublicKeyFile(text));
        unlessRefused(() => isEncryptedSecretKeyFile(text));
        await parseSecretKeyFile(text).catch((error: unknown) => {
          assert.ok(error instanceof UdosError, String(error));
        });
      }),
      { numRuns: 500 },
    );
  });

  it('as bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        unlessRefused(() => parseSignature(bytes));
        unlessRefused(() => parsePublicKey(Buffer.from(bytes).toString('base64')));
      }),
      { numRuns: 500 },
    );
  });

  it('as 158 bytes that could be a secret key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 152, maxLength: 152 }), async (rest) => {
        const bytes = Buffer.concat([Buffer.from('Ed\0\0B2'), rest]);
        const text = `untrusted comment: x\n${bytes.toString('base64')}\n`;
        await assert.rejects(parseSecretKeyFile(text), UdosError);
      }),
      { numRuns: 100 },
    );
  });
});

function unlessRefused<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    assert.ok(error instanceof UdosError, String(error));
    return undefined;
  }
}
