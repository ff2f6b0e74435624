import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { hasCode } from '../../../src/errors/index.js';
import {
  collisionKey,
  inspectArchive,
  packFiles,
  refuseEntryName,
  unpackArchive,
  type PackedFile,
} from '../../../src/primitives/archive/index.js';
import { Source } from './source.js';

const run = promisify(execFile);

const notes: readonly PackedFile[] = [
  { path: 'udos-plugin.json', bytes: Buffer.from('{"name":"ada/notes"}\n'), executable: false },
  { path: 'bin/notes.sh', bytes: Buffer.from('#!/bin/sh\necho notes\n'), executable: true },
  { path: 'guide/Überblick.md', bytes: Buffer.from('# Überblick\n'), executable: false },
  { path: 'empty', bytes: Buffer.alloc(0), executable: false },
];

describe('packing a plugin', () => {
  let scratch: string;
  beforeEach(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'udos-archive-'));
  });
  afterEach(() => rm(scratch, { recursive: true }));

  it('counts the files and their bytes', () => {
    const { files, unpackedSize } = packFiles(notes);
    assert.deepEqual({ files, unpackedSize }, { files: 4, unpackedSize: 55 });
  });

  it('gives the same bytes for the same files, on every machine', () => {
    const { bytes } = packFiles(notes);
    assert.equal(
      createHash('sha512').update(bytes).digest('base64'),
      'GCHUjJC3P6qMVymN1BhvDzjCfHzBdeE7qEPI7bfgGNOam0GpgB1scUjpOeEdiy3rn5VC4lew+j/r68S+Hl+7MQ==',
    );
  });

  it('does not depend on the order that files come in', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...notes], { minLength: notes.length }), (shuffled) => {
        assert.deepEqual(packFiles(shuffled).bytes, packFiles(notes).bytes);
      }),
      { numRuns: 20 },
    );
  });

  it('sorts by the bytes of the paths and writes nothing but plain files', async () => {
    const archive = path.join(scratch, 'notes.tgz');
    await writeFile(archive, packFiles(notes).bytes);

    const { stdout, stderr } = await run('tar', ['-tvzf', archive, '--quoting-style=literal', '--utc'], {
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });

    assert.equal(stderr, '');
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      '-rwxr-xr-x 0/0              21 1970-01-01 00:00 package/bin/notes.sh',
      '-rw-r--r-- 0/0               0 1970-01-01 00:00 package/empty',
      '-rw-r--r-- 0/0              13 1970-01-01 00:00 package/guide/Überblick.md',
      '-rw-r--r-- 0/0              21 1970-01-01 00:00 package/udos-plugin.json',
    ]);
  });

  it('writes a tar stream of whole blocks that ends with two of zeros', () => {
    const tar = gunzipSync(packFiles(notes).bytes);
    assert.equal(tar.length % 512, 0);
    assert.ok(tar.subarray(-1024).every((byte) => byte === 0));
    assert.ok(tar.subarray(-1536, -1024).some((byte) => byte !== 0));
  });

  it('keeps long paths readable for every tar', async () => {
    const long = `${'a'.repeat(99)}/${'b'.repeat(100)}`;
    const archive = path.join(scratch, 'long.tgz');
    await writeFile(archive, packFiles([{ path: long, bytes: Buffer.from('x'), executable: false }]).bytes);

    const { stdout } = await run('tar', ['-tzf', archive]);

    assert.equal(stdout.trimEnd(), `package/${long}`);
  });

  for (const bad of ['../x', '/etc/passwd', 'a\\b', 'aux.txt', 'a'.repeat(101)])
    it(`refuses the path ${bad.slice(0, 20)} as the author's mistake`, () => {
      assert.throws(
        () => packFiles([{ path: bad, bytes: Buffer.alloc(0), executable: false }]),
        (error) => hasCode(error, 'PLUGIN_INVALID'),
      );
    });

  it('refuses two files that some file system takes for one', () => {
    const [manifest] = notes as [PackedFile];
    assert.throws(
      () => packFiles([manifest, { ...manifest, path: 'UDOS-plugin.json' }]),
      (error) => hasCode(error, 'PLUGIN_INVALID'),
    );
  });

  it('comes back from unpacking byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fileSets, fc.integer({ min: 1, max: 700 }), async (files, chunkSize) => {
        const target = await mkdtemp(path.join(scratch, 'target-'));
        const { bytes, ...sums } = packFiles(files);

        const listing = await inspectArchive(new Source(bytes, chunkSize), { size: bytes.length, ...sums });
        await unpackArchive(new Source(bytes, chunkSize), listing, target);

        const sorted = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
        assert.deepEqual(
          listing.entries,
          sorted.map(({ path, bytes, executable }) => ({
            path,
            size: bytes.length,
            executable,
            sha256: createHash('sha256').update(bytes).digest('hex'),
          })),
        );
        for (const file of files) {
          const written = path.join(target, file.path);
          assert.deepEqual(new Uint8Array(await readFile(written)), new Uint8Array(file.bytes));
          assert.equal((await stat(written)).mode & 0o7777, file.executable ? 0o755 : 0o644);
        }
        const onDisk = await readdir(target, { recursive: true, withFileTypes: true });
        assert.equal(onDisk.filter((found) => found.isFile()).length, files.length);
      }),
      { numRuns: 20 },
    );
  });
});

