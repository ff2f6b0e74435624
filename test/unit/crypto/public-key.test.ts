import assert from 'node:assert/strict';
import { ed25519 } from '@noble/curves/ed25519.js';
import { UdosError } from '../../../src/errors/index.js';
import {
  fingerprintOf,
  formatPublicKeyFile,
  generateSecretKey,
  keyIdOf,
  parsePublicKey,
  parsePublicKeyFile,
} from '../../../src/primitives/crypto/index.js';
import { seeded } from './seeded.js';

const key = generateSecretKey(seeded('ada')).publicKey;
const file = formatPublicKeyFile(key);

describe('a public key', () => {
  it('is named by its point, and shown by its number', () => {
    assert.equal(key.fingerprint, fingerprintOf(key.raw));
    assert.equal(keyIdOf(key), Buffer.from(key.keyNumber).readBigUInt64LE().toString(16).toUpperCase());
    assert.equal(keyIdOf({ keyNumber: Buffer.from('0100000000000000', 'hex') }), '1');
    assert.equal(keyIdOf({ keyNumber: Buffer.alloc(8) }), '0');
  });

  it('is the same from its text and from its file', () => {
    assert.deepEqual(parsePublicKey(key.encoded), key);
    assert.deepEqual(parsePublicKeyFile(file), key);
  });

  it('is never one of the eight points of small order, nor an honest point moved by one', () => {
    const { Point } = ed25519;
    const eighth = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
    let small = Point.ZERO;
    for (let index = 0; index < 8; index += 1) {
      refuses(encoded(small.toBytes()), 'smallOrder');
      if (index > 0) refuses(encoded(Point.fromBytes(key.raw).add(small).toBytes()), 'torsion');
      small = small.add(eighth);
    }
    assert.ok(small.equals(Point.ZERO));
  });

  it('has one spelling', () => {
    for (const text of ['', ' ', `${key.encoded} `, `${key.encoded}\n`, key.encoded.replace('RW', 'R-')]) {
      refuses(text, text === '' ? 'length' : 'base64');
    }
    refuses('A'.repeat(100_000), 'length');
  });

  it('has a file of two lines that end in LF', () => {
    const steps: Record<string, string> = {
      [key.encoded]: 'lines',
      [file.slice(0, -1)]: 'lines',
      [`${file}\n`]: 'lines',
      [file.replaceAll('\n', '\r\n')]: 'lines',
      [file.replace('untrusted comment: ', '# ')]: 'lines',
      [file.replace('public', 'pub\u202Elic')]: 'characters',
      [file.replace('public', 'pub\uD800lic')]: 'encoding',
    };
    for (const [text, step] of Object.entries(steps)) {
      assert.throws(() => parsePublicKeyFile(text), failsAt(step));
    }
  });
});

function encoded(raw: Uint8Array): string {
  return Buffer.concat([Buffer.from('Ed'), key.keyNumber, raw]).toString('base64');
}

function refuses(text: string, step: string): void {
  assert.throws(() => parsePublicKey(text), failsAt(step));
}

function failsAt(step: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof UdosError);
    assert.deepEqual([error.code, error.data.step], ['KEY_INVALID', step]);
    return true;
  };
}
