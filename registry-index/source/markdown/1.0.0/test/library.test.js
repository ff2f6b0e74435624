'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const markdown = require('../index.js');

const ESC = String.fromCharCode(0x1b);

describe('front matter', () => {
  it('reads text, quoted text and both kinds of list', () => {
    const { data, body, bodyLine } = markdown.parseFrontMatter(
      [
        '---',
        '# who wrote it',
        'title: Tea: a primer # draft',
        'quoted: "a \\"b\\" # c"',
        "single: 'it''s'",
        'tags: [green, "oolong, dark"]',
        'more:',
        '  - one',
        '  - two',
        'answer: no',
        '---',
        'Body',
      ].join('\n'),
    );
    assert.deepEqual(
      { ...data },
      {
        title: 'Tea: a primer',
        quoted: 'a "b" # c',
        single: "it's",
        tags: ['green', 'oolong, dark'],
        more: ['one', 'two'],
        answer: 'no',
      },
    );
    assert.equal(body, 'Body');
    assert.equal(bodyLine, 12);
  });

  it('reads back exactly what it wrote, however odd the text', () => {
    const odd = [
      'plain',
      'a: b',
      'a #b',
      '#a',
      '- a',
      '',
      ' x ',
      'true',
      '007',
      '"q"',
      "it's",
      '[a]',
      '{a}',
      'a\nb',
      'a\tb',
      'ü, 茶',
      '---',
      '\\',
      'a,b',
      'key:',
      '2026-05-04T10:00:00.000Z',
      '\u2028',
      'a "b", c',
      'a] # b',
    ];
    for (const text of odd) {
      const listed = text === '' ? [] : ['x', text, 'y'];
      const { data, body } = markdown.parseFrontMatter(
        markdown.formatFrontMatter({ text, listed }, 'Body\n---\n'),
      );
      assert.deepEqual({ ...data }, { text, listed }, JSON.stringify(text));
      assert.equal(body, 'Body\n---\n');
    }
  });

  it('names the line of what it cannot read', () => {
    const line = (...head) => {
      try {
        markdown.parseFrontMatter(['---', 'ok: 1', ...head, '---', ''].join('\n'));
      } catch (error) {
        assert.ok(error instanceof markdown.FrontMatterError, String(error));
        return error.line;
      }
      return null;
    };
    assert.equal(line('a: {b: c}'), 3);
    assert.equal(line('fine: x', 'a: |', '  text'), 4);
    assert.equal(line('ok: again'), 3);
    assert.equal(line('a: [b'), 3);
    assert.equal(line('a: "b'), 3);
    assert.equal(line('a: [b] # see [c]'), 3);
    assert.equal(line('- orphan'), 3);
    assert.equal(line('  nested: x'), 3);
    assert.equal(line('__proto__: x'), 3);
    assert.equal(line('constructor: x'), null);
  });

  it('does not take a horizontal rule for front matter', () => {
    const rule = '---\nSome prose.\n---\nMore.';
    assert.deepEqual(markdown.parseFrontMatter(rule).body, rule);
    assert.equal(markdown.parseFrontMatter('---\nkey: never closed').body, '---\nkey: never closed');
  });

  it('understands files with a byte order mark and Windows line ends', () => {
    const { data, body } = markdown.parseFrontMatter('\ufeff---\r\ntitle: x\r\n---\r\na\r\nb');
    assert.equal(data.title, 'x');
    assert.equal(body, 'a\nb');
  });
});

describe('outline', () => {
  it('finds headings of both kinds, not those in code, with distinct anchors', () => {
    const body = [
      '# *Tea* & `Cups` ##',
      '',
      'Steps',
      '-----',
      '```sh',
      '# not one',
      '```',
      '## Steps',
      '#nor this',
    ].join('\n');
    assert.deepEqual(markdown.outline(body), [
      { level: 1, text: 'Tea & Cups', line: 1, anchor: 'tea--cups' },
      { level: 2, text: 'Steps', line: 3, anchor: 'steps' },
      { level: 2, text: 'Steps', line: 8, anchor: 'steps-1' },
    ]);
  });
});

describe('plain text', () => {
  it('keeps what a reader sees', () => {
    const body =
      '# A **b**\n\nSee [the *guide*](g.md), `x*y*z`, snake_case_name, 2 * 3 * 4 and \\*this\\*.\n\n> quoted\n> _on_\n\n- item\n  more';
    assert.equal(
      markdown.plainText(body),
      'A b\nSee the guide, x*y*z, snake_case_name, 2 * 3 * 4 and *this*.\nquoted on\nitem more',
    );
  });
});

describe('rendering', () => {
  it('wraps text, indents lists and leaves code alone', () => {
    const body = '# Tea\n\nA line that is too long for the width.\n\n- one two three four five\n- [x] done';
    assert.equal(
      markdown.render(body, { width: 20 }),
      [
        'Tea',
        '===',
        '',
        'A line that is too',
        'long for the width.',
        '',
        '* one two three four',
        '  five',
        '[x] done',
        '',
      ].join('\n'),
    );
    assert.equal(markdown.render('```\na   b\n\nc\n```\n', { width: 20 }), '    a   b\n\n    c\n');
  });

  it('counts wide characters as two columns', () => {
    assert.equal(markdown.displayWidth('茶 e\u0301'), 4);
    assert.deepEqual(markdown.wrap('茶茶 茶茶 茶茶', 9), ['茶茶 茶茶', '茶茶']);
  });

  it('adds styles only when asked to', () => {
    assert.equal(
      markdown.render('a **b c**', { color: true }),
      `a ${ESC}[1mb${ESC}[22m ${ESC}[1mc${ESC}[22m\n`,
    );
    assert.equal(markdown.render('a **b c**'), 'a b c\n');
  });

  it('lets no terminal sequence of the document through', () => {
    const hostile = `a${ESC}[2Jb${ESC}]0;title\u0007c\u009b31md\u202ee\u0008f${ESC}]8;;http://x${ESC}\\g${ESC}cend`;
    const shown = markdown.render(hostile);
    assert.equal(shown, 'abc31mdefgend\n');
    assert.equal(markdown.stripControl('a\r\nb\tc'), 'a\nb\tc');
  });

  it('takes time in proportion to the input', () => {
    for (const piece of ['[', '**a ', '`', '](', '<a ', '_a', '> ', '    x\n\n\n']) {
      assert.equal(typeof markdown.render(piece.repeat(20_000)), 'string');
    }
  });
});

describe('checking links', () => {
  it('reports headings and files that do not exist, with their lines in the file', () => {
    const text = [
      '---',
      'title: x',
      '---',
      '# Start here',
      '<a id="spot"></a>',
      '[ok](#start-here) [ok](#spot) [bad](#nowhere)',
      '`[in code](#nope)`',
      '',
      '![image](gone.png) [there](a%20b.md#x) [web](https://example.org/#y)',
      '',
      '[ref]: gone.md',
    ].join('\n');
    assert.deepEqual(
      markdown.checkDocument(text, (target) => target === 'a b.md'),
      [
        { line: 6, message: 'no heading #nowhere' },
        { line: 9, message: 'no file gone.png' },
        { line: 11, message: 'no file gone.md' },
      ],
    );
  });

  it('reports front matter that cannot be read', () => {
    const [problem] = markdown.checkDocument('---\ntitle: {\n---\n', () => true);
    assert.equal(problem.line, 2);
  });
});
