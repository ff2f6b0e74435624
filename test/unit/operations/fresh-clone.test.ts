import assert from 'node:assert/strict';
import { checkpointRegistry } from '../../../src/operations/registry-checkpoint.js';
import { createGitLocalSource } from '../../../src/registry/index.js';
import { readPlugin } from '../../kit/client.js';
import { testContext } from '../../kit/context.js';
import { git } from '../../kit/git-cli.js';
import { holdKey } from '../../kit/key-files.js';
import { registryWorld } from '../registry/world.js';

describe('a fresh clone of an index', () => {
  const world = registryWorld();

  it('is checkpointed on top of what was published where it came from', async () => {
    await world.client.plugin('ada/notes');
    await world.registry.publish('ada/lists', '1.0.0');
    const home = world.sandbox.at('home');
    const clone = world.sandbox.at('clone');
    git(world.sandbox.folder, 'clone', '--quiet', world.registry.repository, clone);
    await world.client.sync({ sources: [createGitLocalSource(clone)] });
    await holdKey(home, 'ci', world.registry.keys.checkpoint);
    const context = testContext({ home, cwd: clone }, world.clock);

    for (const sequence of [2, 3])
      assert.equal((await checkpointRegistry(context, { keys: [] })).sequence, sequence);
    assert.equal(git(clone, 'rev-parse', 'published~2'), git(clone, 'rev-parse', 'origin/published'));
    const index = await world.client.sync({ sources: [createGitLocalSource(clone)] });
    assert.ok(await readPlugin(index, 'ada/lists'));
  });

  it('goes on after what was fetched since, and makes no second checkpoint of one number', async () => {
    const home = world.sandbox.at('home of another');
    const clone = world.sandbox.at('older clone');
    git(world.sandbox.folder, 'clone', '--quiet', world.registry.repository, clone);
    git(clone, 'branch', '--quiet', 'published', 'origin/published');
    await world.registry.publish('ada/words', '1.0.0');
    await world.registry.checkpoint();
    git(clone, 'fetch', '--quiet');
    git(clone, 'merge', '--quiet', '--ff-only', 'origin/main');
    await holdKey(home, 'ci', world.registry.keys.checkpoint);
    const { sequence } = await world.registry.currentCheckpoint();

    const made = await checkpointRegistry(testContext({ home, cwd: clone }, world.clock), { keys: [] });
    assert.equal(made.sequence, sequence + 1);
    assert.equal(git(clone, 'rev-parse', 'published~1'), git(clone, 'rev-parse', 'origin/published'));
  });
});
