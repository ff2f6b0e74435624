import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonText, plain, plainLine, printable } from '../../../src/cli/plain-text.js';

/** What a terminal would obey, or what nobody would see: nothing of it may be printed. */
const dangerous = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Strings rich in the pieces that escape sequences are made of. */
const noisy = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\u001b',
        '[',
        ']',
        '8;;http://x',
        '\u0007',
        '\\',
        'P',
        '\u009b',
        '\u009d',
        '\u009c',
        '31m',
      ),
      fc.constantFrom(
        '\r',
        '\n',
        '\t',
        '\u202e',
        '\u2066',
        '\u200b',
        '\ufeff',
        '\u{e0041}',
        '\ud800',
        '\u2028',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));

describe('plain text', () => {
  it('leaves letters of every script as they are', () => {
    for (const text of [
      'Grüße',
      'привет',
      '日本語',
      'שלום',
      'مرحبا',
      'café e\u0301',
      'नमस्ते',
      '🎉 done',
      '50 % [x] \\o/',
    ]) {
      assert.equal(plain(text), text);
    }
  });

  it('takes out colours, cursor moves and hyperlinks whole', () => {
    assert.equal(plain('\u001b[1;31mred\u001b[0m'), 'red');
    assert.equal(plain('\u001b[2J\u001b[Hgone'), 'gone');
    assert.equal(plain('\u001b]8;;http://evil.example\u0007text\u001b]8;;\u0007'), 'text');
    assert.equal(plain('\u001b]8;id=1;http://evil.example\u001b\\text\u001b]8;;\u001b\\'), 'text');
    assert.equal(plain('\u001b]0;title\u0007x\u001bPq#1\u001b\\y\u009b31mz\u009d0;t\u009c.'), 'xyz.');
    assert.equal(plain('\u001bcreset\u001b(B'), 'reset');
  });

  it('does not let an unfinished sequence swallow what follows', () => {
    assert.equal(plain('before \u001b]0;after'), 'before 0;after');
    assert.equal(plain('before \u001b]0;\nafter\u0007'), 'before 0;\nafter');
    assert.equal(printable('permissions: \u001b]8;;\u0007 net:*'), 'permissions: ]8;; net:*');
  });

  it('takes out bidi controls, zero-width characters and what is drawn as nothing', () => {
    assert.equal(plain('a\u202eb\u2066c\u200bd\u200de\ufefff\u00adg\u3164h\u{e0041}i\ud800j'), 'abcdefghij');
  });

  it('keeps newlines, or turns them into spaces where one line is asked for', () => {
    assert.equal(plain('a\r\nb\tc\rd'), 'a\nb cd');
    assert.equal(plainLine('a\r\n\tb\u2028c\nd'), 'a b c d');
  });

  it('leaves nothing dangerous in any text, and nothing more to do', () => {
    fc.assert(
      fc.property(noisy, (text) => {
        for (const clean of [plain(text), plainLine(text), printable(text)]) {
          assert.doesNotMatch(clean, dangerous);
          assert.equal(plain(clean), clean);
        }
        assert.doesNotMatch(plainLine(text), /\n/);
      }),
    );
  });

  it('is quick on text made to be slow', () => {
    for (const piece of ['\u001b]', '\u009d', '\u001b[', '\u001b[1;', '\u001b ']) {
      const text = piece.repeat(100_000);
      assert.ok(plain(text).length <= text.length);
    }
  });
});

describe('JSON text', () => {
  it('escapes everything that a terminal would obey, and parses to the same value', () => {
    fc.assert(
      fc.property(noisy, noisy, (key, text) => {
        const value = { list: [{ key: `k${key}`, [`k${key}`]: text }] };
        const document = jsonText(value);
        assert.doesNotMatch(document, dangerous);
        assert.deepEqual(JSON.parse(document), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is indented, ends in a newline and writes big integers as text', () => {
    assert.equal(jsonText({ a: 1n, b: '\u202e' }), '{\n  "a": "1",\n  "b": "\\u202e"\n}\n');
  });
});
