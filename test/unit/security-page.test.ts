import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const here = path.resolve(import.meta.dirname, '..', '..');
const folder = path.join(here, 'test', 'attacks');
const page = path.join(here, 'docs', 'security.md');

const ids = [
  ...Array.from({ length: 11 }, (_, index) => `T${index + 1}`),
  ...Array.from({ length: 13 }, (_, index) => `F${index + 1}`),
  ...Array.from({ length: 14 }, (_, index) => `C${index + 1}`),
];

describe('the table of threats in docs/security.md', () => {
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .map((line) => /^\| ([TFC]\d+) \|.*\]\(\.\.\/test\/attacks\/([a-z0-9.-]+)\) \|$/.exec(line))
    .filter((found) => found !== null)
    .map(([, id = '', file = '']) => ({ id, file }));

  it('has every row, in order', () => {
    assert.deepEqual(
      rows.map((row) => row.id),
      ids,
    );
  });

  for (const { id, file } of rows) {
    it(`has a story for ${id}`, () => {
      const story = readFileSync(path.join(folder, file), 'utf8');
      assert.ok(story.includes(`threat('${id}', `), `${file} tells no story of ${id}`);
      assert.match(story, /\bit\(/);
    });
  }

  it('has a row for every story', () => {
    const told = readdirSync(folder)
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) =>
        [...readFileSync(path.join(folder, file), 'utf8').matchAll(/threat\('([TFC]\d+)', /g)].map(
          ([, id]) => `${id ?? ''} ${file}`,
        ),
      );
    assert.deepEqual(told.sort(), rows.map((row) => `${row.id} ${row.file}`).sort());
  });
});
