import assert from 'node:assert/strict';
import { hasCode } from '../../../src/errors/index.js';
import { indexPath } from '../../../src/model/names.js';
import { createGitLocalSource } from '../../../src/registry/sources/git-local-source.js';
import { git, makeSandbox, publishTree } from '../../kit/git-cli.js';
import { describeIndexSource, type Tree } from './contract.js';

/** A repository of somebody who may pack and collect garbage at any time. */
function makeWorld(options: { bare: boolean }) {
  const sandbox = makeSandbox();
  const folder = sandbox.at('index');
  const bare = options.bare ? ['--bare'] : [];
  git(sandbox.folder, 'init', '--quiet', ...bare, '--initial-branch=main', folder);
  const gitdir = options.bare ? folder : sandbox.at('index', '.git');
  return {
    snapshots: true,
    folder,
    gitdir,
    sandbox,
    publish: async (files: Tree) => {
      publishTree(gitdir, 'published', files);
      return Promise.resolve();
    },
    source: () => createGitLocalSource(folder),
    dispose: () => {
      sandbox.remove();
      return Promise.resolve();
    },
  };
}

describeIndexSource('a bare repository on this disk', () => Promise.resolve(makeWorld({ bare: true })));
describeIndexSource('a repository with a work tree', () => Promise.resolve(makeWorld({ bare: false })));

describe('a local git source', () => {
  let world: ReturnType<typeof makeWorld>;
  beforeEach(() => {
    world = makeWorld({ bare: false });
  });
  afterEach(() => world.dispose());

  it('goes on while the repository is packed, with the same source', async () => {
    const source = world.source();
    await world.publish({ 'a.json': '1' });
    assert.equal(String(await readA(source)), '1');

    git(world.folder, 'gc', '--quiet');
    assert.equal(String(await readA(source)), '1');

    await world.publish({ 'a.json': '2' });
    git(world.folder, 'repack', '-a', '-d', '--quiet');
    git(world.folder, 'pack-refs', '--all');
    assert.equal(String(await readA(source)), '2');
  });

  it('says INDEX_NOT_FOUND, with the command that publishes, without the branch published', async () => {
    publishTree(world.gitdir, 'main', { 'a.json': '1' });

    await assert.rejects(
      world.source().head(),
      (error) =>
        hasCode(error, 'INDEX_NOT_FOUND') && error.hint?.includes('udos registry checkpoint') === true,
    );
  });

  it('says INDEX_NOT_FOUND for a folder that is no repository, and for none', async () => {
    for (const folder of [world.sandbox.folder, world.sandbox.at('nowhere')]) {
      await assert.rejects(createGitLocalSource(folder).head(), (error) => hasCode(error, 'INDEX_NOT_FOUND'));
    }
  });
});

async function readA(source: ReturnType<typeof createGitLocalSource>) {
  const path = indexPath('a.json');
  const bytes = (await (await source.head()).read([path], 10)).get(path);
  return bytes && Buffer.from(bytes);
}
