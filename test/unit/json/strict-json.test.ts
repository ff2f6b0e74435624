import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  formatJson,
  JsonProblem,
  parseStrictJson,
  type JsonValue,
} from '../../../src/primitives/json/index.js';

const bytesOf = (text: string) => Buffer.from(text, 'utf8');
const parse = (text: string) => parseStrictJson(bytesOf(text));

/** Everything that strict JSON can say. */
const document = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger().map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.string({ unit: 'binary' }).filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key)),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value;

/** Scraps of JSON, so that random text is often almost a document. */
const scraps = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"',
        '\\',
        '\\u',
        'd800',
        '__proto__',
        '"a"',
        'null',
        'true',
      ),
      fc.constantFrom('0', '-0', '1e9', '1.5', '9007199254740993', '\uFEFF', '\n', ' ', '\u0000'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

describe('strict JSON', () => {
  it('agrees with JSON.parse on whatever is valid, however it is spaced', () => {
    fc.assert(
      fc.property(document, fc.constantFrom(0, 1, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        assert.deepEqual(parse(text), JSON.parse(text));
      }),
    );
  });

  it('reads back what formatJson writes', () => {
    fc.assert(fc.property(document, (value) => assert.deepEqual(parse(formatJson(value)), value)));
  });

  it('throws a JsonProblem or agrees with JSON.parse on any text', () => {
    const judge = (bytes: Uint8Array) => {
      let value: JsonValue;
      try {
        value = parseStrictJson(bytes);
      } catch (error) {
        assert.ok(error instanceof JsonProblem, String(error));
        return;
      }
      assert.deepEqual(value, JSON.parse(Buffer.from(bytes).toString('utf8')));
    };
    fc.assert(
      fc.property(scraps, (text) => judge(bytesOf(text))),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), judge), { numRuns: 500 });
  });

  it('refuses a key that stands twice, at any depth and however it is escaped', () => {
    const escape = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
    const escaped = (key: string) => `"${key.replaceAll(/./g, escape)}"`;
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,8}$/), document, fc.nat(8), (key, value, depth) => {
        const twice = `{${JSON.stringify(key)}:${JSON.stringify(value)},${escaped(key)}:1}`;
        assert.throws(() => parse(`${'['.repeat(depth)}${twice}${']'.repeat(depth)}`), /twice/);
      }),
    );
  });

  it('takes the same key in different objects', () => {
    assert.deepEqual(parse('[{"a":{"a":1}},{"a":2}]'), [{ a: { a: 1 } }, { a: 2 }]);
  });

  for (const key of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__']) {
    it(`refuses the key ${key}, and takes it as a value`, () => {
      assert.throws(() => parse(`{"a":[{"${key}":1}]}`), /forbidden key/);
      assert.deepEqual(parse(`["${key}"]`), JSON.parse(`["${key}"]`));
    });
  }

  it('takes 32 levels and refuses the 33rd before it runs out of stack', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    parse(nested(32));
    assert.throws(() => parse(nested(33)), /32 levels/);
    assert.throws(() => parse('['.repeat(500_000)), /32 levels/);
    assert.throws(() => parse('{"a":'.repeat(33)), /32 levels/);
  });

  it('takes exactly the bytes that are allowed, counted as UTF-8', () => {
    const limits = { maxBytes: 8, maxDepth: 32 };
    assert.equal(parseStrictJson(bytesOf('"äöü"'), limits), 'äöü');
    assert.throws(() => parseStrictJson(bytesOf('"äöüx"'), limits), /9 bytes, more than the 8/);
  });

  it('takes strings of any length, with quotes and backslashes in them', () => {
    const limits = { maxBytes: 32 * 1024 * 1024, maxDepth: 32 };
    for (const text of ['a', '\\', '"', '\\"', '\n']) {
      const value = text.repeat((9 * 1024 * 1024) / text.length / 2);
      assert.ok(parseStrictJson(bytesOf(JSON.stringify(value)), limits) === value, text);
    }
    assert.throws(
      () => parseStrictJson(bytesOf(`"${'a'.repeat(9 * 1024 * 1024)}`), limits),
      /unexpected character at 0/,
    );
    for (const text of ['"', '"\\"', '"a\\\\\\"', '["a\\"]'])
      assert.throws(() => parse(text), JsonProblem, text);
  });

  it('takes 20,000 keys in one object and no more', () => {
    const keys = (count: number) => `{${Array.from({ length: count }, (_, n) => `"k${n}":0`).join(',')}}`;
    parse(`[${keys(20_000)},${keys(20_000)}]`);
    assert.throws(() => parse(keys(20_001)), /more than 20000 keys/);
  });

  it('takes safe integers, written plainly', () => {
    for (const text of ['0', '7', '-1', '9007199254740991', '-9007199254740991'])
      assert.equal(parse(text), Number(text));
    for (const text of [
      '-0',
      '1.0',
      '1e3',
      '1E3',
      '9007199254740992',
      '-9007199254740992',
      '1e400',
      '01',
      '+1',
    ])
      assert.throws(() => parse(text), JsonProblem, text);
  });

  it('refuses half a surrogate pair, and takes a whole one', () => {
    assert.equal(parse('"\\ud83d\\udcdd"'), '📝');
    for (const half of ['\\ud83d', '\\uDCDD', '\\udcdd\\ud83d', '\\ud83d x'])
      assert.throws(() => parse(`"${half}"`), /surrogate/);
    assert.equal(parse('"\\\\ud83d"'), '\\ud83d');
  });

  it('refuses a byte order mark at the start, and bytes that are not UTF-8', () => {
    assert.throws(() => parse('\uFEFF{}'), /byte order mark/);
    for (const bytes of [
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xff, 0x22],
    ])
      assert.throws(() => parseStrictJson(Uint8Array.from(bytes)), /not UTF-8/);
  });

  it('refuses what is only almost JSON', () => {
    for (const text of [
      '',
      ' ',
      '{',
      '{"a":1,}',
      "{'a':1}",
      '[1 2]',
      'NaN',
      'undefined',
      '// x\n1',
      '1 2',
      '"\t"',
    ])
      assert.throws(() => parse(text), JsonProblem, JSON.stringify(text));
  });
});
