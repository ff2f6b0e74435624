import assert from 'node:assert/strict';
import fc from 'fast-check';
import { durationOf, formatTime } from '../../../src/model/formats/index.js';
import * as scalar from '../../../src/model/formats/scalars.js';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('times', () => {
  it('are moments that exist, to the second, in UTC', () => {
    for (const good of ['2026-11-24T08:00:00Z', '2028-02-29T23:59:59Z', '0001-01-01T00:00:00Z'])
      assert.ok(accepts(scalar.time, good), good);
    for (const bad of [
      '2026-02-29T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-11-31T00:00:00Z',
      '2026-11-24T24:00:00Z',
      '2026-11-24T23:59:60Z',
      '2026-11-24T08:00:00.000Z',
      '2026-11-24T08:00:00+00:00',
      '2026-11-24 08:00:00Z',
      '2026-11-24',
      ' 2026-11-24T08:00:00Z',
    ])
      assert.ok(!accepts(scalar.time, bad), bad);
  });

  it('are what formatTime writes, for any date', () => {
    const dates = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(fc.property(dates, (date) => accepts(scalar.time, formatTime(date))));
  });
});

describe('durations', () => {
  it('are whole days', () => {
    assert.equal(durationOf(scalar.duration.parse('P30D')), 30 * 86_400_000);
    for (const bad of ['P0D', 'P01D', 'P1M', '30D', 'P30DT1H', 'P100000D', 'P-1D'])
      assert.ok(!accepts(scalar.duration, bad), bad);
  });
});

describe('text for people', () => {
  it('has no character that repaints a terminal or turns text around', () => {
    for (const code of [0, 7, 8, 0x0b, 0x0d, 0x1b, 0x7f, 0x9b, 0x200e, 0x2028, 0x202e, 0x2066, 0xfeff]) {
      const character = String.fromCodePoint(code);
      assert.ok(!accepts(scalar.line(100), `a${character}b`), `line with ${code}`);
      assert.ok(!accepts(scalar.text(100), `a${character}b`), `text with ${code}`);
    }
  });

  it('hides nothing in what is drawn as nothing', () => {
    const ranges = [
      [0x200b, 0x200f],
      [0x2060, 0x206f],
      [0xe0000, 0xe007f],
      [0xe0100, 0xe01ef],
      [0xfff9, 0xfffb],
    ] as const;
    const codes = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
    codes.push(0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x180b, 0x180e, 0x3164, 0xfeff, 0xffa0, 0xd800);
    for (const code of codes) {
      const character = String.fromCodePoint(code);
      assert.ok(!accepts(scalar.line(100), `a${character}b`), `line with ${code.toString(16)}`);
      assert.ok(!accepts(scalar.text(100), `a${character}b`), `text with ${code.toString(16)}`);
      assert.ok(!accepts(scalar.line(100), character), `only ${code.toString(16)}`);
    }
    for (const text of [
      'a\ufe0f\ufe0f',
      '\ufe0f',
      ' \ufe0f',
      'می\u200c',
      'می\u200c\u200cخ',
      'a\u200dم',
      '👩\u200d',
      '\u200d💻',
    ])
      assert.ok(!accepts(scalar.line(100), text), JSON.stringify(text));
  });

  it('joins letters and emoji as their spelling needs', () => {
    for (const text of [
      'می\u200cخواهم',
      'क्\u200dष',
      'ශ්\u200dරී',
      '👩\u200d💻 👩🏽\u200d🚀',
      '🏳\ufe0f\u200d🌈',
      '❤\ufe0f',
      '1\ufe0f\u20e3',
      '葛\u{e0100}',
    ])
      assert.ok(accepts(scalar.line(100), text), text);
  });

  it('has tabs and line breaks only where there may be several lines', () => {
    for (const character of ['\n', '\t']) {
      assert.ok(!accepts(scalar.line(100), `a${character}b`));
      assert.ok(accepts(scalar.text(100), `a${character}b`));
    }
  });

  it('may be in any language, up to its length', () => {
    assert.ok(accepts(scalar.line(100), 'Notizen für alle: ノート 📝'));
    assert.ok(accepts(scalar.line(3), 'abc'));
    assert.ok(!accepts(scalar.line(3), 'abcd'));
  });
});

describe('keys and hashes', () => {
  it('have one spelling', () => {
    assert.ok(accepts(scalar.fingerprint, 'a'.repeat(64)));
    assert.ok(!accepts(scalar.fingerprint, 'A'.repeat(64)));
    assert.ok(!accepts(scalar.fingerprint, `${'a'.repeat(64)}\n`));
    assert.ok(!accepts(scalar.registryId, `udr1${'1'.repeat(52)}`));
    assert.ok(!accepts(scalar.integrity, `sha512-${'A'.repeat(86)}`));
    assert.ok(!accepts(scalar.publicKey, `RW${'A'.repeat(53)}=`));
  });
});

describe('web and e-mail addresses', () => {
  it('are of the kinds that are safe to show as links', () => {
    for (const good of ['https://example.org', 'http://[::1]:8080/x?y#z'])
      assert.ok(accepts(scalar.httpUrl, good));
    for (const bad of [
      'javascript:alert(1)',
      'https://a b',
      'ftp://example.org',
      '//example.org',
      'https://',
    ])
      assert.ok(!accepts(scalar.httpUrl, bad), bad);
    assert.ok(accepts(scalar.email, 'ada+udos@example.org'));
    for (const bad of ['ada', 'a@b@c', 'a b@example.org', '<ada@example.org>'])
      assert.ok(!accepts(scalar.email, bad), bad);
  });
});

describe('numbers', () => {
  it('count from one, or from nothing, up to what is safe', () => {
    assert.ok(accepts(scalar.counter, 1) && accepts(scalar.byteCount, 0));
    assert.ok(accepts(scalar.counter, Number.MAX_SAFE_INTEGER));
    for (const bad of [0, -1, 1.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN, '1'])
      assert.ok(!accepts(scalar.counter, bad), String(bad));
  });
});

describe('addresses', () => {
  it('hold no character that repaints a terminal or turns text around', () => {
    for (const code of [0, 0x1b, 0x7f, 0x9b, 0x202e, 0x2066]) {
      const character = String.fromCodePoint(code);
      assert.ok(!accepts(scalar.httpUrl, `https://example.org/${character}[2J`), `URL with ${code}`);
      assert.ok(!accepts(scalar.email, `a${character}@example.org`), `address with ${code}`);
      assert.ok(!accepts(scalar.permission, `commands:a${character}`), `permission with ${code}`);
      assert.ok(!accepts(scalar.range, `^1.0.0${character}`), `range with ${code}`);
    }
    for (const space of ['\u2028', '\u00a0', '\t']) assert.ok(!accepts(scalar.range, `^1.0.0${space}`));
    assert.ok(accepts(scalar.httpUrl, 'https://example.org/ü?a=b#c'));
    assert.ok(accepts(scalar.email, 'ada@example.org'));
  });
});
