import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mutations } from './checks.js';

const here = path.resolve(import.meta.dirname, '..', '..');

describe('the checks that the mutation run switches off', () => {
  it('are all sixteen, and first contact', () => {
    const numbers = new Set(mutations.map((mutation) => mutation.check));
    assert.deepEqual(
      [...numbers].sort((left, right) => left - right),
      Array.from({ length: 17 }, (_, number) => number),
    );
  });

  for (const { check, without, file, from, to } of mutations) {
    it(`stand where the run looks for them: ${check}, ${without}`, () => {
      const source = readFileSync(path.join(here, file), 'utf8');
      assert.equal(source.split(from).length - 1, 1, `${file} has this not exactly once: ${from}`);
      assert.notEqual(from, to);
    });
  }
});
