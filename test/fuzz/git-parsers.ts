import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { formatAdvertisement, parseAdvertisement } from '../../src/primitives/git/advertisement.js';
import { findPackProblem } from '../../src/primitives/git/pack-check.js';
import { formatPktLine, parsePktLines } from '../../src/primitives/git/pkt-lines.js';
import { parseTree } from '../../src/primitives/git/tree-object.js';
import { parseCommitTree } from '../../src/primitives/git/wire/git-object.js';
import { PackRefused, readPack } from '../../src/primitives/git/wire/pack-reader.js';
import { BrokenFraming, readPackets, type Packet } from '../../src/primitives/git/wire/pkt-reader.js';
import { parseCapabilities } from '../../src/primitives/git/wire/server-capabilities.js';
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
  {
    name: 'packets as they come in',
    codes: [],
    parse: (bytes) => packetsOf(bytes),
    examples: [bytesOf(`${formatPktLine('version 2\n')}${formatPktLine('ls-refs\n')}00010002`)],
  },
  {
    name: 'what a server of protocol 2 can do',
    codes: [],
    parse: async (bytes) => parseCapabilities((await packetsOf(bytes)) ?? []),
    examples: [
      bytesOf(
        ['version 2', 'ls-refs', 'fetch=shallow filter'].map((line) => formatPktLine(`${line}\n`)).join(''),
      ),
    ],
  },
  {
    name: 'a pack as it comes in',
    codes: [],
    parse: (bytes) => objectsOf(sealed(bytes)),
    examples: [packOf(5).subarray(0, -20)],
  },
  {
    name: 'a tree',
    codes: [],
    parse: (bytes) => parseTree(bytes),
    examples: [Buffer.concat([bytesOf('100644 notes.json\0'), Buffer.from(oid, 'hex')])],
  },
  {
    name: 'a commit',
    codes: [],
    parse: (bytes) => parseCommitTree(bytes),
    examples: [bytesOf(`tree ${oid}\nauthor a <a@example.org> 0 +0000\n`)],
  },
];

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 4_096)
    yield await Promise.resolve(bytes.subarray(at, at + 4_096));
}

async function packetsOf(bytes: Uint8Array): Promise<Packet[] | undefined> {
  const packets: Packet[] = [];
  try {
    for await (const packet of readPackets(inPieces(bytes))) packets.push(packet);
    return packets;
  } catch (error) {
    if (error instanceof BrokenFraming) return undefined;
    throw error;
  }
}

async function objectsOf(pack: Uint8Array): Promise<string[] | 'damaged' | 'too-large'> {
  const oids: string[] = [];
  try {
    const nothing = () => Promise.resolve(undefined);
    for await (const object of readPack(inPieces(pack), { ...limits, objects: 100_000 }, nothing))
      oids.push(object.oid);
    return oids;
  } catch (error) {
    if (error instanceof PackRefused) return error.problem;
    throw error;
  }
}
