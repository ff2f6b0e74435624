import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { layout } from '../../src/model/index-layout.js';
import { testKey } from '../kit/keys.js';
import { scenario, type World } from '../kit/scenario.js';

describe('working offline', () => {
  let world: World;

  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
      })
      .build();
    await world.begin();
    await world.run('add', 'ada/notes').succeeds();
  });

  after(() => world.end());

  it('installs what is locked after a sync that moved the registry on', async () => {
    const registry = world.registry('main');
    await registry.publisher('bob');
    await registry.publish('bob/base', '1.0.0');
    await registry.publish('ada/notes', '1.1.0');
    await registry.checkpoint();
    await world.run('registry', 'sync').succeeds();
    rmSync(world.machine.at('usr'), { recursive: true });
    await world.run('install', '--offline', '--frozen').succeeds();
    await world.run('verify', '--offline').succeeds();
    world.expectUnchanged('lockfile', 'installed', 'trust');
  });

  it('syncs a registry that recalled the key of a locked plugin, and says so', async () => {
    const registry = world.registry('main');
    const revocations = {
      type: 'udos/revocations@1',
      registry: registry.id,
      serial: 1,
      keys: [{ fp: testKey('ada').fingerprint, reason: 'stolen' }],
      releases: [],
    };
    await registry.forge(registry.signed(layout.revocations, revocations, [registry.keys.curator]));
    const { stderr } = await world.run('registry', 'sync').succeeds();
    assert.match(stderr, /warning: A locked plugin of main is refused now/);
    world.expectUnchanged('lockfile', 'installed');
    await world.run('update').failsWith('PUBLISHER_INVALID');
  });
});
