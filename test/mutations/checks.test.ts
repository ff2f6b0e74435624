import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { mutations } from './checks.js';
import { proofOf } from './proofs.js';

const here = path.resolve(import.meta.dirname, '..', '..');

describe('the checks that the mutation run switches off', () => {
  it('are all sixteen, first contact, and what the client promises beside them', () => {
    const found = new Set(mutations.map((mutation) => mutation.check));
    const numbers = Array.from({ length: 17 }, (_, number) => number);
    assert.deepEqual(found, new Set([...numbers, 'lockfile', 'consent', 'output']));
  });

  it('have tests that stand for them, which are there', () => {
    for (const mutation of mutations) {
      const { unit, stories } = proofOf(mutation);
      assert.notEqual(unit.length + stories.length, 0, mutation.without);
      for (const name of unit)
        assertTests(path.join('unit', path.dirname(name)), path.basename(name).replace('*', ''));
      for (const id of stories) assertTests('attacks', `${id}-`);
    }
  });

  for (const { check, without, file, from, to } of mutations) {
    it(`stand where the run looks for them: ${check}, ${without}`, () => {
      const source = readFileSync(path.join(here, file), 'utf8');
      assert.equal(source.split(from).length - 1, 1, `${file} has this not exactly once: ${from}`);
      assert.notEqual(from, to);
    });
  }
});

function assertTests(folder: string, start: string): void {
  const names = readdirSync(path.join(here, 'test', folder));
  const isThere = names.some((name) => name.startsWith(start) && name.endsWith('.test.ts'));
  assert.ok(isThere, `${folder} has no test ${start}`);
}
