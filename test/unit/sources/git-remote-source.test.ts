import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hasCode } from '../../../src/errors/index.js';
import { indexPath } from '../../../src/model/names.js';
import { createGitRemoteSource } from '../../../src/registry/sources/git-remote-source.js';
import { git, makeSandbox, publishTree } from '../../kit/git-cli.js';
import { startGitServer } from '../../kit/git-server.js';
import { loopbackTransfer } from '../../kit/loopback-transfer.js';
import { describeIndexSource, type Tree } from './contract.js';

async function makeWorld() {
  const sandbox = makeSandbox();
  const origin = sandbox.at('served', 'index.git');
  const cacheFolder = sandbox.at('cache', 'git');
  mkdirSync(sandbox.at('served'));
  git(sandbox.folder, 'init', '--quiet', '--bare', '--initial-branch=main', origin);
  const server = await startGitServer(sandbox.at('served'));
  const transfer = loopbackTransfer();
  const url = `${server.url}/index.git`;
  return {
    snapshots: true,
    origin,
    cacheFolder,
    server,
    publish: async (files: Tree) => {
      publishTree(origin, 'published', files);
      return Promise.resolve();
    },
    source: () => createGitRemoteSource({ url, cacheFolder, transfer }),
    dispose: async () => {
      await transfer.close();
      await server.close();
      sandbox.remove();
    },
  };
}

describeIndexSource('a git server', makeWorld);

describe('a git server source', () => {
  let world: Awaited<ReturnType<typeof makeWorld>>;
  const path1 = indexPath('a.json');

  beforeEach(async () => {
    world = await makeWorld();
    await world.publish({ 'a.json': '1' });
  });
  afterEach(() => world.dispose());

  const packs = () => {
    const folder = path.join(world.cacheFolder, 'objects', 'pack');
    return readdirSync(folder)
      .filter((name) => name.endsWith('.pack'))
      .map((name) => path.join(folder, name));
  };
  const damage = (files: readonly string[]) => {
    for (const file of files) {
      const bytes = readFileSync(file);
      bytes[bytes.length - 30]! ^= 0xff;
      writeFileSync(file, bytes);
    }
  };

  it('names the commit as the snapshot, and makes no work tree', async () => {
    const head = await world.source().head();

    assert.equal(head.snapshot, git(world.origin, 'rev-parse', 'published'));
    assert.ok(!existsSync(path.join(world.cacheFolder, 'a.json')));
  });

  it('fetches anew when its own repository is damaged', async () => {
    await world.source().head();
    damage(packs());

    const head = await world.source().head();

    assert.deepEqual((await head.read([path1], 10)).get(path1), new Uint8Array(Buffer.from('1')));
  });

  it('fetches anew when an index of a pack is gone or empty', async () => {
    for (const content of ['', undefined]) {
      await world.source().head();
      const folder = path.join(world.cacheFolder, 'objects', 'pack');
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.idx'))) {
        writeFileSync(path.join(folder, content === undefined ? `${file}.moved` : file), content ?? '');
      }
      const head = await world.source().head();
      assert.equal((await head.read([path1], 10)).size, 1);
    }
  });

  it('mends damage that only a read finds, in a pack of an earlier fetch', async () => {
    await world.publish({ 'a.json': '1', 'kept.json': 'k' });
    await world.source().head();
    const earlier = packs();
    await world.publish({ 'a.json': '2', 'kept.json': 'k' });
    await world.source().head();
    damage(earlier);
    const head = await world.source().head();
    const before = world.server.requests.length;

    assert.equal((await head.read([indexPath('kept.json')], 10)).size, 1);

    assert.equal(world.server.requests.length, before + 2, 'one fetch');
    assert.equal((await head.read([indexPath('a.json')], 10)).size, 1);
    assert.equal((await (await world.source().head()).read([indexPath('kept.json')], 10)).size, 1);
  });

  it('says STATE_CORRUPT when a damaged head is no longer the published one, and works from then on', async () => {
    await world.publish({ 'a.json': '1', 'kept.json': 'k' });
    await world.source().head();
    const earlier = packs();
    await world.publish({ 'a.json': '2', 'kept.json': 'k' });
    await world.source().head();
    damage(earlier);
    const head = await world.source().head();
    await world.publish({ 'a.json': '3', 'kept.json': 'k' });

    await assert.rejects(head.read([indexPath('kept.json')], 10), (error) => hasCode(error, 'STATE_CORRUPT'));

    assert.equal((await (await world.source().head()).read([indexPath('kept.json')], 10)).size, 1);
  });

  it('gives up after one new try when the damage comes from the server', async () => {
    world.server.fault = ({ method }) => (method === 'POST' ? { truncateAfter: 300 } : undefined);

    await assert.rejects(world.source().head(), (error) => hasCode(error, 'NETWORK_FAILED'));
    assert.equal(world.server.requests.length, 2);
  });

  it('gives nothing for links and submodules', async () => {
    const blob = git(world.origin, 'rev-parse', 'published:a.json');
    const clone = path.join(world.cacheFolder, '..', 'clone');
    git(world.origin, 'clone', '--quiet', '--branch', 'published', world.origin, clone);
    git(clone, 'update-index', '--add', '--cacheinfo', `120000,${blob},link.json`);
    git(clone, 'update-index', '--add', '--cacheinfo', `160000,${git(clone, 'rev-parse', 'HEAD')},module`);
    git(clone, 'commit', '--quiet', '-m', 'links');
    git(clone, 'push', '--quiet', 'origin', 'published');
    const head = await world.source().head();

    const answer = await head.read(
      ['a.json', 'link.json', 'module', 'module/a.json', 'link.json/x'].map(indexPath),
      1000,
    );

    assert.deepEqual([...answer.keys()], ['a.json']);
  });

  it('says INDEX_NOT_FOUND, with a way on, without the branch published', async () => {
    git(world.origin, 'update-ref', '-d', 'refs/heads/published');

    await assert.rejects(
      world.source().head(),
      (error) =>
        hasCode(error, 'INDEX_NOT_FOUND') && error.hint?.includes('udos registry checkpoint') === true,
    );
  });

  it('says AUTH_REQUIRED when the server wants to know who asks', async () => {
    world.server.fault = () => ({ status: 401 });

    await assert.rejects(world.source().head(), (error) => hasCode(error, 'AUTH_REQUIRED'));
  });
});
