import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCodes, exitStatus, hasCode, UdosError, type ErrorCode } from '../../../src/errors/index.js';

const project = fileURLToPath(new URL('../../../', import.meta.url));
const codes = Object.keys(errorCodes) as ErrorCode[];

/** What the manual calls the classes. */
const className: Readonly<Record<string, string>> = { notFound: 'not found', state: 'local state' };

describe('the error codes', () => {
  const page = readFileSync(path.join(project, 'docs', 'errors.md'), 'utf8');
  const entries = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1).trim()]),
  );

  it('each have one entry in docs/errors.md, in the same order, and nothing else has', () => {
    assert.deepEqual([...entries.keys()], codes);
    assert.equal(page.split(/^## /m).length - 1, codes.length);
  });

  it('have the exit status that their entries say', () => {
    for (const code of codes) {
      const exitClass = errorCodes[code];
      const expected = `Exit ${exitStatus[exitClass]}, ${className[exitClass] ?? exitClass}. `;
      assert.ok(entries.get(code)?.startsWith(expected), `${code} should begin with "${expected}"`);
    }
  });

  it('have entries that say what it means and what to do, and are short', () => {
    for (const [code, entry] of entries) {
      const lines = entry.split('\n').length;
      assert.ok(lines >= 2 && lines <= 4, `${code} has ${lines} lines`);
    }
  });

  it('lead to their entries', () => {
    for (const code of codes)
      assert.equal(new UdosError(code, 'x').docs, `docs/errors.md#${code.toLowerCase()}`);
  });

  it('are all in use', () => {
    const source = readdirSync(path.join(project, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && path.basename(file) !== 'codes.ts')
      .map((file) => readFileSync(path.join(project, 'src', file), 'utf8'))
      .join('\n');
    assert.deepEqual(
      codes.filter((code) => !source.includes(`'${code}'`)),
      [],
      'remove these from src/errors/codes.ts and docs/errors.md',
    );
  });
});

describe('an error', () => {
  it('carries its code, its exit status, a hint and typed facts', () => {
    const cause = new Error('below');
    const error = new UdosError('INDEX_FORK', 'It forked.', { hint: 'Ask.', data: { sequence: 3 }, cause });
    assert.equal(error.exit, 6);
    assert.equal(error.exitClass, 'trust');
    assert.deepEqual(
      [error.message, error.hint, error.data, error.cause],
      ['It forked.', 'Ask.', { sequence: 3 }, cause],
    );
  });

  it('has no hint and no facts unless they are given', () => {
    const error = new UdosError('BUG', 'Impossible.');
    assert.deepEqual([error.hint, error.data, error.cause], [undefined, {}, undefined]);
  });

  it('is told apart by its code alone', () => {
    assert.ok(hasCode(new UdosError('OFFLINE', 'x'), 'OFFLINE', 'BUG'));
    assert.ok(!hasCode(new UdosError('OFFLINE', 'x'), 'BUG'));
    assert.ok(!hasCode(Object.assign(new Error('x'), { code: 'OFFLINE' }), 'OFFLINE'));
  });
});
