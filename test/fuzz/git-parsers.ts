import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { formatAdvertisement, parseAdvertisement } from '../../src/primitives/git/advertisement.js';
import { findPackProblem } from '../../src/primitives/git/pack-check.js';
import { formatPktLine, parsePktLines } from '../../src/primitives/git/pkt-lines.js';
import { bytesOf, type Parser } from './parser.js';

const oid = '0123456789abcdef0123456789abcdef01234567';
const advertised = formatAdvertisement('git-upload-pack', 'refs/heads/published', oid, [
  'multi_ack',
  'agent=git/2',
]);

/** A pack of blobs of one to three bytes. */
export function packOf(count: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  const blobs = [1, 2, 3].map((size) =>
    Buffer.concat([Buffer.from([0x30 | size]), deflateSync(Buffer.alloc(size, 'x'))]),
  );
  const objects = Array.from({ length: count }, (_, index) => blobs[index % blobs.length]!);
  return sealed(Buffer.concat([header, ...objects]));
}

/** A pack with the checksum that it should have, so that what is inside is looked at. */
export function sealed(body: Uint8Array): Buffer {
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

const limits = { objectBytes: 1_000_000, totalBytes: 10_000_000 };

/** What a git server answers. These parsers say undefined, or name the problem. */
export const gitParsers: readonly Parser[] = [
  {
    name: 'pkt-lines',
    codes: [],
    parse: (bytes) => parsePktLines(bytes),
    examples: [bytesOf(`${formatPktLine('want a\n')}0000${formatPktLine('done')}0001`)],
  },
  {
    name: 'an advertisement',
    codes: [],
    parse: (bytes) => parseAdvertisement(bytes, 'git-upload-pack'),
    examples: [advertised],
  },
  { name: 'a pack', codes: [], parse: (bytes) => findPackProblem(bytes, limits), examples: [packOf(5)] },
  {
    name: 'the objects of a pack',
    codes: [],
    parse: (bytes) => findPackProblem(sealed(bytes), limits),
    examples: [packOf(5).subarray(0, -20)],
  },
];
