import assert from 'node:assert/strict';
import { hasCode } from '../../../src/errors/index.js';
import {
  blake2b512,
  formatSignature,
  generateSecretKey,
  parseSignature,
  signDigest,
  signMessage,
  verifySignature,
} from '../../../src/primitives/crypto/index.js';
import { seeded } from './seeded.js';

const key = generateSecretKey(seeded('ada'));
const message = Buffer.from('Some bytes.\n');

describe('signing', () => {
  it('of a message is signing of its digest, and gives the same text every time', () => {
    const text = signMessage(key, message, 'a place');
    assert.equal(signDigest(key, blake2b512(message), 'a place'), text);
    assert.equal(signMessage(key, message, 'a place'), text);
  });

  it('is verified with exactly the same comment', () => {
    const signature = parseSignature(signMessage(key, message, 'a place'));
    const publicKey = key.publicKey;
    verifySignature({ message, signature, publicKey, trustedComment: 'a place' });
    for (const trustedComment of ['', 'a plac', 'a place ', 'A place']) {
      assert.throws(
        () => verifySignature({ message, signature, publicKey, trustedComment }),
        (error) => hasCode(error, 'SIGNATURE_INVALID') && error.data.step === 'comment',
      );
    }
  });

  it('never writes a comment that could not be read back', () => {
    for (const comment of ['two\nlines', 'tab\t', 'bidi \u202E', '\uD800', '\u2028', 'x'.repeat(4001)]) {
      assert.throws(
        () => signMessage(key, message, comment),
        (error) => hasCode(error, 'USAGE'),
      );
      assert.throws(
        () => signMessage(key, message, 'a place', comment),
        (error) => hasCode(error, 'USAGE'),
      );
    }
    const signature = parseSignature(signMessage(key, message, 'a place'));
    assert.throws(
      () => formatSignature({ ...signature, trustedComment: '\u001B[2J' }, ''),
      (error) => hasCode(error, 'USAGE'),
    );
  });
});
