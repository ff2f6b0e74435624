import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { assertStoreIsSound } from '../faults/state.js';
import { filesBelow } from '../kit/damage.js';
import { runWithFault } from '../kit/faults.js';
import { scenario, type World } from '../kit/scenario.js';
import { threat } from '../kit/threat.js';

/** `npm run test:concurrency` does this with eight commands, for many rounds. */
threat('C8', 'Many at once', () => {
  let world: World;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
        await registry.publish('ada/notes', '1.1.0');
        await registry.publish('ada/lists', '1.0.0');
        await registry.publish('ada/board', '1.0.0');
      })
      .build();
    await world.begin();
    await world.run('add', 'ada/notes@1.0.0').succeeds();
  });

  after(() => world.end());

  const locked = () =>
    Object.entries(
      (
        JSON.parse(world.machine.read('udos-lock.json')) as {
          plugins: Record<string, { version: string }>;
        }
      ).plugins,
    ).map(([name, { version }]) => `${name} ${version}`);

  it('three commands at once on one project: all of them count', async () => {
    const commands = [
      ['add', 'ada/lists'],
      ['update', 'ada/notes', '--latest'],
      ['add', 'ada/board'],
    ];
    const results = await Promise.all(commands.map((args) => world.machine.start(...args).result));

    for (const { status, stderr } of results) assert.equal(status, 0, stderr);
    assert.deepEqual(locked(), ['ada/board 1.0.0', 'ada/lists 1.0.0', 'ada/notes 1.1.0']);
    await world.run('verify', '--offline').succeeds();
  });

  it('two projects of one home that take the same artifact at the same time', async () => {
    const { home } = world.machine;
    const second = world.newMachine('second project');
    second.environment.UDOS_HOME = home;
    await world.begin('main', 'plain folder', second);
    rmSync(path.join(home, 'store'), { recursive: true });
    const one = world.machine.start('install', '--repair');
    const two = second.start('add', 'ada/notes', 'ada/lists');

    await one.succeeds();
    await two.succeeds();
    await world.run('verify', '--offline').succeeds();
    await second.run('verify', '--offline').succeeds();
    assert.deepEqual(filesBelow(path.join(home, 'store', 'incoming')), []);
    assertStoreIsSound(world.machine);
  });

  it('a lock that a dead process left is passed over, and what it began is undone', async () => {
    const plan = { on: 'disk', at: 3, how: 'kill', below: world.machine.at('usr') } as const;
    const { status } = await runWithFault(world.machine, plan, 'remove', 'ada/board');
    assert.equal(status, null);
    mkdirSync(world.machine.at('udos-lock.json.lock'), { recursive: true });
    world.machine.expireLocks();

    await world.run('install').succeeds();

    await world.run('verify', '--offline').succeeds();
    assert.ok(!world.machine.list().includes('udos-lock.json.lock'));
  });
});
