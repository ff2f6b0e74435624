import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { scenario, type World } from '../kit/scenario.js';

describe('what a user is told', () => {
  let world: World;

  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/base', '1.0.0');
        await registry.publish('ada/notes', '1.0.0', { needs: { 'ada/base': '^1.0.0' } });
      })
      .build();
    await world.begin();
    await world.run('add', 'ada/notes').succeeds();
  });

  after(() => world.end());

  it('names the line of udos.json that changes, when nothing else does', async () => {
    const narrowed = await world.run('add', 'ada/notes@~1.0.0', '--dry-run').succeeds();
    assert.match(narrowed.stdout, /udos\.json: ada\/notes \^1\.0\.0 -> ~1\.0\.0/);
    world.expectUnchanged('project', 'lockfile');
    const added = await world.run('add', 'ada/base@1.0.0').succeeds();
    assert.match(added.stdout, /^udos\.json: ada\/base 1\.0\.0\nDone/);
    const removed = await world.run('remove', 'ada/base').succeeds();
    assert.match(removed.stdout, /udos\.json: ada\/base 1\.0\.0 -> not asked for/);
    world.expectUnchanged('lockfile', 'installed');
    assert.match((await world.run('add', 'ada/notes').succeeds()).stdout, /^Nothing to change/);
  });

  it('is that a plugin which only others need has no range to widen', async () => {
    const { stderr } = await world.run('update', 'ada/base', '--latest').failsWith('NOT_A_REQUIREMENT');
    assert.match(stderr, /other plugins need it/);
    assert.match(stderr, /udos why ada\/base/);
    assert.doesNotMatch(stderr, /udos add/);
  });

  it('is which category was meant', async () => {
    const { stderr } = await world.run('search', '--category', 'note').failsWith('USAGE');
    assert.match(stderr, /Did you mean productivity\/notes\?/);
  });

  it('is that a locked release was withdrawn: by list, outdated and install', async () => {
    const listed = await world.run('list').succeeds();
    assert.doesNotMatch(listed.stdout, /withdrawn/);
    const registry = world.registry('main');
    await registry.yank('ada/base', '1.0.0', 'loses notes');
    await registry.checkpoint();
    assert.match((await world.run('outdated').succeeds()).stdout, /ada\/base.*withdrawn: loses notes/);
    assert.match((await world.run('list').succeeds()).stdout, /ada\/base.*withdrawn: loses notes/);
    assert.match((await world.run('list', '--tree').succeeds()).stdout, /withdrawn: loses notes/);
    rmSync(world.machine.at('usr'), { recursive: true });
    const dry = await world.run('install', '--dry-run').succeeds();
    assert.match(dry.stdout, /2 plugins would be installed\. Nothing was written/);
    assert.match(dry.stderr, /ada\/base 1\.0\.0 was withdrawn by its publisher: loses notes/);
    await world.run('install').succeeds();
  });
});
