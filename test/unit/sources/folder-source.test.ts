import assert from 'node:assert/strict';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../../src/errors/index.js';
import { indexPath } from '../../../src/model/names.js';
import { createFolderSource } from '../../../src/registry/sources/folder-source.js';
import { describeIndexSource } from './contract.js';
import { makeTemporaryFolder, replaceTree } from './tree.js';

describeIndexSource('a folder', async () => {
  const home = await makeTemporaryFolder();
  const published = path.join(home, 'published');
  return {
    snapshots: false,
    publish: (files) => replaceTree(published, files),
    source: () => createFolderSource(published),
    dispose: () => rm(home, { recursive: true }),
  };
});

describe('a folder source', () => {
  let home: string;
  let published: string;

  beforeEach(async () => {
    home = await makeTemporaryFolder();
    published = path.join(home, 'published');
    await replaceTree(published, { 'trust/checkpoint.json': '{}', 'plugins/ad/ada/notes.json': 'notes' });
    await replaceTree(path.join(home, 'outside'), { 'secret.json': 'secret' });
  });
  afterEach(() => rm(home, { recursive: true }));

  const readOf = async (...paths: string[]): Promise<string[]> => {
    const head = await createFolderSource(published).head();
    return [...(await head.read(paths.map(indexPath), 100)).keys()];
  };

  it('does not see files behind a link, nor through a linked folder, even inside the index', async function () {
    if (process.platform === 'win32') return this.skip();
    await symlink(path.join(home, 'outside', 'secret.json'), path.join(published, 'link.json'));
    await symlink(path.join(home, 'outside'), path.join(published, 'folder'));
    await symlink('plugins/ad/ada/notes.json', path.join(published, 'inner.json'));
    await symlink('loop', path.join(published, 'loop'));

    const found = await readOf(
      'link.json',
      'folder/secret.json',
      'inner.json',
      'loop',
      'plugins/ad/ada/notes.json',
    );

    assert.deepEqual(found, ['plugins/ad/ada/notes.json']);
  });

  it('may itself be a link', async function () {
    if (process.platform === 'win32') return this.skip();
    await symlink(published, path.join(home, 'current'));

    const head = await createFolderSource(path.join(home, 'current')).head();

    assert.equal((await head.read([indexPath('plugins/ad/ada/notes.json')], 100)).size, 1);
  });

  it('says INDEX_NOT_FOUND for a folder without a checkpoint, and for a file', async () => {
    const file = path.join(home, 'file');
    await writeFile(file, '');
    for (const place of [path.join(home, 'outside'), file]) {
      await assert.rejects(createFolderSource(place).head(), (error) => hasCode(error, 'INDEX_NOT_FOUND'));
    }
  });

  it('says FILESYSTEM_FAILED, not "absent", for what may not be read', async function () {
    if (process.platform === 'win32' || process.getuid?.() === 0) return this.skip();
    await chmod(path.join(published, 'plugins/ad/ada/notes.json'), 0);

    await assert.rejects(
      readOf('plugins/ad/ada/notes.json'),
      (error) => hasCode(error, 'FILESYSTEM_FAILED') && error.hint !== undefined,
    );
  });

  it('refuses a checkpoint above 16 KiB', async () => {
    await writeFile(path.join(published, 'trust/checkpoint.json'), new Uint8Array(16 * 1024 + 1));

    await assert.rejects(createFolderSource(published).head(), (error) => hasCode(error, 'TRANSFER_LIMIT'));
  });

  it('holds the checkpoint of its head, whatever is published later', async () => {
    const head = await createFolderSource(published).head();
    await writeFile(path.join(published, 'trust/checkpoint.json'), 'later');

    const answer = await head.read([indexPath('trust/checkpoint.json')], 100);

    assert.equal(Buffer.from([...answer.values()][0]!).toString(), '{}');
  });

  it('does not take an empty folder for a file', async () => {
    await mkdir(path.join(published, 'empty.json'));
    assert.deepEqual(await readOf('empty.json'), []);
  });
});
