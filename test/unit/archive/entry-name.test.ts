import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { collisionKey, refuseEntryName } from '../../../src/primitives/archive/index.js';

describe('the name of a file in an archive', () => {
  const safe = [
    'udos-plugin.json',
    'bin/notes.sh',
    '.github/workflows/ci.yml',
    'docs/Überblick (draft) #1.md',
    'docs/概要.md',
    'a..b/c...d',
    'com10.txt/console.log',
    'constructor.js/__proto__.md',
    'notes~/old.txt~',
    'a'.repeat(100),
    `${'a'.repeat(99)}/${'b'.repeat(100)}`,
  ];
  for (const path of safe)
    it(`may be ${path.slice(0, 40)}`, () => {
      assert.equal(refuseEntryName(path), undefined);
    });

  const refused: readonly [path: string, reason: RegExp][] = [
    ['', /empty path/],
    ['/etc/passwd', /absolute/],
    ['//server/share', /absolute/],
    ['C:/windows', /character :/],
    ['file.txt:stream', /character :/],
    ['a\\..\\b', /character \\/],
    ['what?.md', /character \?/],
    ['a*b', /character \*/],
    ['a|b', /character \|/],
    ['"a"', /character "/],
    ['<a>', /character </],
    ['..', /"\.\." part/],
    ['a/../../b', /"\.\." part/],
    ['./a', /"\." part/],
    ['a//b', /empty part/],
    ['a/', /empty part/],
    ['a\0b', /control/],
    ['a\nb', /control/],
    ['a\x1b[31mb', /control/],
    ['a\x7f', /control/],
    ['exe.\u202Etxt', /invisible/],
    ['a\u200Db', /invisible/],
    ['a\uFEFFb', /invisible/],
    ['a\uFE0Fb', /invisible/],
    ['a\u3164b', /invisible/],
    ['a\u2028b', /invisible/],
    ['a\uE000', /unassigned/],
    ['a\uD800', /unassigned/],
    ['docs/U\u0308berblick.md', /normal form/],
    ['a./b', /ends with a space or a dot/],
    ['a /b', /ends with a space or a dot/],
    ['a\u00A0', /ends with a space or a dot/],
    ['wait…', /ends with a space or a dot/],
    [' a', /begins with a space/],
    ['CON', /device/],
    ['docs/aux.txt', /device/],
    ['nul.tar.gz', /device/],
    ['Com1', /device/],
    ['lpt0/x', /device/],
    ['com¹.md', /device/],
    ['ＰＲＮ', /device/],
    ['con .txt', /device/],
    ['CONIN$', /device/],
    ['PROGRA~1', /short name/],
    ['docs/LICENS~2.TXT', /short name/],
    ['__proto__', /reserved part "__proto__"/],
    ['lib/constructor', /reserved part "constructor"/],
    ['prototype/a.js', /reserved part "prototype"/],
    ['a／b', /look-alike/],
    ['a＼b', /look-alike/],
    ['‥/a', /"\.\." part/],
    ['a'.repeat(101), /part of more than 100 bytes/],
    ['ä'.repeat(51), /part of more than 100 bytes/],
    [`${'a'.repeat(100)}/${'b'.repeat(100)}`, /path of more than 200 bytes/],
  ];
  for (const [path, reason] of refused)
    it(`may not be ${JSON.stringify(path).slice(0, 40)}`, () => {
      assert.match(refuseEntryName(path) ?? 'safe', reason);
    });

  it('may not be one that has no slash where ustar could cut it', () => {
    const path = `${'a'.repeat(60)}/${'b'.repeat(100)}/${'c'.repeat(38)}`;
    assert.equal(refuseEntryName(path), 'has a path that the ustar format cannot hold');
  });

  it('stays below its folder, whatever it is', () => {
    const nasty = fc.constantFrom('/', '.', '..', '\\', ':', ' ', 'a', 'é', 'con', '~1');
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.array(nasty, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (name) => {
        fc.pre(refuseEntryName(name) === undefined);
        for (const rules of [path.posix, path.win32]) {
          const inside = rules.relative('/root', rules.resolve('/root', name));
          assert.equal(inside.replaceAll('\\', '/'), name);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the collision key', () => {
  const same: readonly (readonly [string, string])[] = [
    ['README.md', 'readme.md'],
    ['Über', 'U\u0308BER'],
    ['ﬁle', 'file'],
    ['straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδος'],
    ['\u212Aelvin', 'kelvin'],
    ['x²', 'X2'],
  ];
  for (const [a, b] of same)
    it(`is one for ${a} and ${b}`, () => {
      assert.equal(collisionKey(a), collisionKey(b));
    });

  it('is its own key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (path) => {
        assert.equal(collisionKey(collisionKey(path)), collisionKey(path));
      }),
    );
  });
});
