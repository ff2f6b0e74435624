import assert from 'node:assert/strict';
import type { IndexPath } from '../../../src/model/names.js';
import { parseCatalog } from '../../../src/registry/trust/catalog-file.js';
import { valid } from '../formats/examples.js';

describe('a file of the catalog', () => {
  const path = 'catalog/ad.jsonl' as IndexPath;
  const line = JSON.stringify(valid.catalogLine);
  const parse = (text: string | Uint8Array) => parseCatalog(path, Buffer.from(text));

  it('is a line a plugin, each ended', () => {
    assert.deepEqual(parse(''), []);
    assert.equal(parse(`${line}\n${line}\n`).length, 2);
  });

  for (const [what, text] of [
    ['whose last line does not end', `${line}\n${line}`],
    ['with a line that is cut off', `${line}\n${line.slice(0, -5)}`],
    ['with an empty line', `${line}\n\n`],
    ['with carriage returns and no line feed', `${line}\r`],
    ['that is not UTF-8', Buffer.from(`${line.replace('Takes', 'T\xe4kes')}\n`, 'latin1')],
  ] as const)
    it(`is refused ${what}`, () => {
      assert.throws(() => parse(text), { code: 'INDEX_TAMPERED' });
    });
});
