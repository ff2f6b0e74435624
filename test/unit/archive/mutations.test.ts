import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gzipMember } from '../../../fixtures/archives/gzip.js';
import { UdosError } from '../../../src/errors/index.js';
import {
  inspectArchive,
  packFiles,
  refuseEntryName,
  type ArchiveListing,
  type ExpectedArchive,
} from '../../../src/primitives/archive/index.js';
import { Source } from './source.js';

const text = Array.from({ length: 60 }, (_, line) => `line ${line * 7919}\n`).join('');
const { bytes: good, ...sums } = packFiles(
  ['udos-plugin.json', 'index.js', 'docs/guide/a.md', `${'a'.repeat(99)}/${'b'.repeat(100)}`].map(
    (path, index) => ({ path, bytes: Buffer.from(text.slice(index * 100)), executable: index === 1 }),
  ),
);
const goodTar = gunzipSync(good);
const record = { size: good.length, ...sums };
const runs = 400;

/** One change to some bytes: another byte, one bit, a piece that is missing, repeated, or put in. */
type Change = (bytes: Buffer) => Buffer;
const spot = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.oneof(
    fc.tuple(spot, fc.nat(255)).map(([at, value]) => changeOf(at, (bytes, index) => (bytes[index] = value))),
    fc.tuple(spot, fc.nat(7)).map(([at, bit]) => changeOf(at, (bytes, index) => (bytes[index]! ^= 1 << bit))),
    fc.tuple(spot, fc.nat(1024)).map(([at, length]) => spliced(at, length, 0)),
    fc.tuple(spot, fc.nat(1024)).map(([at, length]) => spliced(at, 0, length)),
  ),
  { minLength: 1, maxLength: 3 },
);

describe(`an archive with random changes, ${3 * runs} times`, () => {
  it('is refused or reads the same, when its gzip is changed', async () => {
    const honest = await inspectArchive(new Source(good), record);
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const changed = applied(list, good);
        const listing = await inspected(changed, { ...record, size: changed.length });
        if (listing !== undefined) assert.deepEqual(listing.entries, honest.entries);
      }),
      { numRuns: runs },
    );
  });

  for (const [what, repair] of [
    ['its tar', (tar: Buffer) => tar],
    ['its tar, and its header checksums are right', withChecksums],
  ] as const)
    it(`is refused or holds safe files of the recorded sizes, when ${what} is changed`, async () => {
      await fc.assert(
        fc.asyncProperty(changes, async (list) => {
          const changed = gzipMember(repair(applied(list, goodTar)));
          const listing = await inspected(changed, { ...record, size: changed.length });
          if (listing === undefined) return;
          assert.equal(listing.entries.length, record.files);
          assert.equal(
            listing.entries.reduce((sum, { size }) => sum + size, 0),
            record.unpackedSize,
          );
          for (const { path } of listing.entries) assert.equal(refuseEntryName(path), undefined);
        }),
        { numRuns: runs },
      );
    });

  it('reads the same when nothing is changed, packed anew', async () => {
    const again = gzipMember(withChecksums(Buffer.from(goodTar)));
    const listing = await inspected(again, { ...record, size: again.length });
    assert.deepEqual(listing?.entries, (await inspectArchive(new Source(good), record)).entries);
  });
});

function applied(list: readonly Change[], bytes: Uint8Array): Buffer {
  return list.reduce<Buffer>((changed, change) => change(changed), Buffer.from(bytes));
}

/** Undefined when refused. Anything thrown but a refusal is a failure. */
async function inspected(bytes: Uint8Array, expected: ExpectedArchive): Promise<ArchiveListing | undefined> {
  try {
    return await inspectArchive(new Source(bytes), expected, { capture: (path) => path.endsWith('.json') });
  } catch (error) {
    assert.ok(error instanceof UdosError && error.code === 'ARCHIVE_UNSAFE', String(error));
    return undefined;
  }
}

function changeOf(at: number, change: (bytes: Buffer, index: number) => void): Change {
  return (bytes) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) change(copy, Math.floor(at * copy.length));
    return copy;
  };
}

/** Without the next `removed` bytes, or with the next `repeated` twice. */
function spliced(at: number, removed: number, repeated: number): Change {
  return (bytes) => {
    const index = Math.floor(at * bytes.length);
    return Buffer.concat([
      bytes.subarray(0, index + repeated),
      bytes.subarray(index, index + repeated),
      bytes.subarray(index + repeated + removed),
    ]);
  };
}

/** Every block that says it is a header gets the checksum that it should have, as a forger would see to. */
function withChecksums(tar: Buffer): Buffer {
  for (let at = 0; at + 512 <= tar.length; at += 512) {
    const block = tar.subarray(at, at + 512);
    if (block.toString('latin1', 257, 262) !== 'ustar') continue;
    block.write('        ', 148, 'latin1');
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return tar;
}
