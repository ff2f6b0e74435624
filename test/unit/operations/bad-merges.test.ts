import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkRegistry } from '../../../src/operations/registry-check.js';
import { checkpointRegistry } from '../../../src/operations/registry-checkpoint.js';
import { refusalOf } from '../../kit/client.js';
import { testContext } from '../../kit/context.js';
import { git } from '../../kit/git-cli.js';
import { holdKey } from '../../kit/key-files.js';
import { registryWorld } from '../registry/world.js';

const document = 'plugins/ad/ada/notes.json';
const tooLarge = Buffer.alloc(1024 * 1024 + 1, ' ');

/** What somebody merges, in a clone of the index; and the path that is named for it. */
const merges: Readonly<
  Record<string, { named: string; merge: (at: (...parts: string[]) => string) => void }>
> = {
  'a document that is too large': {
    named: document,
    merge: (at) => {
      writeFileSync(at(document), tooLarge);
    },
  },
  'a signature that is too large': {
    named: `${document}.0123456789abcdef.minisig`,
    merge: (at) => {
      writeFileSync(at(`${document}.0123456789abcdef.minisig`), Buffer.alloc(9000, 'x'));
    },
  },
  'a registry.json that is too large': {
    named: 'registry.json',
    merge: (at) => {
      writeFileSync(at('registry.json'), tooLarge);
    },
  },
  'a folder that is called SHA256SUMS': {
    named: 'plugins/SHA256SUMS/more.txt',
    merge: (at) => {
      mkdirSync(at('plugins/SHA256SUMS'));
      writeFileSync(at('plugins/SHA256SUMS/more.txt'), 'in the way');
    },
  },
  'something below the checkpoint': {
    named: 'trust/checkpoint.json/more.txt',
    merge: (at) => {
      mkdirSync(at('trust/checkpoint.json'));
      writeFileSync(at('trust/checkpoint.json/more.txt'), 'in the way');
    },
  },
  'something below a chunk of the log': {
    named: 'trust/log/1.txt/more.txt',
    merge: (at) => {
      mkdirSync(at('trust/log/1.txt'), { recursive: true });
      writeFileSync(at('trust/log/1.txt/more.txt'), 'in the way');
    },
  },
  'a file where the catalogue is': {
    named: 'catalog',
    merge: (at) => {
      writeFileSync(at('catalog'), 'in the way');
    },
  },
  'a name that no client reads': {
    named: 'plugins/a b.txt',
    merge: (at) => {
      writeFileSync(at('plugins/a b.txt'), 'in the way');
    },
  },
  'a name with a backslash': {
    named: 'plugins/..\\ad.txt',
    merge: (at) => {
      writeFileSync(at('plugins/..\\ad.txt'), 'in the way');
    },
  },
  'a link where a document was': {
    named: document,
    merge: (at) => {
      rmSync(at(document));
      symlinkSync('publisher/1.json', at(document));
    },
  },
  'a link among the versions of a publisher': {
    named: 'plugins/ad/ada/publisher/2.json',
    merge: (at) => {
      symlinkSync('1.json', at('plugins/ad/ada/publisher/2.json'));
    },
  },
  'a link in place of a folder': {
    named: 'plugins/ad',
    merge: (at) => {
      rmSync(at('plugins/ad'), { recursive: true });
      symlinkSync('bo', at('plugins/ad'));
    },
  },
  'a file in place of a folder': {
    named: document,
    merge: (at) => {
      rmSync(at('plugins/ad'), { recursive: true });
      writeFileSync(at('plugins/ad'), 'in the way');
    },
  },
  'a submodule in place of a publisher': {
    named: 'plugins/ad/ada',
    merge: (at) => {
      const commit = git(at(), 'rev-parse', 'HEAD').trim();
      rmSync(at('plugins/ad/ada'), { recursive: true });
      git(at(), 'add', '--all');
      git(at(), 'update-index', '--add', '--cacheinfo', `160000,${commit},plugins/ad/ada`);
      mkdirSync(at('plugins/ad/ada'));
    },
  },
};

describe('one bad merge holds nobody else up', () => {
  const world = registryWorld();
  let clones = 0;

  async function merged(merge: (at: (...parts: string[]) => string) => void) {
    await world.registry.publisher('bob');
    await world.registry.publish('bob/base', '1.0.0');
    clones += 1;
    const clone = world.sandbox.at(`clone-${clones}`);
    const at = (...parts: string[]) => path.join(clone, ...parts);
    git(world.sandbox.folder, 'clone', '--quiet', '--branch', 'main', world.registry.repository, clone);
    merge(at);
    const isSubmodule = git(at(), 'diff', '--cached', '--raw').includes('160000');
    if (!isSubmodule) git(at(), 'add', '--all');
    git(at(), 'commit', '--quiet', '--message', 'A merge');
    git(at(), 'push', '--quiet', 'origin', 'main');
    const home = world.sandbox.at(`home-${clones}`);
    await holdKey(home, 'ci', world.registry.keys.checkpoint);
    return testContext({ home, cwd: clone }, world.clock);
  }

  for (const [what, { named, merge }] of Object.entries(merges)) {
    it(what, async () => {
      const context = await merged(merge);
      const { data } = await refusalOf('INDEX_INVALID', () => checkRegistry(context, { index: undefined }));
      const { problems } = data as { problems: { path: string }[] };
      assert.equal(problems.filter((problem) => problem.path === named).length, 1, JSON.stringify(problems));

      const index = world.registry.repository;
      const { keptBack } = await checkpointRegistry(context, { index, keys: [] });
      assert.ok(
        keptBack.some((part) => part.path === named),
        JSON.stringify(keptBack),
      );
      for (const plugin of ['ada/notes', 'bob/base'])
        assert.equal((await world.newClient().plugin(plugin)).document.releases.length, 1);
      await checkpointRegistry(context, { index, keys: [] });
    });
  }

  it('not even one that takes the first root away', async () => {
    const context = await merged((at) => {
      rmSync(at('trust'), { recursive: true });
    });
    await refusalOf('INDEX_NOT_FOUND', () => checkRegistry(context, { index: undefined }));
    const { keptBack } = await checkpointRegistry(context, { index: world.registry.repository, keys: [] });
    assert.deepEqual(
      keptBack.map((part) => part.path),
      ['trust/root/1.json'],
    );
    assert.equal((await world.newClient().plugin('bob/base')).document.releases.length, 1);
  });
});
