import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nearest } from '../../../src/model/nearest.js';

describe('the nearest word', () => {
  const fields = ['name', 'version', 'license', 'dependencies', 'optionalDependencies', 'permissions'];

  it('is the one that a slip meant', () => {
    assert.equal(nearest('licence', fields), 'license');
    assert.equal(nearest('dependancies', fields), 'dependencies');
    assert.equal(nearest('permisions', fields), 'permissions');
    assert.equal(nearest('nmae', fields), 'name');
  });

  it('is none when all are far away, or there are none', () => {
    assert.equal(nearest('colour', fields), undefined);
    assert.equal(nearest('name', []), undefined);
  });

  it('of a known word is that word, and any answer is a known word', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }), { minLength: 1 }), fc.nat(), (known, at) => {
        const word = known[at % known.length] ?? '';
        assert.equal(nearest(word, known), word);
      }),
    );
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (text, known) => {
        const found = nearest(text, known);
        assert.ok(found === undefined || known.includes(found));
      }),
    );
  });
});
