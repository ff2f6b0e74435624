import assert from 'node:assert/strict';
import {
  checkpoint,
  lockfile,
  manifest,
  readFormat,
  registryFile,
} from '../../../src/model/formats/index.js';
import { assertRefused, assertTextRefused, changed, readText, valid } from './examples.js';

describe('reading a format', () => {
  const text = JSON.stringify(valid.registryFile);

  it('takes fields in any order and space anywhere', () => {
    const reversed = Object.fromEntries(Object.entries(valid.registryFile).reverse());
    assert.deepEqual(readText(registryFile, JSON.stringify(reversed, null, 7)), valid.registryFile);
  });

  const refused: [string, string | Uint8Array, RegExp][] = [
    ['what is not JSON', '{"format": 1', /Cannot read the example/],
    ['nothing', '', /Cannot read the example/],
    ['a list', '[]', /Cannot read the example/],
    ['a key twice', text.replace('{', '{"name":"Other",'), /the key "name" twice/],
    ['a key twice, once escaped', text.replace('{', '{"n\\u0061me":"Other",'), /the key "name" twice/],
    ['a prototype', text.replace('{', '{"__proto__":{"name":"x"},'), /forbidden key "__proto__"/],
    ['a constructor', text.replace('{', '{"constructor":{},'), /forbidden key "constructor"/],
    ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`, /32 levels deep/],
    ['more than a mebibyte', `${text}${' '.repeat(1024 * 1024)}`, /more than the 1048576 allowed/],
    ['a byte order mark', `\uFEFF${text}`, /byte order mark/],
    ['half a surrogate pair', text.replace('Example', '\\ud800'), /surrogate/],
    ['text that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/],
    ['an unsafe integer', text.replace('"format":1', '"format":9007199254740993'), /safe integer/],
    ['a fraction', text.replace('"format":1', '"format":1.0'), /safe integer/],
    ['an exponent', text.replace('"format":1', '"format":1e0'), /safe integer/],
  ];
  for (const [what, bytes, problem] of refused)
    it(`refuses ${what}`, () => assertTextRefused(registryFile, bytes, problem));

  it('reads a checkpoint up to its own limit only', () => {
    const limits = { maxBytes: 16 * 1024, maxDepth: 32 };
    const long = Buffer.from(JSON.stringify(valid.checkpoint) + ' '.repeat(limits.maxBytes));
    assert.throws(() => readFormat(checkpoint, long, { what: 'it', code: 'CHECKPOINT_INVALID', limits }), {
      code: 'CHECKPOINT_INVALID',
    });
  });

  it('names an unknown field, the nearest known one, and nothing that is far away', () => {
    assertRefused(registryFile, { ...valid.registryFile, homepgae: 'x' }, /did you mean "homepage"\?/);
    assertRefused(registryFile, { ...valid.registryFile, zzzzzzzz: 'x' }, /unknown field "zzzzzzzz"\.$/);
  });

  it('shows the beginning of a field that is as long as the file', () => {
    const long = 'k'.repeat(100_000);
    assertRefused(registryFile, { ...valid.registryFile, [long]: 'x' }, /^.{0,200}$/);
    assertRefused(lockfile, { ...valid.lockfile, plugins: { [long]: {} } }, /^.{0,200}$/);
  });

  it('names where a field is wrong, however deep', () => {
    const support = { email: 'nobody' };
    assertRefused(registryFile, changed(valid.registryFile, { support }), /"support\.email"/);
  });

  it("passes over an author's own fields only where they are allowed", () => {
    const own = Buffer.from(JSON.stringify({ ...valid.manifest, 'x-y': 1 }));
    const options = { what: 'it', code: 'MANIFEST_INVALID' } as const;
    assert.throws(() => readFormat(manifest, own, options), /unknown field "x-y"/);
    assert.ok(!('x-y' in readFormat(manifest, own, { ...options, allowOwnFields: true })));
  });

  it('hands on the hint of the caller and the problem as data', () => {
    assert.throws(
      () =>
        readFormat(registryFile, Buffer.from('{}'), { what: 'it', code: 'FILE_INVALID', hint: 'Mend it.' }),
      (error: { hint?: string; data?: { file?: string } }) =>
        error.hint === 'Mend it.' && error.data?.file === 'it',
    );
  });
});
