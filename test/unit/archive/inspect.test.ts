import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { UdosError } from '../../../src/errors/index.js';
import { inspectArchive, type ExpectedArchive } from '../../../src/primitives/archive/index.js';
import { Bomb } from './bomb.js';
import { hostile, oneByte } from './hostile-archives.js';
import { Source, end, entry, file, folder, tgz, zeroBlocks } from './hostile.js';

describe('inspecting an archive', () => {
  it('lists its files with their hashes and hands out those that were asked for', async () => {
    const script = entry({ name: 'package/bin/run.sh', body: 'echo', mode: '0104755\0' });
    const bytes = tgz(folder('bin'), script, file('udos-plugin.json', '{}'), end);

    const listing = await inspectArchive(
      new Source(bytes, 7),
      { size: bytes.length, unpackedSize: 6, files: 2 },
      { capture: (path) => path === 'udos-plugin.json' },
    );

    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    assert.deepEqual(listing, {
      size: bytes.length,
      entries: [
        { path: 'bin/run.sh', size: 4, executable: true, sha256: sha256('echo') },
        { path: 'udos-plugin.json', size: 2, executable: false, sha256: sha256('{}') },
      ],
      captured: new Map([['udos-plugin.json', new Uint8Array(Buffer.from('{}'))]]),
    });
  });

  it('joins a name that stands in two parts', async () => {
    const bytes = tgz(entry({ prefix: 'package/docs', name: 'a.md', body: 'x' }), end);
    const { entries } = await inspectArchive(new Source(bytes), oneByte(bytes));
    assert.equal(entries[0]?.path, 'docs/a.md');
  });

  it('takes the zeros that GNU tar fills its record with', async () => {
    const bytes = tgz(file('a'), zeroBlocks(21));
    await inspectArchive(new Source(bytes), oneByte(bytes));
  });

  it('lets failures of the source through, as they are', async () => {
    const broken = (async function* () {
      yield gzipSync('x').subarray(0, 12);
      await Promise.reject(new UdosError('NETWORK_FAILED', 'The line is dead.'));
    })();
    await assert.rejects(inspectArchive(broken, { size: 1000, unpackedSize: 1, files: 1 }), {
      code: 'NETWORK_FAILED',
    });
  });
});

describe('inspecting refuses an archive', () => {
  for (const { is, bytes, expected, reason, entry } of hostile)
    it(is, async () => {
      const source = new Source(bytes, 64);

      const refusal = await refused(source, { ...oneByte(bytes), ...expected });

      assert.match(refusal.reason, reason);
      assert.equal(entry === undefined || refusal.entry === entry, true, refusal.entry);
      assert.ok(source.closed || source.taken === 0, 'the source is left open');
    });

  it('with a captured file that is too large', async () => {
    const size = 1024 * 1024 + 1;
    const bytes = tgz(file('udos-plugin.json', Buffer.alloc(size)), end);
    await assert.rejects(
      inspectArchive(
        new Source(bytes),
        { size: bytes.length, unpackedSize: size, files: 1 },
        { capture: () => true },
      ),
      { code: 'ARCHIVE_UNSAFE' },
    );
  });

  it('the same way however its bytes are cut into chunks', async () => {
    for (const { bytes, expected, reason } of hostile)
      for (const chunkSize of [1, bytes.length]) {
        const refusal = await refused(new Source(bytes, chunkSize), { ...oneByte(bytes), ...expected });
        assert.match(refusal.reason, reason);
      }
  });
});

describe('inspecting a bomb of a gigabyte', () => {
  const gigabyte = 1024 ** 3;

  const bombs: readonly { readonly is: string; readonly head: Buffer; readonly reason: RegExp }[] = [
    {
      is: 'in a file',
      head: entry({ name: 'package/a', size: gigabyte }),
      reason: /^goes beyond the 1 bytes/,
    },
    {
      is: 'in a pax header',
      head: entry({ name: 'package/a', type: 'x', size: gigabyte }),
      reason: /^is a pax header/,
    },
    { is: 'in the zeros at the end', head: file('a'), reason: /^has more than 21 zero blocks/ },
  ];
  for (const { is, head, reason } of bombs)
    it(`${is} stops at its first blocks`, async () => {
      const bomb = new Bomb(head, gigabyte);

      const refusal = await refused(bomb, { size: bomb.size, unpackedSize: 1, files: 1 });

      assert.match(refusal.reason, reason);
      assert.ok(bomb.taken < 128 * 1024, `${bomb.taken} of ${bomb.size} bytes were read`);
      assert.ok(bomb.closed);
    });

  it('that its record admits costs time, never memory', async () => {
    const bomb = new Bomb(entry({ name: 'package/a', size: gigabyte }), gigabyte);
    const before = process.memoryUsage.rss();
    let peak = before;
    bomb.onChunk = () => (peak = Math.max(peak, process.memoryUsage.rss()));

    const refusal = await refused(bomb, { size: bomb.size, unpackedSize: gigabyte, files: 1 });

    assert.match(refusal.reason, /^does not match the checksum/);
    assert.ok(peak - before < 100 * 1024 ** 2, `${peak - before} bytes more than before`);
  });
});

async function refused(
  source: AsyncIterable<Uint8Array>,
  expected: ExpectedArchive,
): Promise<{ reason: string; entry?: string }> {
  try {
    await inspectArchive(source, expected);
  } catch (error) {
    assert.ok(error instanceof UdosError, String(error));
    assert.equal(error.code, 'ARCHIVE_UNSAFE');
    return error.data as { reason: string; entry?: string };
  }
  return assert.fail('the archive was accepted');
}
