import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArchiveCase } from '../../../fixtures/archives/archive-case.js';
import { archives } from '../../../fixtures/archives/archives.js';
import { archiveFiles } from '../../../fixtures/archives/generate.js';
import { judgeArchive, type ReleaseClaim } from '../../../src/artifact/index.js';
import { UdosError } from '../../../src/errors/index.js';
import { unpackArchive } from '../../../src/primitives/archive/index.js';
import { Source } from './source.js';

const folder = fileURLToPath(new URL('../../../fixtures/archives/', import.meta.url));
const hostile = archives.filter(({ ours }) => ours !== 'accepted');
const harmless = archives.filter(({ ours }) => ours === 'accepted');

describe(`the ${archives.length} archives of fixtures/archives`, () => {
  it('are what their generator writes, byte for byte', async () => {
    const generated = archiveFiles();
    const onDisk = (await readdir(folder)).filter((name) => !/\.(?:ts|md)$/.test(name));
    assert.deepEqual(onDisk.sort(), [...generated.keys()].sort());
    for (const [name, bytes] of generated)
      assert.deepEqual(await readFile(path.join(folder, name)), Buffer.from(bytes), name);
  });

  it('are many, small, and of every row of the table', () => {
    assert.ok(hostile.length >= 80, `${hostile.length}`);
    assert.ok(archives.reduce((sum, { bytes }) => sum + bytes.length, 0) < 600 * 1024);
    for (const row of ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'F11', 'F12'])
      assert.ok(
        archives.some(({ threat }) => threat === row),
        row,
      );
  });

  describe('are what they claim to be, says GNU tar', () => {
    for (const archive of archives)
      it(`${archive.threat} ${archive.name}: ${archive.is}`, async () => {
        const { status, entries, text } = await listWithTar(path.join(folder, `${archive.name}.tgz`));

        for (const shown of archive.tar.shows) assert.ok(text.includes(shown), `${shown}\n${text}`);
        if (archive.tar.lists !== undefined) assert.equal(entries, archive.tar.lists, text);
        assert.ok(archive.tar.shows.length > 0 || archive.tar.lists !== undefined);
        assert.equal(status, archive.tar.status, text);
      });
  });
});

describe(`udos refuses ${hostile.length} hostile archives before it writes anything`, () => {
  const world = scratchFolder();
  for (const archive of hostile)
    it(`${archive.threat} ${archive.name}: ${archive.is}`, async () => {
      assert.ok(archive.ours !== 'accepted');
      const { code, rule, entry } = archive.ours;

      const error = await refusalOf(unpack(archive, world.target));

      assert.deepEqual(
        { code: error.code, rule: error.data.reason, entry: error.data.entry },
        { code, rule, entry },
      );
      assert.deepEqual(await readdir(world.scratch, { recursive: true }), ['target']);
    });
});

describe(`udos unpacks ${harmless.length} archives as GNU tar does, but for the modes`, () => {
  const world = scratchFolder();
  for (const archive of harmless)
    it(`${archive.name}: ${archive.is}`, async () => {
      await unpack(archive, world.target);
      const byTar = path.join(world.scratch, 'tar');
      await mkdir(byTar);
      await run('tar', ['-xzf', path.join(folder, `${archive.name}.tgz`), '-C', byTar]);
      await run('chmod', ['-R', 'u+rwX', byTar]);

      const written = await contentsOf(world.target);
      assert.deepEqual(written, await contentsOf(path.join(byTar, 'package')));
      assert.equal(written.size, archive.record.files);
      for (const found of await readdir(world.target, { recursive: true, withFileTypes: true })) {
        const { mode } = await stat(path.join(found.parentPath, found.name));
        assert.ok([0o644, 0o755].includes(mode & 0o7777), `${found.name}: ${mode.toString(8)}`);
      }
    });
});

/** As an installation does it: judged as a whole, then unpacked. */
async function unpack({ bytes, record }: ArchiveCase, target: string): Promise<void> {
  const release = {
    ...record,
    version: '1.0.0',
    engines: {},
    dependencies: {},
    optionalDependencies: {},
    permissions: [],
    license: 'MIT',
    tier: 'free',
  };
  const claim = { plugin: 'ada/notes', release } as unknown as ReleaseClaim;
  const { listing } = await judgeArchive(claim, new Source(bytes));
  await unpackArchive(new Source(bytes), listing, target);
}

function scratchFolder() {
  const world = { scratch: '', target: '' };
  beforeEach(async () => {
    world.scratch = await mkdtemp(path.join(tmpdir(), 'udos-archive-'));
    world.target = path.join(world.scratch, 'target');
    await mkdir(world.target);
  });
  afterEach(() => rm(world.scratch, { recursive: true }));
  return world;
}

async function refusalOf(work: Promise<void>): Promise<UdosError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof UdosError, String(error));
    return error;
  }
  return assert.fail('the archive was accepted');
}

async function contentsOf(root: string): Promise<ReadonlyMap<string, string>> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name));
  const contents = files.sort().map(async (file) => {
    const bytes = await readFile(file);
    return [path.relative(root, file), bytes.toString('base64')] as const;
  });
  return new Map(await Promise.all(contents));
}

/** What `tar -tvzf` prints, runs of spaces made one. */
async function listWithTar(file: string): Promise<{ status: number; entries: number; text: string }> {
  const options = ['--absolute-names', '--quoting-style=escape', '--numeric-owner', '--utc'];
  const { status, stdout, stderr } = await run('tar', [...options, '-tvzf', file]);
  return {
    status,
    entries: stdout.split('\n').length - 1,
    text: `${stdout}${stderr}`.replace(/ +/g, ' ').replace(/^\n/gm, ''),
  };
}

/** Latin-1, because tar may print any byte. */
function run(
  program: string,
  args: readonly string[],
): Promise<{ status: number; stdout: string; stderr: string }> {
  const env = { ...process.env, LC_ALL: 'C' };
  return new Promise((resolve) => {
    execFile(program, args, { env, encoding: 'latin1' }, (error, stdout, stderr) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
