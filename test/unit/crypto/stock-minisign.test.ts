import assert from 'node:assert/strict';
import * as wasm from '@threema/wasm-minisign-verify';
import {
  defaultKdf,
  formatPublicKeyFile,
  formatSecretKeyFile,
  generateSecretKey,
  isEncryptedSecretKeyFile,
  parsePublicKeyFile,
  parseSecretKeyFile,
  parseSignature,
  signMessage,
  verifySignature,
} from '../../../src/primitives/crypto/index.js';
import { quickKdf, seeded } from './seeded.js';
import { StockMinisign } from './stock-minisign.js';

const comment = 'udos:index@1 registry=udr1example path=plugins/ada/notes.json n=7';
const password = 'correct horse é';
const typed = `${password}\n`;

/** What `minisign -C` made of the key `encrypted elsewhere` with that password, at its one and only cost. */
const byStock =
  'RWRTY0IywOL8A6iYth7Yc+Cg35kBasQBG/96kHI/OfkbhbIAn9IAAAACAAAAAAAAAEAAAAAAy5cYWfiO9hZG8kkhK1NT169PAKAAaniZ0K' +
  '6jbBrH2SYJOFAWuGK7XbO83n3A7pp7NGn0W5B8OLSH+xYmOHIRbCKf3yekTa20c3cRiooe+FO36afj5MbD09OKTps+1b3Qa39P+OZxPH8=';

describe('udos and the stock minisign', () => {
  let stock: StockMinisign;
  beforeEach(() => {
    stock = new StockMinisign();
  });
  afterEach(() => {
    stock.dispose();
  });

  it('write the same signature, byte for byte', async () => {
    const key = generateSecretKey();
    stock.write('my.key', await formatSecretKeyFile(key));
    for (const [message, ...untrusted] of [['Some bytes.\n'], [''], ['More.\n', 'by ada']] as const) {
      stock.write('file', message);
      const flags = untrusted.flatMap((text) => ['-c', text]);
      assert.equal(await stock.run(['-S', '-s', 'my.key', '-m', 'file', '-t', comment, ...flags]), 0);
      assert.equal(stock.read('file.minisig'), signMessage(key, Buffer.from(message), comment, ...untrusted));
    }
  });

  it('verify each other', async () => {
    assert.equal(await stock.run(['-G', '-W', '-p', 'my.pub', '-s', 'my.key']), 0);
    stock.write('file', 'Some bytes.\n');
    assert.equal(await stock.run(['-S', '-s', 'my.key', '-m', 'file', '-t', comment]), 0);
    const publicKey = parsePublicKeyFile(stock.read('my.pub'));
    const message = Buffer.from('Some bytes.\n');
    verifySignature({
      message,
      publicKey,
      signature: parseSignature(stock.read('file.minisig')),
      trustedComment: comment,
    });

    const own = generateSecretKey();
    const text = signMessage(own, message, comment);
    stock.write('file.minisig', text);
    stock.write('own.pub', formatPublicKeyFile(own.publicKey));
    assert.equal(await stock.run(['-V', '-p', 'own.pub', '-m', 'file']), 0);
    assert.equal(await stock.run(['-V', '-p', 'my.pub', '-m', 'file']), 1);
    const second = wasm.PublicKey.decode(formatPublicKeyFile(own.publicKey));
    assert.equal(second.verify(message, wasm.Signature.decode(text)), true);
  });

  it('agree on the longest comments', async () => {
    const key = generateSecretKey(seeded('long comments'));
    const [trusted, untrusted] = ['t'.repeat(4000), 'u'.repeat(1000)];
    stock.write('my.pub', formatPublicKeyFile(key.publicKey));
    stock.write('file', 'Some bytes.\n');
    stock.write('file.minisig', signMessage(key, Buffer.from('Some bytes.\n'), trusted, untrusted));
    assert.equal(await stock.run(['-V', '-p', 'my.pub', '-m', 'file']), 0);
  });

  it('write the same public key file', async () => {
    const key = generateSecretKey(seeded('a public key'));
    stock.write('my.key', await formatSecretKeyFile(key));
    assert.equal(await stock.run(['-R', '-s', 'my.key', '-p', 'my.pub']), 0);
    assert.equal(stock.read('my.pub'), formatPublicKeyFile(key.publicKey));
  });

  it('write the same unencrypted key, and read it', async () => {
    assert.equal(await stock.run(['-G', '-W', '-p', 'my.pub', '-s', 'my.key']), 0);
    const text = stock.read('my.key');
    assert.equal(isEncryptedSecretKeyFile(text), false);
    const key = await parseSecretKeyFile(text);
    assert.equal(key.publicKey.encoded, parsePublicKeyFile(stock.read('my.pub')).encoded);
    assert.equal(secondLine(await formatSecretKeyFile(key)), secondLine(text));
  });

  it('read a key that udos encrypted cheaply', async () => {
    const key = generateSecretKey();
    stock.write('my.key', await formatSecretKeyFile(key, { password, kdf: quickKdf }));
    assert.equal(await stock.run(['-R', '-s', 'my.key', '-p', 'my.pub'], 'wrong\n'), 2);
    assert.equal(await stock.run(['-R', '-s', 'my.key', '-p', 'my.pub'], typed), 0);
    assert.equal(stock.read('my.pub'), formatPublicKeyFile(key.publicKey));
  });

  it('encrypt at the same default cost, which takes seconds', async () => {
    const bytes = Buffer.from(byStock, 'base64');
    assert.equal(bytes.readBigUInt64LE(38), BigInt(defaultKdf.opslimit));
    assert.equal(bytes.readBigUInt64LE(46), BigInt(defaultKdf.memlimit));
    const text = `untrusted comment: minisign encrypted secret key\n${byStock}\n`;
    const key = await parseSecretKeyFile(text, () => Promise.resolve(password));
    assert.deepEqual(key, generateSecretKey(seeded('encrypted elsewhere')));
  });

  it('lift the password of a key, or leave a checksum where none counts', async () => {
    const key = generateSecretKey();
    stock.write('my.key', await formatSecretKeyFile(key, { password, kdf: quickKdf }));
    assert.equal(await stock.run(['-C', '-W', '-s', 'my.key'], typed), 0);
    const text = stock.read('my.key');
    assert.equal(isEncryptedSecretKeyFile(text), false);
    assert.deepEqual(await parseSecretKeyFile(text), key);
  });
});

function secondLine(text: string): string | undefined {
  return text.split('\n')[1];
}