describe('an archive that its author made with plain tar and gzip', () => {
  let scratch: string;
  beforeEach(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'udos-archive-'));
  });
  afterEach(() => rm(scratch, { recursive: true }));

  // 8 files of one block each and 2 folders leave GNU tar one block in its record for the end: 10752 bytes of zeros.
  for (const count of [1, 3, 8])
    it(`is read, folders and all, with ${count} files`, async () => {
      await mkdir(path.join(scratch, 'package', 'docs'), { recursive: true, mode: 0o700 });
      for (let n = 1; n <= count; n += 1)
        await writeFile(path.join(scratch, 'package', 'docs', `${n}.md`), `# ${n}\n`, { mode: 0o600 });
      await writeFile(path.join(scratch, 'package', 'run.sh'), '', { mode: 0o4700 });
      const options = '--format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0';
      await run('sh', ['-c', `tar ${options} -cf - package | gzip -n > plugin.tgz`], { cwd: scratch });
      const bytes = await readFile(path.join(scratch, 'plugin.tgz'));
      const target = path.join(scratch, 'target');
      await mkdir(target);

      const expected = { size: bytes.length, unpackedSize: 4 * count, files: count + 1 };
      const listing = await inspectArchive(new Source(bytes), expected);
      await unpackArchive(new Source(bytes), listing, target);

      assert.equal(await readFile(path.join(target, 'docs', '1.md'), 'utf8'), '# 1\n');
      assert.equal((await stat(path.join(target, 'docs'))).mode & 0o7777, 0o755);
      assert.equal((await stat(path.join(target, 'docs', '1.md'))).mode & 0o7777, 0o644);
      assert.equal((await stat(path.join(target, 'run.sh'))).mode & 0o7777, 0o755);
    });
});

const part = fc.stringMatching(/^[a-zA-Z0-9_é-]{1,12}$/);
const relativePath = fc
  .array(part, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((path) => refuseEntryName(path) === undefined);

/** Files whose paths stay apart: no two with one key, no file that is also a folder, no folder with two spellings. */
const fileSets = fc
  .array(
    fc.record({ path: relativePath, bytes: fc.uint8Array({ maxLength: 1500 }), executable: fc.boolean() }),
    { maxLength: 12 },
  )
  .map((files) => {
    const kept: typeof files = [];
    for (const file of files)
      if (kept.every((other) => apart(other.path.split('/'), file.path.split('/')))) kept.push(file);
    return kept;
  });

function apart([a, ...restA]: string[], [b, ...restB]: string[]): boolean {
  if (collisionKey(a!) !== collisionKey(b!)) return true;
  return a === b && restA.length > 0 && restB.length > 0 && apart(restA, restB);
}
