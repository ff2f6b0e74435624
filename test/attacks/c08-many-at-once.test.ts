import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { assertStoreIsSound, projectState } from '../faults/state.js';
import { filesBelow } from '../kit/damage.js';
import { runUntilStopped, runWithFault } from '../kit/faults.js';
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
    const { plugins } = JSON.parse(world.machine.read('udos.json')) as { plugins: object };
    assert.deepEqual(Object.keys(plugins).sort(), ['ada/board', 'ada/lists', 'ada/notes']);
    await world.run('verify', '--offline').succeeds();
    // Nothing of any of them is left to do.
    const found = projectState(world.machine);
    await world.run('install', '--frozen').succeeds();
    assert.deepEqual(projectState(world.machine), found);
    assert.deepEqual(world.machine.list(), ['udos-lock.json', 'udos.json', 'usr']);
  });

  it('two projects of one home that take the same artifact at the same time', async () => {
    const { home } = world.machine;
    const second = world.newMachine('second project');
    second.environment.UDOS_HOME = home;
    await world.begin('main', 'plain folder', second);
    rmSync(path.join(home, 'store'), { recursive: true });
    const before = projectState(world.machine);
    const one = world.machine.start('install', '--repair');
    const two = second.start('add', 'ada/notes', 'ada/lists');

    await one.succeeds();
    await two.succeeds();
    // The home has more, of the second project; of the first it has the same.
    const after = projectState(world.machine);
    for (const [file, hash] of Object.entries(before)) assert.equal(after[file], hash, file);
    await world.run('verify', '--offline').succeeds();
    await second.run('verify', '--offline').succeeds();
    assert.deepEqual(filesBelow(path.join(home, 'store', 'incoming')), []);
    assertStoreIsSound(world.machine);
  });

  it('a lock that a dead process left is passed over, and what it began is undone', async () => {
    const before = projectState(world.machine);
    const plan = { on: 'disk', at: 3, how: 'kill', below: world.machine.at('usr') } as const;
    const { status } = await runWithFault(world.machine, plan, 'remove', 'ada/board');
    assert.equal(status, null);
    mkdirSync(world.machine.at('udos-lock.json.lock'), { recursive: true });
    world.machine.expireLocks();

    await world.run('install').succeeds();

    assert.deepEqual(projectState(world.machine), before);
    await world.run('verify', '--offline').succeeds();
    assert.ok(!world.machine.list().includes('udos-lock.json.lock'));
  });

  it('a command that was stopped goes on after another one: it changes nothing more, wherever it stood', async () => {
    const { machine } = world;
    let stops = 0;
    for (;;) {
      await world.run('install', '--repair').succeeds();
      if (locked().some((plugin) => plugin.startsWith('ada/board')))
        await world.run('remove', 'ada/board').succeeds();
      const plan = { on: 'rename', at: stops + 1, below: machine.project } as const;
      const stopped = await runUntilStopped(machine, plan, 'add', 'ada/board');
      if (stopped === undefined) break;
      stops += 1;
      machine.expireLocks();
      const version = stops % 2 === 0 ? '1.1.0' : '1.0.0';
      await machine.start('add', `ada/notes@${version}`).succeeds();
      machine.noteState();
      const { status, stderr } = await stopped.goOn();

      assert.equal(status, 7, `stopped at rename ${stops}\n${stderr}`);
      assert.match(stderr, /STATE_LOCKED/);
      machine.expectUnchanged('lockfile', 'project', 'installed', 'receipts');
      await world.run('verify', '--offline').succeeds();
      assert.ok(locked().includes(`ada/notes ${version}`));
    }
    assert.ok(stops >= 3, `${stops} stops`);
  });

  it('a sync that was stopped goes on after a newer one: what is remembered does not go back', async () => {
    const { machine } = world;
    const registry = world.registry('main');
    const shown = () => machine.json<{ sequence: number }>('registry', 'show', 'main', '--offline');
    let stops = 0;
    for (;;) {
      await registry.publish('ada/notes', `2.0.${2 * stops}`);
      const plan = { on: 'rename', at: stops + 1, below: path.join(machine.home, 'registries') } as const;
      const stopped = await runUntilStopped(machine, plan, 'registry', 'sync');
      if (stopped === undefined) break;
      stops += 1;
      await registry.publish('ada/notes', `2.0.${2 * stops - 1}`);
      machine.expireLocks();
      await machine.start('registry', 'sync').succeeds();
      const { sequence } = await shown();
      await stopped.goOn();

      assert.equal((await shown()).sequence, sequence, `stopped at rename ${stops}`);
      await world.run('registry', 'sync').succeeds();
    }
    assert.ok(stops >= 1, `${stops} stops`);
  });
});
