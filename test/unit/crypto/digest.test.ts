import assert from 'node:assert/strict';
import { blake2b } from '@noble/hashes/blake2.js';
import {
  blake2b512,
  fingerprintOf,
  sha256Hex,
  sha512Integrity,
} from '../../../src/primitives/crypto/index.js';

describe('digests', () => {
  const abc = Buffer.from('abc');

  it('are the published ones of "abc" (FIPS 180-4, RFC 7693)', () => {
    assert.equal(sha256Hex(abc), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.equal(
      sha512Integrity(abc),
      'sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==',
    );
    assert.equal(
      Buffer.from(blake2b512(abc)).toString('hex'),
      'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1' +
        '7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
    );
  });

  it('agree with a second implementation of BLAKE2b', () => {
    for (const size of [0, 1, 127, 128, 129, 1000]) {
      const bytes = Buffer.alloc(size, size);
      assert.deepEqual(blake2b512(bytes), blake2b(bytes, { dkLen: 64 }));
    }
  });

  it('name a key by its 32 raw bytes alone', () => {
    assert.equal(fingerprintOf(Buffer.alloc(32, 7)), sha256Hex(Buffer.alloc(32, 7)));
  });
});
