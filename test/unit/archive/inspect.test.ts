import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { blocksOf, tgzOf } from '../../../fixtures/archives/archive-case.js';
import { archives } from '../../../fixtures/archives/archives.js';
import { generated } from '../../../fixtures/archives/generated.js';
import { gzipMember } from '../../../fixtures/archives/gzip.js';
import { file, folder, zeroBlocks } from '../../../fixtures/archives/raw-tar.js';
import { UdosError, hasCode } from '../../../src/errors/index.js';
import { inspectArchive, type ExpectedArchive } from '../../../src/primitives/archive/index.js';
import { Source } from './source.js';

/** What a record says that fits an archive of one file with one byte. */
const oneByte = (bytes: Uint8Array): ExpectedArchive => ({ size: bytes.length, unpackedSize: 1, files: 1 });

describe('inspecting an archive', () => {
  it('lists its files with their hashes and hands out those that were asked for', async () => {
    const script = { name: 'package/bin/run.sh', body: 'echo', mode: '0104755\0' };
    const bytes = tgzOf([folder('bin'), script, file('udos-plugin.json', '{}')]);

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
    const bytes = tgzOf([{ prefix: 'package/docs', name: 'a.md', body: 'x' }]);
    const { entries } = await inspectArchive(new Source(bytes), oneByte(bytes));
    assert.equal(entries[0]?.path, 'docs/a.md');
  });

  it('takes the zeros that GNU tar fills its record with', async () => {
    const bytes = gzipMember(blocksOf([file('a'), zeroBlocks(21)]));
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

  it('refuses a captured file that is too large', async () => {
    const size = 1024 * 1024 + 1;
    const bytes = tgzOf([file('udos-plugin.json', Buffer.alloc(size))]);
    await assert.rejects(
      inspectArchive(
        new Source(bytes),
        { size: bytes.length, unpackedSize: size, files: 1 },
        { capture: () => true },
      ),
      { code: 'ARCHIVE_UNSAFE' },
    );
  });

  it('says the same however the bytes are cut into chunks, and leaves no source open', async () => {
    for (const { name, bytes, record } of archives) {
      const whole = await outcomeOf(new Source(bytes, bytes.length + 1), record);
      for (const chunkSize of [1, 64].filter(() => bytes.length < 4000)) {
        const source = new Source(bytes, chunkSize);
        assert.equal(await outcomeOf(source, record), whole, name);
        assert.ok(source.closed || source.taken === 0, `${name}: the source is left open`);
      }
    }
  });
});

describe('inspecting a bomb that is refused', () => {
  for (const bomb of generated.filter(({ stopsEarly }) => stopsEarly))
    it(`stops at the first blocks of one that ${bomb.is}`, async () => {
      const source = bomb.make();
      await outcomeOf(source, { ...bomb.record, size: source.size });
      assert.ok(source.taken < 128 * 1024, `${source.taken} of ${source.size} bytes were read`);
      assert.ok(source.closed);
    });
});

async function outcomeOf(source: AsyncIterable<Uint8Array>, expected: ExpectedArchive): Promise<string> {
  try {
    const { entries } = await inspectArchive(source, expected, {
      capture: (path) => path === 'udos-plugin.json',
    });
    return JSON.stringify(entries);
  } catch (error) {
    assert.ok(hasCode(error, 'ARCHIVE_UNSAFE'), String(error));
    return error.message;
  }
}
