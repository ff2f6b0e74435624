import fc from 'fast-check';
import type { Parser } from './parser.js';

/** What turns up in attacks: it is put into the middle of things. */
const spices = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '-',
  '--',
  '/',
  '../',
  '@',
  '||',
  '|',
  '*',
  '.',
  '%00',
  '%2f',
  '0',
  '-0',
  '1e400',
  '99999999999999999999',
  '0x10',
  'null',
  'true',
  '\\u0000',
  '\\ud800',
  '\\u202e',
  '"__proto__":{"polluted":true},',
  '"constructor":1,',
  '"x-own":1,',
  '__proto__',
  '\u001b[2J',
  '\u202e',
  '\ufeff',
  '\u00a0',
  '\u2028',
  '\u{1f4dd}',
  'e\u0301',
  '0000',
  'ffff',
  '0004',
];
const bytes = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...spices).map((text) => Buffer.from(text, 'utf8')) },
  { weight: 2, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 8 }).map((list) => Buffer.from(list)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...spices), fc.integer({ min: 2, max: 300 }))
      .map(([text, count]) => Buffer.from(text.repeat(count), 'utf8')),
  },
);

const spot = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const length = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 }));
type Edit = (whole: Buffer) => Buffer;
const at = (whole: Buffer, where: number) => Math.floor(where * (whole.length + 1));
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(spot, bytes).map(
    ([where, piece]): Edit =>
      (whole) =>
        spliced(whole, at(whole, where), 0, piece),
  ),
  fc.tuple(spot, length, bytes).map(
    ([where, count, piece]): Edit =>
      (whole) =>
        spliced(whole, at(whole, where), count, piece),
  ),
  fc.tuple(spot, length).map(
    ([where, count]): Edit =>
      (whole) =>
        spliced(whole, at(whole, where), count),
  ),
  fc.tuple(spot, length).map(([where, count]): Edit => (whole) => {
    const index = at(whole, where);
    return spliced(whole, index, 0, whole.subarray(index, index + count));
  }),
  fc.tuple(spot, spot).map(
    ([from, to]): Edit =>
      (whole) =>
        whole.subarray(Math.min(at(whole, from), at(whole, to))),
  ),
  spot.map(
    (where): Edit =>
      (whole) =>
        whole.subarray(0, at(whole, where)),
  ),
);

/** An example with a few pieces cut, doubled, replaced or put in. */
function edited(examples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...examples), fc.array(edit, { maxLength: 4 }))
    .map(([example, edits]) => edits.reduce<Buffer>((whole, change) => change(whole), Buffer.from(example)));
}

const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 53, '', '*', '1.0.0', 'a/b', [], {}, [[]], {
    '': '',
  }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(300, 5000).map((count) => 'a'.repeat(count)),
  fc.integer({ min: 1, max: 40 }).map(nested),
  fc.integer({ min: 1, max: 2000 }).map((count) => Array.from({ length: count }, (_, index) => index)),
  fc
    .integer({ min: 1, max: 500 })
    .map((count) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]))),
);

/** A document with some of its fields replaced, left out, swapped, or joined by others, at any depth. */
function changedDocument(document: Readonly<Record<string, unknown>>): fc.Arbitrary<Uint8Array> {
  const paths = pathsIn(document);
  const change = fc.record({
    path: fc.constantFrom(...paths),
    other: fc.constantFrom(...paths),
    value: oddValue,
    how: fc.constantFrom('replace', 'remove', 'add', 'swap'),
    key: fc.constantFrom('x-own', 'names', '', 'toString', 'hasOwnProperty', '\u202e', 'a'.repeat(300)),
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy = structuredClone(document) as Record<string, unknown>;
    for (const { path, other, value, how, key } of changes) {
      if (how === 'remove') setIn(copy, path, undefined);
      if (how === 'replace') setIn(copy, path, value);
      if (how === 'add') setIn(copy, [...path.slice(0, -1), key], value);
      if (how === 'swap') setIn(copy, path, structuredClone(getIn(copy, other)));
    }
    return Buffer.from(JSON.stringify(copy), 'utf8');
  });
}

/** Inputs for one parser: its examples with changes, other parsers' examples, and noise. */
export function inputsFor(parser: Parser, all: readonly Parser[]): fc.Arbitrary<Uint8Array> {
  const foreign = all.flatMap(({ examples }) => examples);
  return fc.oneof(
    { weight: 8, arbitrary: edited(parser.examples) },
    ...(parser.document === undefined ? [] : [{ weight: 8, arbitrary: changedDocument(parser.document) }]),
    { weight: 1, arbitrary: edited(foreign) },
    { weight: 1, arbitrary: fc.array(bytes, { maxLength: 30 }).map((list) => Buffer.concat(list)) },
  );
}

function spliced(whole: Buffer, index: number, count: number, piece: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([whole.subarray(0, index), piece, whole.subarray(index + count)]);
}

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return path.length === 0 ? [] : [path];
  const below = Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

function getIn(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      inner !== null && typeof inner === 'object' && Object.hasOwn(inner, key)
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}

/** Does nothing where an earlier change took the way away. */
function setIn(value: Record<string, unknown>, path: Path, set: unknown): void {
  const parent = getIn(value, path.slice(0, -1));
  if (parent !== null && typeof parent === 'object') (parent as Record<string, unknown>)[path.at(-1)!] = set;
}
