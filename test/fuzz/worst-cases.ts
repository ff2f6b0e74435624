import type { Parser } from './parser.js';
import { packOf } from './git-parsers.js';

const mebibyte = 1024 * 1024;

/** As many times as fits into a mebibyte, between two ends. */
function filled(piece: string, before = '', after = ''): Buffer {
  const room = mebibyte - Buffer.byteLength(before) - Buffer.byteLength(after);
  return Buffer.from(before + piece.repeat(Math.floor(room / Buffer.byteLength(piece))) + after, 'utf8');
}

/** As many numbered pieces as fit. */
function numbered(make: (index: number) => string, before = '', after = ''): Buffer {
  const pieces: string[] = [];
  for (let size = before.length + after.length, index = 0; ; index += 1) {
    const piece = make(index);
    size += piece.length;
    if (size > mebibyte) break;
    pieces.push(piece);
  }
  return Buffer.from(before + pieces.join('') + after, 'utf8');
}

/** A mebibyte of what patterns, recursion and quadratic loops stumble over. */
const shapes: readonly (readonly [name: string, make: () => Buffer])[] = [
  ...[
    'a',
    'A',
    '1',
    '-',
    '.',
    '/',
    '@',
    ':',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '\0',
    '\\',
    '"',
    '*',
    '|',
    '+',
    '%',
    '=',
    '~',
    '^',
    '\u0301',
    '\ufdfa',
    '\u{1f4dd}',
  ].map((piece) => [`only ${JSON.stringify(piece)}`, () => filled(piece)] as const),
  ...[
    '||',
    ' || ',
    '1.x||',
    '>=1 ',
    '1 - 2 ',
    'a@',
    'a:',
    './',
    '../',
    '\\"',
    '%2e',
    '%00',
    'xn--',
    'xn--a.',
    'a.',
    '1.',
    '-a',
    '\u0301\u0316',
    '0000',
    '0004',
    '0001',
    'fff0',
    '## 1.0.0\n',
    '__proto__',
  ].map((piece) => [`only ${JSON.stringify(piece)}`, () => filled(piece)] as const),
  ['bytes that are no UTF-8', () => Buffer.alloc(mebibyte, 0xff)],
  ['continuation bytes', () => Buffer.alloc(mebibyte, 0x80)],
  ['brackets', () => filled('[')],
  [
    'brackets that close',
    () => Buffer.concat([filled('[').subarray(mebibyte / 2), filled(']').subarray(mebibyte / 2)]),
  ],
  ['braces', () => filled('{"a":')],
  ['a long string', () => filled('a', '"', '"')],
  ['a string without end', () => filled('a', '"')],
  ['a string of escapes', () => filled('\\u0041', '"', '"')],
  ['a string of backslashes', () => filled('\\\\', '"', '"')],
  ['a string of half pairs', () => filled('\\ud800', '"', '"')],
  ['a string of escaped quotes', () => filled('\\"', '"', '"')],
  ['a long number', () => filled('9', '[', ']')],
  ['a number with a long fraction', () => filled('0', '[0.', ']')],
  ['many zeros', () => filled('0,', '[', '0]')],
  ['many empty objects', () => filled('{},', '[', '{}]')],
  ['many strings', () => filled('"a",', '[', '"a"]')],
  ['many keys', () => numbered((index) => `"k${index}":0,`, '{', '"":0}')],
  ['one key twice, at the end of many', () => numbered((index) => `"k${index}":0,`, '{', '"k0":0}')],
  ['keys in many spellings', () => numbered((index) => `"\\u006b${index}":0,`, '{', '"":0}')],
  ['a long key', () => filled('k', '{"', '":0}')],
  ['a URL with a long host', () => filled('a.', 'https://', '/')],
  ['a URL with a host of umlauts', () => filled('\u00fc', 'https://', '/')],
  ['a URL with a host in punycode', () => filled('a', 'https://xn--', '/')],
  ['a URL with many users', () => filled('a@', 'https://', '/')],
  ['a URL with many steps up', () => filled('../', 'https://example.org/')],
  ['a file URL', () => filled('%2e%2e/', 'file:///')],
  ['a minisign file of one long line', () => filled('A', 'untrusted comment: ', '\n')],
  ['a minisign file of long base64', () => filled('A', 'untrusted comment: x\nRW', '\n')],
  [
    'many lines of sums',
    () => numbered((index) => `${'0'.repeat(64)}  f${String(index).padStart(8, '0')}\n`),
  ],
  ['many lines of the log', () => numbered((index) => `${257 + index} ${'0'.repeat(64)}\n`)],
  ['many headings', () => numbered((index) => `## 1.0.${index}\n`)],
  ['many words in a heading', () => filled('[1.0.1](x) ', '## ')],
  [
    'many refs',
    () =>
      numbered(
        (index) => `003d${'0'.repeat(40)} refs/heads/${String(index).padStart(5, '0')}\n`,
        '001e# service=git-upload-pack\n0000',
      ),
  ],
  ['a pack of many objects', () => packOf(90_000)],
  [
    'a pack that claims too many objects',
    () =>
      Buffer.concat([
        Buffer.from('PACK\0\0\0\x02\xff\xff\xff\xff', 'latin1'),
        Buffer.alloc(mebibyte - 32, 0x80),
      ]),
  ],
  [
    'a delta whose base is far away',
    () =>
      Buffer.concat([
        Buffer.from('PACK\0\0\0\x02\0\0\0\x01\x60', 'latin1'),
        Buffer.alloc(mebibyte - 33, 0x80),
      ]),
  ],
];

/** All of them, but for documents: those differ in their fields only, and the shapes are tried on JSON as such. */
export function shapesFor(parser: Parser): typeof shapes {
  return parser.document === undefined || parser.name === 'strict JSON' ? shapes : [];
}

/** For a document: each of its lists and maps as large as the file may be. */
export function grownFields(parser: Parser): readonly (readonly [name: string, make: () => Buffer])[] {
  if (parser.document === undefined) return [];
  const { document } = parser;
  const around = Buffer.byteLength(JSON.stringify(document)) + 64;
  const list = (piece: string) =>
    `[${`${piece},`.repeat(Math.floor((mebibyte - around) / (piece.length + 1)) - 1)}${piece}]`;
  const keys = (count: number, make: (index: number) => string) =>
    `{${Array.from({ length: count }, (_, index) => make(index)).join(',')}}`;
  const bad = (index: number) => `"k${index}":0`;
  const values: readonly (readonly [string, () => string])[] = [
    ['many maps of bad keys', () => list(`{"dependencies":${keys(50, bad)}}`)],
    ['the most keys, all bad', () => keys(19_900, bad)],
    ['the most keys, all good', () => keys(19_900, (index) => `"ada/n${index}":"1.x"`)],
  ];
  const containers = Object.entries(document).filter(
    ([, value]) => value !== null && typeof value === 'object',
  );
  return containers.flatMap(([field]) =>
    values.map(
      ([name, make]) =>
        [
          `"${field}" with ${name}`,
          () => {
            const rest = JSON.stringify({ ...document, [field]: null });
            return Buffer.from(
              rest.replace(`"${field}":null`, () => `"${field}":${make()}`),
              'utf8',
            );
          },
        ] as const,
    ),
  );
}
