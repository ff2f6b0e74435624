import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as wasm from '@threema/wasm-minisign-verify';
import { vectorFiles } from '../../../fixtures/vectors/minisign/generate.js';
import type { Bytes, Vector } from '../../../fixtures/vectors/minisign/vector.js';
import { UdosError } from '../../../src/errors/index.js';
import {
  blake2b512,
  parsePublicKey,
  parseSignature,
  verifySignature,
} from '../../../src/primitives/crypto/index.js';
import { isSignatureOf } from '../../../src/primitives/crypto/minisign/ed25519.js';
import { StockMinisign } from './stock-minisign.js';

const folder = new URL('../../../fixtures/vectors/minisign/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const vectors = names.map((name) => ({
  name: name.slice(0, -'.json'.length),
  text: readFileSync(new URL(name, folder), 'utf8'),
}));

describe('minisign vectors', () => {
  it('are there, and are what their generator writes', () => {
    assert.notEqual(vectors.length, 0, 'no vector was found');
    assert.deepEqual(new Map(vectors.map(({ name, text }) => [`${name}.json`, text])), vectorFiles());
  });

  for (const { name, text } of vectors) {
    const vector = JSON.parse(text) as Vector;

    describe(name, () => {
      it(vector.intent, () => {
        assert.deepEqual(verdictOn(vector, bytesOf(vector.signature)), vector.expect);
      });

      const { signature } = vector;
      if ('utf8' in signature) {
        it('reads the same as text', () => {
          assert.deepEqual(verdictOn(vector, signature.utf8), vector.expect);
        });
      }

      if (vector.expect === 'accept') {
        it('is good for other implementations too', async () => {
          assert.equal(isGoodForWasm(vector), true);
          assert.equal(await isGoodForStock(vector), true);
        });
      }
    });
  }

  it('hold forgeries that OpenSSL takes: only the check of the key stops them', () => {
    const forged = vectors.filter(({ name }) => /^refuse-key-(of-order|with-torsion)/.test(name));
    assert.equal(forged.length, 5);
    for (const { text } of forged) {
      const vector = JSON.parse(text) as Vector;
      const raw = Buffer.from(vector.publicKey, 'base64').subarray(10);
      const { signature } = parseSignature(bytesOf(vector.signature));
      assert.equal(isSignatureOf(raw, blake2b512(bytesOf(vector.message)), signature), true);
    }
  });

  it('hold a relabelling that the stock tool takes, and udos does not', async () => {
    const { text } = vectors.find(({ name }) => name === 'refuse-hashed-as-bare')!;
    const vector = JSON.parse(text) as Vector;
    assert.equal(await isGoodForStock(vector), true);
  });
});

function verdictOn(vector: Vector, signature: string | Uint8Array): Vector['expect'] {
  const message = bytesOf(vector.message);
  const outcomes = [{ message }, { digest: blake2b512(message) }].map((subject): Vector['expect'] => {
    try {
      const publicKey = parsePublicKey(vector.publicKey);
      const trustedComment = vector.comment;
      verifySignature({ ...subject, publicKey, signature: parseSignature(signature), trustedComment });
      return 'accept';
    } catch (error) {
      assert.ok(error instanceof UdosError, String(error));
      assert.ok(error.hint !== undefined);
      return { code: error.code, step: String(error.data.step) };
    }
  });
  assert.deepEqual(outcomes[0], outcomes[1]);
  return outcomes[0]!;
}

function isGoodForWasm(vector: Vector): boolean {
  const key = wasm.PublicKey.decode(`untrusted comment: key\n${vector.publicKey}\n`);
  const signature = wasm.Signature.decode(Buffer.from(bytesOf(vector.signature)).toString());
  return key.verify(bytesOf(vector.message), signature);
}

async function isGoodForStock(vector: Vector): Promise<boolean> {
  const stock = new StockMinisign();
  try {
    stock.write('file', bytesOf(vector.message));
    stock.write('file.minisig', bytesOf(vector.signature));
    return (await stock.run(['-V', '-P', vector.publicKey, '-m', 'file'])) === 0;
  } finally {
    stock.dispose();
  }
}

function bytesOf(bytes: Bytes): Uint8Array {
  return 'utf8' in bytes ? Buffer.from(bytes.utf8) : Buffer.from(bytes.base64, 'base64');
}
