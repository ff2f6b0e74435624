import { gzipSync } from 'node:zlib';
import type { ExpectedArchive } from '../../../src/primitives/archive/index.js';
import { end, entry, file, folder, tgz, zeroBlocks } from './hostile.js';

/** What a record says that fits an archive of one file with one byte. */
export const oneByte = (bytes: Uint8Array): ExpectedArchive => ({
  size: bytes.length,
  unpackedSize: 1,
  files: 1,
});

/** Each archive has one thing wrong. Its record, unless given, is that of one file with one byte. */
export const hostile: readonly {
  readonly is: string;
  readonly bytes: Uint8Array;
  readonly expected?: Partial<ExpectedArchive>;
  readonly reason: RegExp;
  readonly entry?: string;
}[] = [
  // The record
  {
    is: 'larger than its record',
    bytes: tgz(file('a'), end),
    expected: { size: 60 },
    reason: /^is larger than the 60 bytes/,
  },
  {
    is: 'smaller than its record',
    bytes: tgz(file('a'), end),
    expected: { size: 9999 },
    reason: /^has \d+ bytes, its record says 9999/,
  },
  {
    is: 'unpacked larger than its record',
    bytes: tgz(file('a', 'xx'), end),
    reason: /^goes beyond the 1 bytes/,
    entry: 'package/a',
  },
  {
    is: 'unpacked smaller than its record',
    bytes: tgz(file('a', ''), end),
    reason: /^holds 0 bytes of files, its record says 1/,
  },
  {
    is: 'of more files than its record',
    bytes: tgz(file('a'), file('b', ''), end),
    reason: /^goes beyond the 1 files/,
    entry: 'package/b',
  },
  {
    is: 'of fewer files than its record',
    bytes: tgz(file('a'), end),
    expected: { files: 2 },
    reason: /^holds 1 files, its record says 2/,
  },
  {
    is: 'of folders without end',
    bytes: tgz(file('a'), ...Array.from({ length: 103 }, (_, n) => folder(`f${n}`)), end),
    reason: /^is one of more than 102 folders/,
    entry: 'package/f102/',
  },

  // gzip
  { is: 'not gzip', bytes: Buffer.from('PK\x03\x04 this is a zip file'), reason: /^is not a gzip file/ },
  { is: 'next to nothing', bytes: Buffer.from([0x1f, 0x8b]), reason: /^is too small/ },
  {
    is: 'cut off',
    bytes: tgz(file('a'), end).subarray(0, -12),
    reason: /^has a damaged or cut off gzip stream/,
  },
  {
    is: 'damaged',
    bytes: withByte(tgz(file('a'), end), 12, 0xff),
    reason: /^has a damaged or cut off gzip stream|^does not match/,
  },
  {
    is: 'not what its checksum says',
    bytes: withByte(tgz(file('a'), end), -8, 0),
    reason: /^does not match the checksum/,
  },
  {
    is: 'not of the length that gzip says',
    bytes: withByte(tgz(file('a'), end), -4, 1),
    reason: /^does not match the checksum/,
  },
  {
    is: 'of two gzip members',
    bytes: Buffer.concat([tgz(file('a'), end), tgz(file('b'), end)]),
    reason: /^has data after the end of its gzip stream/,
  },
  {
    is: 'of an empty member and a real one',
    bytes: Buffer.concat([gzipSync(''), tgz(file('a'), end)]),
    reason: /^has data after the end of its gzip stream/,
  },
  {
    is: 'one gzip member with zeros after it',
    bytes: Buffer.concat([tgz(file('a'), end), Buffer.alloc(8)]),
    reason: /^has data after the end of its gzip stream/,
  },
  {
    is: 'one gzip member with a secret after it',
    bytes: Buffer.concat([tgz(file('a'), end), Buffer.from('secret')]),
    reason: /^has data after the end of its gzip stream/,
  },
  {
    is: 'named in its gzip header',
    bytes: withByte(tgz(file('a'), end), 3, 8),
    reason: /^has optional fields in its gzip header/,
  },

  // tar
  { is: 'without an end', bytes: tgz(file('a')), reason: /^ends without its two zero blocks/ },
  { is: 'of half an end', bytes: tgz(file('a'), zeroBlocks(1)), reason: /^ends without its two zero blocks/ },
  {
    is: 'continued behind its end',
    bytes: tgz(file('a'), end, file('b')),
    reason: /^has data behind its end/,
  },
  {
    is: 'continued behind half an end',
    bytes: tgz(file('a'), zeroBlocks(1), file('b'), end),
    reason: /^has data behind its end/,
  },
  {
    is: 'ended by too many zeros',
    bytes: tgz(file('a'), zeroBlocks(22)),
    reason: /^has more than 21 zero blocks/,
  },
  {
    is: 'not a number of blocks',
    bytes: tgz(file('a'), end, Buffer.alloc(100)),
    reason: /^ends in the middle of a block/,
  },
  {
    is: 'cut off in a file',
    bytes: tgz(entry({ name: 'package/a', size: 9000 })),
    expected: { unpackedSize: 9000 },
    reason: /^is cut off/,
    entry: 'package/a',
  },
  {
    is: 'hiding data behind a file',
    bytes: tgz(entry({ name: 'package/a', body: 'x', padding: 7 }), end),
    reason: /^has data behind the end of its content/,
    entry: 'package/a',
  },

  // Headers
  {
    is: 'with a wrong header checksum',
    bytes: tgz(entry({ name: 'package/a', body: 'x', checksum: '000777\0 ' }), end),
    reason: /^has a header with a wrong checksum/,
  },
  {
    is: 'with a header checksum that is no number',
    bytes: tgz(entry({ name: 'package/a', body: 'x', checksum: '-12345\0 ' }), end),
    reason: /^has a checksum that is not an octal number/,
  },
  {
    is: 'in the format of GNU tar',
    bytes: tgz(entry({ name: 'package/a', body: 'x', magic: 'ustar  \0' }), end),
    reason: /^is not in the ustar format/,
  },
  {
    is: 'in the format of Unix V7',
    bytes: tgz(entry({ name: 'package/a', body: 'x', magic: '' }), end),
    reason: /^is not in the ustar format/,
  },
  {
    is: 'with a base-256 size',
    bytes: tgz(entry({ name: 'package/a', size: Buffer.from('800000000000000000000001', 'hex') }), end),
    reason: /^has a size that is not an octal number/,
    entry: 'package/a',
  },
  {
    is: 'with a negative size',
    bytes: tgz(entry({ name: 'package/a', size: Buffer.alloc(12, 0xff) }), end),
    reason: /^has a size that is not an octal number/,
    entry: 'package/a',
  },
  {
    is: 'with a size that a lenient reader cuts short',
    bytes: tgz(entry({ name: 'package/a', body: 'x', size: '1\x008888888\0' }), end),
    reason: /^has a size that is not an octal number/,
    entry: 'package/a',
  },
  {
    is: 'with a size that nothing ends',
    bytes: tgz(entry({ name: 'package/a', body: 'x', size: '000000000001' }), end),
    reason: /^has a size that is not an octal number/,
    entry: 'package/a',
  },
  {
    is: 'with a mode that is no number',
    bytes: tgz(entry({ name: 'package/a', body: 'x', mode: 'rwxr-xr-' }), end),
    reason: /^has a mode that is not an octal number/,
    entry: 'package/a',
  },
  {
    is: 'with a folder that has content',
    bytes: tgz(entry({ name: 'package/a/', type: '5', body: 'x' }), end),
    reason: /^is a folder with content/,
    entry: 'package/a/',
  },
  {
    is: 'with bytes behind a name',
    bytes: tgz(entry({ name: 'package/a\0/../../etc', body: 'x' }), end),
    reason: /^has bytes behind the end of its name/,
  },
  {
    is: 'with a time where star has it',
    bytes: tgz(entry({ name: 'package/a', body: 'x', scribble: { at: 476, bytes: '00000000000\0' } }), end),
    reason: /^has bytes behind the end of its name/,
  },
  {
    is: 'with bytes behind a header',
    bytes: tgz(entry({ name: 'package/a', body: 'x', scribble: { at: 508, bytes: 'tar\0' } }), end),
    reason: /^has bytes behind the end of its header/,
    entry: 'package/a',
  },
  {
    is: 'with a name that is not UTF-8',
    bytes: tgz(entry({ name: Buffer.from('package/\xff\xfe', 'latin1'), body: 'x' }), end),
    reason: /^has a name that is not UTF-8/,
  },

  // Types
  ...(
    [
      ['1', /^is a hard link/],
      ['2', /^is a symbolic link/],
      ['3', /^is a character device/],
      ['4', /^is a block device/],
      ['6', /^is a FIFO/],
      ['7', /^is a contiguous file/],
      ['x', /^is a pax header/],
      ['g', /^is a global pax header/],
      ['L', /^is a GNU long name/],
      ['K', /^is a GNU long link/],
      ['S', /^is a sparse file/],
      ['V', /^has the unknown type "V"/],
    ] as const
  ).map(([type, reason]) => ({
    is: `with an entry of type ${type}`,
    bytes: tgz(entry({ name: 'package/a', type, body: 'x' }), end),
    reason,
    entry: 'package/a',
  })),
  {
    is: 'with a file that has the target of a link',
    bytes: tgz(entry({ name: 'package/a', body: 'x', link: '/etc/passwd' }), end),
    reason: /^has the target of a link/,
    entry: 'package/a',
  },

  // Names
  {
    is: 'with a file outside its folder',
    bytes: tgz(entry({ name: 'other/a', body: 'x' }), end),
    reason: /^does not stand below package\//,
    entry: 'other/a',
  },
  {
    is: 'with a file in place of its folder',
    bytes: tgz(entry({ name: 'package', body: 'x' }), end),
    reason: /^does not stand below package\//,
    entry: 'package',
  },
  {
    is: 'with a folder beside its folder',
    bytes: tgz(entry({ name: 'packages', type: '5' }), end),
    reason: /^does not stand below package\//,
    entry: 'packages',
  },
  {
    is: 'with an absolute path',
    bytes: tgz(entry({ name: '/package/a', body: 'x' }), end),
    reason: /^does not stand below package\//,
    entry: '/package/a',
  },
  {
    is: 'with an absolute path in two parts',
    bytes: tgz(entry({ prefix: 'package', name: '/a', body: 'x' }), end),
    reason: /^has an absolute path/,
    entry: 'package//a',
  },
  {
    is: 'with a path that climbs out',
    bytes: tgz(file('docs/../../../a'), end),
    reason: /^has a ".." part/,
    entry: 'package/docs/../../../a',
  },
  {
    is: 'with a path that climbs out in Windows only',
    bytes: tgz(file('..\\..\\a'), end),
    reason: /^has the character \\/,
    entry: 'package/..\\..\\a',
  },
  {
    is: 'with a folder that climbs out',
    bytes: tgz(folder('..'), end),
    reason: /^has a ".." part/,
    entry: 'package/../',
  },
  {
    is: 'with a file that ends like a folder',
    bytes: tgz(file('a/'), end),
    reason: /^has an empty part/,
    entry: 'package/a/',
  },
  {
    is: 'with a Windows device',
    bytes: tgz(file('aux.md'), end),
    reason: /^has the name of a Windows device/,
    entry: 'package/aux.md',
  },
  {
    is: 'with the same file twice',
    bytes: tgz(file('a'), file('a', ''), end),
    expected: { files: 2 },
    reason: /^stands there twice/,
    entry: 'package/a',
  },
  {
    is: 'with the same folder twice',
    bytes: tgz(folder('a'), folder('a'), end),
    reason: /^stands there twice/,
    entry: 'package/a/',
  },
  {
    is: 'with files that differ in case',
    bytes: tgz(file('README'), file('readme', ''), end),
    expected: { files: 2 },
    reason: /^collides with "README"/,
    entry: 'package/readme',
  },
  {
    is: 'with files that differ in Unicode form',
    bytes: tgz(file('ﬁle'), file('file', ''), end),
    expected: { files: 2 },
    reason: /^collides with "ﬁle"/,
    entry: 'package/file',
  },
  {
    is: 'with folders that differ in case',
    bytes: tgz(file('Docs/a'), file('docs/b', ''), end),
    expected: { files: 2 },
    reason: /^collides with "Docs"/,
    entry: 'package/docs/b',
  },
  {
    is: 'with a file that is then a folder',
    bytes: tgz(file('a'), file('a/b', ''), end),
    expected: { files: 2 },
    reason: /^would be a file and a folder/,
    entry: 'package/a/b',
  },
  {
    is: 'with a folder that is then a file',
    bytes: tgz(file('a/b'), file('a', ''), end),
    expected: { files: 2 },
    reason: /^would be a file and a folder/,
    entry: 'package/a',
  },
];

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  const index = at < 0 ? bytes.length + at : at;
  changed[index] = changed[index] === value ? value ^ 0x55 : value;
  return changed;
}
