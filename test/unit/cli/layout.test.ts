import assert from 'node:assert/strict';
import fc from 'fast-check';
import { coloursFor } from '../../../src/cli/colours.js';
import { errorView } from '../../../src/cli/error-view.js';
import { table } from '../../../src/cli/table.js';
import { displayWidth, wrap } from '../../../src/cli/wrap.js';
import { UdosError } from '../../../src/errors/index.js';

const pipe = { columns: undefined };

describe('wrapping', () => {
  it('breaks at spaces, keeps indentation and never breaks a word', () => {
    assert.equal(wrap('one two three four', 9), 'one two\nthree\nfour');
    assert.equal(wrap('  - one two three', 9, '  '), '  - one\n    two\n    three');
    assert.equal(
      wrap('see https://git.example/a/long/path now', 10),
      'see\nhttps://git.example/a/long/path\nnow',
    );
  });

  it('counts the cells of wide and combining letters', () => {
    assert.equal(displayWidth('日本語'), 6);
    assert.equal(displayWidth('e\u0301'), 1);
    assert.equal(displayWidth('🎉'), 2);
  });

  it('loses no word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z日]{1,12}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 60 }), (list, columns) => {
        const lines = wrap(list.join(' '), columns, '  ').split('\n');
        assert.deepEqual(lines.join(' ').trim().split(/ +/), list);
        for (const line of lines) assert.ok(displayWidth(line) <= columns || !line.trim().includes(' '));
      }),
    );
  });
});

describe('tables', () => {
  const rows = [
    [
      'ada/notes',
      '1.2.0',
      'Notes that stay where you put them, in plain text, searchable and linked to each other.',
    ],
    ['bob/日本語', '10.0.0', 'short'],
  ];

  it('aligns columns without borders or trailing spaces', () => {
    assert.equal(
      table(
        pipe,
        ['NAME', 'VERSION'],
        [
          ['ada/notes', '1.2.0'],
          ['b', '10.0.0'],
        ],
      ),
      ['NAME       VERSION', 'ada/notes  1.2.0', 'b          10.0.0'].join('\n'),
    );
  });

  it('keeps each row on one line where there is no terminal', () => {
    assert.equal(table(pipe, [], rows).split('\n').length, 2);
  });

  it('folds the widest column on a terminal, without losing a word', () => {
    const lines = table({ columns: 60 }, ['NAME', 'VERSION', 'ABOUT'], rows).split('\n');
    for (const line of lines) assert.ok(displayWidth(line) <= 60, line);
    for (const word of rows.flat().join(' ').split(' ')) assert.ok(lines.join('\n').includes(word), word);
  });

  it('cannot be broken out of by a cell', () => {
    const drawn = table(pipe, [], [['a\u001b[31m\nforged', '\u202eb\u001b]8;;http://x\u0007c']]);
    assert.equal(drawn, 'a forged  bc');
  });

  it('is empty when there is nothing to show', () => {
    assert.equal(table(pipe, [], []), '');
  });
});

describe('the look of an error', () => {
  const error = new UdosError(
    'ARTIFACT_MISMATCH',
    "Cannot install ada/lint@2.1.0: the archive's digest is sha512-9f3a, the index says sha512-41c7.\nhint: forged",
    { hint: 'Run udos registry sync, and tell the registry if it happens again.' },
  );

  it('fits 80 columns and keeps text from elsewhere out of the left margin', () => {
    assert.equal(
      errorView(error, { colours: coloursFor({}, {}), width: 80, env: {} }),
      [
        "error: Cannot install ada/lint@2.1.0: the archive's digest is sha512-9f3a, the",
        '  index says sha512-41c7.',
        '  hint: forged [ARTIFACT_MISMATCH]',
        'hint: Run udos registry sync, and tell the registry if it happens again.',
        'see docs/errors.md#artifact_mismatch',
        '',
      ].join('\n'),
    );
  });

  it('is coloured on a terminal only, and as NO_COLOR and FORCE_COLOR say', () => {
    const isColoured = (isTTY: boolean, env: Record<string, string>) =>
      errorView(error, { colours: coloursFor({ isTTY }, env), width: 80, env }).includes('\u001b[');
    assert.equal(isColoured(true, {}), true);
    assert.equal(isColoured(false, {}), false);
    assert.equal(isColoured(true, { NO_COLOR: '1' }), false);
    assert.equal(isColoured(true, { NO_COLOR: '' }), true);
    assert.equal(isColoured(true, { NO_COLOR: '1', FORCE_COLOR: '1' }), false);
    assert.equal(isColoured(false, { FORCE_COLOR: '1' }), true);
    assert.equal(isColoured(true, { FORCE_COLOR: '0' }), false);
    assert.equal(isColoured(true, { TERM: 'dumb' }), false);
  });
});
