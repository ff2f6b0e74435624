import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { addRegistry, type RegistryAddOptions } from '../../../src/operations/registry-add.js';
import { openRegistries } from '../../../src/operations/steps/registries.js';
import { refusalOf } from '../../kit/client.js';
import { testContext } from '../../kit/context.js';
import { TestRegistry } from '../../kit/test-registry.js';
import { registryWorld } from './world.js';

/** A machine of its own for each test, and what it adds. */
function machine() {
  const world = registryWorld();
  let count = 0;
  const folder = { home: '', cwd: '' };
  beforeEach(() => {
    count += 1;
    folder.home = world.sandbox.at(`home-${count}`);
    folder.cwd = world.sandbox.at(`cwd-${count}`);
    mkdirSync(folder.cwd);
    writeFileSync(`${folder.cwd}/udos.json`, '{}\n');
  });
  return {
    world,
    context: (answer?: boolean) => testContext(folder, world.clock, answer),
    options: (change: Partial<RegistryAddOptions> = {}): RegistryAddOptions => ({
      alias: 'main',
      url: world.registry.repository,
      mirrors: [],
      internal: false,
      place: {},
      ...change,
    }),
  };
}

describe('check 0: first contact', () => {
  const { world, context, options } = machine();

  it('pins the registry that --id names, and asks nobody', async () => {
    const here = context();
    const added = await addRegistry(here, options({ id: world.registry.id }));
    assert.deepEqual([added.id, added.name, added.sequence], [world.registry.id, 'main', 1]);
    assert.deepEqual(here.questions, []);
  });

  it('refuses another registry than --id names, and keeps nothing of it', async () => {
    const here = context();
    const other = await TestRegistry.create(world.sandbox.at('other'), 'other', world.clock);
    await refusalOf('REGISTRY_ID_MISMATCH', () => addRegistry(here, options({ id: other.id })));
    assert.equal(existsSync(here.home.registry(other.id).trust), false);
    assert.deepEqual((await openRegistries(here, undefined)).configured, []);
  });

  it('asks a person, and shows the id, when nobody gave one', async () => {
    const here = context(true);
    const added = await addRegistry(here, options());
    assert.equal(added.id, world.registry.id);
    assert.equal(here.questions.length, 1);
    assert.ok(here.questions[0]?.includes(world.registry.id));
  });

  it('refuses when that person says no', async () => {
    const here = context(false);
    await refusalOf('REGISTRY_UNCONFIRMED', () => addRegistry(here, options()));
    assert.equal(existsSync(here.home.registry(world.registry.id).trust), false);
  });

  it('refuses where there is no terminal, and names the command with the id', async () => {
    const here = context();
    const error = await refusalOf('REGISTRY_UNCONFIRMED', () => addRegistry(here, options()));
    assert.ok(error.hint?.includes(`--id ${world.registry.id}`));
    assert.equal(existsSync(here.home.registry(world.registry.id).trust), false);
  });

  it('refuses another id under an alias that is taken', async () => {
    const here = context(true);
    await addRegistry(here, options());
    const other = await TestRegistry.create(world.sandbox.at('second'), 'second', world.clock);
    await other.publisher('bob');
    await other.checkpoint();
    await refusalOf('ALIAS_CONFLICT', () => addRegistry(here, options({ url: other.repository })));
  });
});

describe('check 8: nothing is chosen from an expired index', () => {
  const { world, context, options } = machine();
  const global = { place: { global: true } };

  it('refuses to choose, and warns where versions are locked', async () => {
    const here = context();
    await addRegistry(here, options({ id: world.registry.id, ...global }));
    world.clock.advanceDays(366);
    const registries = await openRegistries(here, undefined);
    await refusalOf('CHECKPOINT_EXPIRED', () => registries.open(world.registry.id, 'choose'));
    const { index } = await registries.open(world.registry.id, 'locked');
    assert.equal(index.isExpired, true);
    assert.match(here.warnings.join(), /expired/);
    await registries.close();
  });

  it('warns some days before', async () => {
    const here = context();
    await addRegistry(here, options({ id: world.registry.id, ...global }));
    world.clock.advanceDays(363);
    const registries = await openRegistries(here, undefined);
    await registries.open(world.registry.id, 'choose');
    assert.match(here.warnings.join(), /expires on/);
    await registries.close();
  });
});
