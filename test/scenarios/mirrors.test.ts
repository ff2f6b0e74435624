import assert from 'node:assert/strict';
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { scenario, type World } from '../kit/scenario.js';

describe('a registry with a mirror', () => {
  let world: World;
  let mirror: string;

  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
      })
      .build();
    mirror = path.join(world.base, 'mirror');
    cpSync(world.registry('main').folder, mirror, { recursive: true });
    await world.run('init').succeeds();
    const { folder, id } = world.registry('main');
    await world.run('registry', 'add', 'main', folder, '--mirror', mirror, '--id', id).succeeds();
    await world.run('add', 'ada/notes').succeeds();
  });

  after(() => world.end());

  it('goes on with the mirror when the registry itself is gone', async () => {
    const { folder } = world.registry('main');
    renameSync(folder, `${folder}.gone`);
    const { stderr } = await world.run('registry', 'sync').succeeds();
    assert.match(stderr, /could not be read/);
    renameSync(`${folder}.gone`, folder);
  });

  it('asks the mirror when the registry lags behind the lockfile, also on a new machine', async () => {
    const registry = world.registry('main');
    const old = path.join(world.base, 'old');
    cpSync(registry.folder, old, { recursive: true });
    await registry.checkpoint();
    cpSync(registry.folder, mirror, { recursive: true, force: true });
    rmSync(registry.folder, { recursive: true });
    renameSync(old, registry.folder);

    const colleague = world.newMachine('colleague');
    colleague.copyFrom(world.machine, 'udos.json', 'udos-lock.json');
    const lock = readFileSync(colleague.at('udos-lock.json'), 'utf8');
    writeFileSync(colleague.at('udos-lock.json'), lock.replace('"sequence": 1', '"sequence": 2'));
    const { stderr } = await colleague.run('install', '--frozen').succeeds();
    assert.match(stderr, /lags behind/);
  });

  it('refuses a mirror that was tampered with, and does not pass it over', async () => {
    const { folder } = world.registry('main');
    rmSync(folder, { recursive: true });
    const checkpoint = path.join(mirror, 'trust', 'checkpoint.json');
    writeFileSync(checkpoint, readFileSync(checkpoint, 'utf8').replace('2027', '2037'));
    await world.run('registry', 'sync').failsWith('CHECKPOINT_INVALID');
    world.expectUnchanged('trust', 'lockfile', 'installed');
  });
});
