import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hasCode } from '../../../src/errors/index.js';
import {
  inspectArchive,
  packFiles,
  unpackArchive,
  type ArchiveListing,
  type PackedFile,
} from '../../../src/primitives/archive/index.js';
import { archives } from '../../../fixtures/archives/archives.js';
import { Source } from './source.js';

const plugin = (text: string): readonly PackedFile[] => [
  { path: 'bin/run.sh', bytes: Buffer.from('#!/bin/sh\n'), executable: true },
  { path: 'docs/guide/a.md', bytes: Buffer.from(text), executable: false },
];

describe('unpacking an inspected archive', () => {
  let scratch: string;
  let target: string;
  beforeEach(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'udos-archive-'));
    target = path.join(scratch, 'target');
    await mkdir(target);
  });
  afterEach(() => rm(scratch, { recursive: true }));

  it('sets modes that do not depend on the umask', async () => {
    const { bytes, listing } = await inspected(plugin('guide'));
    const umask = process.umask(0o077);
    try {
      await unpackArchive(new Source(bytes), listing, target);
    } finally {
      process.umask(umask);
    }
    const mode = async (file: string) => (await stat(path.join(target, file))).mode & 0o7777;
    assert.equal(await mode('docs'), 0o755);
    assert.equal(await mode('docs/guide'), 0o755);
    assert.equal(await mode('docs/guide/a.md'), 0o644);
    assert.equal(await mode('bin/run.sh'), 0o755);
  });

  it('refuses content that changed since', async () => {
    const { listing } = await inspected(plugin('guide'));
    const swapped = packFiles(plugin('GUIDE')).bytes;

    await assert.rejects(unpackArchive(new Source(swapped), { ...listing, size: swapped.length }, target), {
      code: 'ARCHIVE_UNSAFE',
      data: { reason: 'is not what was inspected before', entry: 'package/docs/guide/a.md' },
    });
  });

  const swaps: Readonly<Record<string, readonly PackedFile[]>> = {
    'a file more': [...plugin('guide'), { path: 'z', bytes: Buffer.from(''), executable: false }],
    'a file less': plugin('guide').slice(0, 1),
    'another name': plugin('guide').map((file) => ({ ...file, path: `${file.path}.exe` })),
    'another mode': plugin('guide').map((file) => ({ ...file, executable: true })),
    'another size': plugin('a longer guide'),
  };
  for (const [change, files] of Object.entries(swaps))
    it(`refuses ${change} than was inspected`, async () => {
      const { listing } = await inspected(plugin('guide'));
      const swapped = packFiles(files).bytes;

      await assert.rejects(unpackArchive(new Source(swapped), { ...listing, size: swapped.length }, target), {
        code: 'ARCHIVE_UNSAFE',
      });
    });

  it('refuses an archive of another size at once', async () => {
    const { listing, bytes } = await inspected(plugin('guide'));
    const longer = Buffer.concat([bytes, Buffer.from('x')]);

    await assert.rejects(unpackArchive(new Source(longer, longer.length), listing, target), {
      code: 'ARCHIVE_UNSAFE',
    });
    assert.deepEqual(await readdir(target), []);
  });

  it('never writes over a file that stands there', async () => {
    const { bytes, listing } = await inspected(plugin('guide'));
    await mkdir(path.join(target, 'bin'));

    await assert.rejects(unpackArchive(new Source(bytes), listing, target), { code: 'FILESYSTEM_FAILED' });
  });

  it('never follows a link that stands there', async () => {
    const files = [{ path: 'a', bytes: Buffer.from('new'), executable: false }];
    const { bytes, listing } = await inspected(files);
    const victim = path.join(scratch, 'victim');
    await writeFile(victim, 'old');
    await symlink(victim, path.join(target, 'a'));

    await assert.rejects(unpackArchive(new Source(bytes), listing, target), { code: 'FILESYSTEM_FAILED' });

    assert.equal(await readFile(victim, 'utf8'), 'old');
  });

  it('writes nothing but what is listed, whatever the archive is', async () => {
    const entries = [{ path: 'a', size: 1, executable: false, sha256: sha256('x') }];
    for (const { bytes } of archives) {
      await unpackArchive(
        new Source(bytes),
        { size: bytes.length, entries, captured: new Map() },
        target,
      ).catch((error: unknown) => assert.ok(hasCode(error, 'ARCHIVE_UNSAFE'), String(error)));
      const written = await readdir(scratch, { recursive: true });
      assert.deepEqual(
        written.filter((name) => name !== path.join('target', 'a')),
        ['target'],
      );
      await rm(path.join(target, 'a'), { force: true });
    }
  });

  it('closes its source when the disk fails', async () => {
    const { bytes, listing } = await inspected(plugin('guide'));
    const source = new Source(bytes, 10);

    await assert.rejects(unpackArchive(source, listing, path.join(scratch, 'missing')), {
      code: 'FILESYSTEM_FAILED',
    });

    assert.ok(source.closed);
  });
});

async function inspected(
  files: readonly PackedFile[],
): Promise<{ bytes: Uint8Array; listing: ArchiveListing }> {
  const { bytes, ...sums } = packFiles(files);
  return { bytes, listing: await inspectArchive(new Source(bytes), { size: bytes.length, ...sums }) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
