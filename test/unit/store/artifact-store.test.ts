import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../../../src/errors/index.js';
import type { Integrity } from '../../../src/model/formats/index.js';
import { createArtifactStore } from '../../../src/store/index.js';
import { integrityOf, temporaryFolder, treeOf } from './world.js';

const bytes = Buffer.from('the bytes of an artifact '.repeat(4000));
const integrity = integrityOf(bytes) as Integrity;
const blake2b512 = new Uint8Array(createHash('blake2b512').update(bytes).digest());

async function* inPieces(source: Uint8Array, pieceSize = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.length; at += pieceSize) {
    await Promise.resolve();
    yield source.subarray(at, at + pieceSize);
  }
}

describe('the artifact store', () => {
  const temporary = temporaryFolder();
  let folder: string;
  let count = 0;
  const store = () => createArtifactStore(folder);

  beforeEach(() => {
    count += 1;
    folder = path.join(temporary.path, `store ${count}`);
  });

  it('has nothing, and makes nothing, before the first artifact', async () => {
    assert.equal(await store().find(integrity), undefined);
    await store().remove(integrity);
    await assert.rejects(stat(folder));
  });

  it('keeps an artifact read-only under its sha512 and gives both digests', async () => {
    const added = await store().add(integrity, bytes.length, inPieces(bytes));
    const hex = createHash('sha512').update(bytes).digest('hex');
    assert.equal(added.file, path.join(folder, 'artifacts', hex.slice(0, 2), `${hex}.tgz`));
    assert.deepEqual(added.blake2b512, blake2b512);
    assert.deepEqual(await readFile(added.file), bytes);
    assert.equal((await stat(added.file)).mode & 0o777, 0o444);
    assert.deepEqual(await store().find(integrity), added);
    assert.deepEqual(await readdir(path.join(folder, 'incoming')), []);
  });

  it('forgets an artifact on request', async () => {
    await store().add(integrity, bytes.length, inPieces(bytes));
    await store().remove(integrity);
    assert.equal(await store().find(integrity), undefined);
  });

  const wrong: [string, number, Uint8Array][] = [
    ['too few bytes', bytes.length, bytes.subarray(0, -1)],
    ['too many bytes', bytes.length, Buffer.concat([bytes, Buffer.from('!')])],
    ['other bytes of the same size', bytes.length, Buffer.from(bytes).fill(1, 0, 1)],
    ['the right bytes where another size was signed', bytes.length + 1, bytes],
  ];
  for (const [what, size, source] of wrong) {
    it(`refuses ${what} and keeps nothing`, async () => {
      await assert.rejects(store().add(integrity, size, inPieces(source)), (error: UdosError) => {
        assert.equal(error.code, 'ARTIFACT_MISMATCH');
        assert.deepEqual(error.data.expected, { size, integrity });
        assert.notDeepEqual(error.data.found, error.data.expected);
        return true;
      });
      assert.deepEqual(await treeOf(folder), { 'incoming/': '' });
    });
  }

  it('leaves a source that never ends at the first byte too many', async () => {
    let given = 0;
    let isLeft = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          await Promise.resolve();
          given += 1000;
          yield new Uint8Array(1000);
        }
      } finally {
        isLeft = true;
      }
    }
    await assert.rejects(store().add(integrity, 2500, endless()), { code: 'ARTIFACT_MISMATCH' });
    assert.equal(given, 3000);
    assert.ok(isLeft);
  });

  it('passes on what the source throws and keeps nothing', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* inPieces(bytes.subarray(0, 5000));
      throw new UdosError('NETWORK_FAILED', 'The line went dead.');
    }
    await assert.rejects(store().add(integrity, bytes.length, broken()), { code: 'NETWORK_FAILED' });
    assert.deepEqual(await treeOf(folder), { 'incoming/': '' });
  });

  it('lets many add the same artifact at once', async () => {
    const stores = [store(), store(), store()];
    const pieceSizes = [700, 1000, 5000, 70_000, 1_000_000];
    const adds = stores.flatMap((each) =>
      pieceSizes.map((size) => each.add(integrity, bytes.length, inPieces(bytes, size))),
    );
    const liar = store().add(integrity, bytes.length, inPieces(Buffer.alloc(bytes.length)));
    await assert.rejects(liar, { code: 'ARTIFACT_MISMATCH' });
    for (const added of await Promise.all(adds)) assert.deepEqual(await readFile(added.file), bytes);
    assert.notEqual(await store().find(integrity), undefined);
    assert.deepEqual(await readdir(path.join(folder, 'incoming')), []);
  });

  it('never hands out a poisoned entry, and heals', async () => {
    const { file } = await store().add(integrity, bytes.length, inPieces(bytes));
    await chmod(file, 0o644);
    await writeFile(file, Buffer.from(bytes).fill(0, 10, 11));
    assert.equal(await store().find(integrity), undefined);
    await assert.rejects(stat(file));
    await store().add(integrity, bytes.length, inPieces(bytes));
    assert.notEqual(await store().find(integrity), undefined);
  });

  it('replaces a poisoned entry even when nobody looked for it first', async () => {
    const { file } = await store().add(integrity, bytes.length, inPieces(bytes));
    await rm(file);
    await writeFile(file, 'poison');
    await store().add(integrity, bytes.length, inPieces(bytes));
    assert.deepEqual(await readFile(file), bytes);
  });

  it('takes neither a link nor a folder for an artifact', async () => {
    const { file } = await store().add(integrity, bytes.length, inPieces(bytes));
    const elsewhere = path.join(folder, 'elsewhere');
    await writeFile(elsewhere, bytes);
    await rm(file);
    await symlink(elsewhere, file);
    assert.equal(await store().find(integrity), undefined);
    assert.deepEqual(await readFile(elsewhere), bytes);
    await mkdir(path.join(file, 'inside'), { recursive: true });
    assert.equal(await store().find(integrity), undefined);
    await store().add(integrity, bytes.length, inPieces(bytes));
  });
});
