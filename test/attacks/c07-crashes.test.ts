import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { assertStoreIsSound, projectState } from '../faults/state.js';
import { runWithFault } from '../kit/faults.js';
import type { Machine } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';
import { threat } from '../kit/threat.js';

/** `npm run test:faults` walks every step of every command; here are the few that tell the story. */
threat('C7', 'A crash or a full disk', () => {
  let world: World;
  let prepared: Machine;
  let renames: number;
  let machines = 0;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
        await registry.publish('ada/notes', '1.1.0');
      })
      .build();
    prepared = world.machine;
    await world.begin();
    await prepared.run('add', 'ada/notes@1.0.0').succeeds();
    const counting = await runWithFault(victim(), {}, 'update', '--latest');
    assert.equal(counting.status, 0, counting.stderr);
    renames = counting.report.rename;
  });

  after(() => world.end());

  function victim(): Machine {
    machines += 1;
    const machine = world.newMachine(`victim-${machines}`);
    machine.becomeCopyOf(prepared);
    return machine;
  }

  const moments: readonly (readonly [string, (last: number) => number])[] = [
    ['right at the start', () => 1],
    ['before the decision', (last) => Math.ceil(last / 2)],
    ['in the middle of the change', (last) => last - 3],
    ['at its last step', (last) => last],
  ];
  for (const [when, at] of moments) {
    it(`a kill -9 of an update, ${when}: the next command ends with the old state or the new one`, async () => {
      const machine = victim();
      const before = projectState(machine);
      const { status, stderr } = await runWithFault(
        machine,
        { on: 'rename', at: at(renames), how: 'kill' },
        ...['update', '--latest'],
      );
      assert.equal(status, null, stderr);
      machine.expireLocks();

      await machine.run('install').succeeds();

      await machine.run('verify', '--offline').succeeds();
      const { plugins } = JSON.parse(machine.read('udos-lock.json')) as {
        plugins: Record<string, { version: string }>;
      };
      const version = plugins['ada/notes']?.version ?? '';
      assert.match(version, /^1\.[01]\.0$/);
      const program = machine.read('usr/share/udos/plugins/installed/ada--notes/index.js');
      assert.ok(program.includes(`ada/notes ${version}`), program);
      assert.ok(!existsSync(machine.at('usr/share/udos/plugins/.staging')), 'staging was left behind');
      assert.deepEqual(machine.list(), ['udos-lock.json', 'udos.json', 'usr']);

      // All of it is of one state: the old one to the last byte, or one that the same update finds nothing to do in.
      const found = projectState(machine);
      if (version === '1.0.0') assert.deepEqual(found, before);
      await machine.run('update', '--latest').succeeds();
      if (version === '1.1.0') assert.deepEqual(projectState(machine), found);
      assert.match(machine.read('udos-lock.json'), /"version": "1\.1\.0"/);
      await machine.run('verify', '--offline').succeeds();
      assertStoreIsSound(machine);
    });
  }

  it('a disk that is full from the start or after a while: nothing moves, and with room the update goes through', async () => {
    const machine = victim();
    for (const quota of [0, 1500]) {
      const { status, stderr, report } = await runWithFault(
        machine,
        { quota, how: 'ENOSPC' },
        ...['update', '--latest'],
      );
      assert.notEqual(report.hit, null, `${quota} bytes are enough`);
      assert.equal(status, 7, stderr);
      assert.match(stderr, /no space is left on the disk/);
      machine.expectUnchanged('lockfile', 'project', 'installed', 'receipts');
      assertStoreIsSound(machine);
    }
    await machine.run('update', '--latest').succeeds();
    assert.match(machine.read('udos-lock.json'), /"version": "1\.1\.0"/);
    await machine.run('verify', '--offline').succeeds();
  });
});
