import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PluginName } from '../../src/model/names.js';
import type { Version } from '../../src/model/version.js';
import { runWithFault } from '../kit/faults.js';
import type { Machine } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';

/** Every how manieth rename a rollback is killed at; the unit tests of the transaction walk every step. */
const stride = 3;
const untouched = ['lockfile', 'project', 'installed', 'store', 'receipts'] as const;

interface State {
  readonly number: number;
  readonly command: string;
  readonly here: boolean;
  readonly next: boolean;
}

/** What a rollback has to bring back, byte for byte. */
function stateOf(machine: Machine) {
  const lockfile = existsSync(machine.at('udos-lock.json')) ? machine.read('udos-lock.json') : null;
  return { lockfile, project: machine.read('udos.json'), installed: machine.installedHash() };
}

async function statesOf(machine: Machine): Promise<State[]> {
  return (await machine.json<{ states: State[] }>('rollback', '--list')).states;
}

function buildWorld(): Promise<World> {
  return scenario()
    .today()
    .registry('main', async (registry) => {
      await registry.publisher('ada');
      await registry.publish('ada/base', '1.0.0');
      await registry.publish('ada/notes', '1.0.0', { needs: { 'ada/base': '^1.0.0' } });
      await registry.publish('ada/notes', '1.1.0');
      await registry.publish('ada/wide', '1.0.0', { permissions: ['net:*'] });
      await registry.publish('ada/wide', '2.0.0');
    })
    .build();
}

describe('udos rollback', () => {
  let world: World;
  let machine: Machine;
  const stories: ReturnType<typeof stateOf>[] = [];

  before(async () => {
    world = await buildWorld();
    machine = world.machine;
    await world.begin('main', 'git over http');
    stories.push(stateOf(machine));
    await machine.run('add', 'ada/notes@1.0.0').succeeds();
    stories.push(stateOf(machine));
    await machine.run('add', 'ada/notes@^1.0.0').succeeds();
    await machine.run('update').succeeds();
    stories.push(stateOf(machine));
    await world.gitServer.close();
  });

  after(() => world.end());

  it('lists what it can bring back, and says which is next', async () => {
    const states = await statesOf(machine);
    assert.deepEqual(
      states.map(({ number, command, here, next }) => [number, command, here, next]),
      [
        [2, 'udos add ada/notes@^1.0.0', false, true],
        [1, 'udos add ada/notes@1.0.0', false, false],
      ],
    );
    assert.match((await machine.run('rollback', '--list').succeeds()).stdout, /ada\/notes 1\.0\.0/);
  });

  it('shows the plan and writes nothing with --dry-run', async () => {
    const { stdout } = await machine.run('rollback', '--dry-run').succeeds();
    assert.match(stdout, /ada\/notes 1\.1\.0 -> 1\.0\.0/);
    machine.expectUnchanged(...untouched);
  });

  it('brings back udos.json, the lockfile and what is installed byte for byte, with the server gone', async () => {
    const { stderr } = await machine.run('rollback').succeeds();
    assert.equal(stderr, '');
    assert.deepEqual(stateOf(machine), stories[1]);
    await machine.run('verify', '--offline').succeeds();
  });

  it('goes one state further back each time, until the oldest', async () => {
    await machine.run('rollback').succeeds();
    assert.deepEqual(stateOf(machine), stories[0]);
    await machine.run('rollback').failsWith('STATE_NOT_FOUND');
    machine.expectUnchanged(...untouched);
  });

  it('kept the state that was left first, once, and goes there with --to', async () => {
    const [left, ...others] = await statesOf(machine);
    assert.deepEqual([left?.number, left?.command], [3, 'udos rollback']);
    assert.deepEqual(
      others.map(({ number, here }) => [number, here]),
      [
        [2, false],
        [1, true],
      ],
    );
    await machine.run('rollback', '--to', '3').succeeds();
    assert.deepEqual(stateOf(machine), stories[2]);
    await machine.run('rollback', '--to', '9').failsWith('STATE_NOT_FOUND');
  });

  it('says that udos.json was edited by hand, and keeps that text', async () => {
    const edited = machine.read('udos.json').replace('^1.0.0', '^1.1.0');
    machine.write('udos.json', edited);
    assert.match((await machine.run('rollback', '--dry-run').succeeds()).stdout, /udos\.json was edited/);
    await machine.run('rollback').succeeds();
    assert.deepEqual(stateOf(machine), stories[1]);
    const [newest] = await statesOf(machine);
    await machine.run('rollback', '--to', String(newest?.number)).succeeds();
    assert.equal(machine.read('udos.json'), edited);
  });

  it('comes back to what a removal took, after the same was there twice', async () => {
    await machine.run('rollback', '--to', '2').succeeds();
    await machine.run('remove', 'ada/notes').succeeds();
    await machine.run('rollback').succeeds();
    assert.deepEqual(stateOf(machine), stories[1]);
  });

  it('names the artifact that is missing, and reaches no network with --offline', async () => {
    rmSync(path.join(machine.home, 'store'), { recursive: true });
    await machine.run('rollback', '--to', '3').failsWith('NETWORK_FAILED');
    machine.expectUnchanged(...untouched);
    const { stderr } = await machine.run('rollback', '--to', '3', '--offline').failsWith('OFFLINE');
    assert.match(stderr, /ada\/notes 1\.1\.0/);
    machine.expectUnchanged(...untouched);
  });
});

describe('udos rollback, when a file of the project cannot be read', () => {
  let world: World;
  let count = 0;

  before(async () => {
    world = await buildWorld();
  });

  after(() => world.end());

  /** A machine that had notes 1.0.0 before notes 1.1.0. */
  async function changed(): Promise<{ machine: Machine; before: ReturnType<typeof stateOf> }> {
    const machine = world.newMachine(`broken ${(count += 1)}`);
    await world.begin('main', 'plain folder', machine);
    await machine.run('add', 'ada/notes@1.0.0').succeeds();
    const before = stateOf(machine);
    await machine.run('add', 'ada/notes@1.1.0').succeeds();
    return { machine, before };
  }

  const garbage: readonly (readonly [why: string, bytes: string | Buffer])[] = [
    ['half a file', '{ "plugins": {'],
    ['an unknown field', '{ "plugin": {} }'],
    ['a merge conflict', '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['nothing', ''],
  ];

  for (const file of ['udos.json', 'udos-lock.json']) {
    for (const [why, bytes] of garbage) {
      it(`brings back the state before the last change: ${file} is ${why}`, async () => {
        const { machine, before } = await changed();
        writeFileSync(machine.at(file), bytes);
        assert.match((await machine.run('rollback', '--dry-run').succeeds()).stdout, /could not be read/);
        machine.expectUnchanged(...untouched);
        assert.ok(!existsSync(machine.at(`${file}.broken`)));
        const { stdout } = await machine.run('rollback').succeeds();
        assert.match(stdout, new RegExp(`${file}\\.broken`));
        assert.deepEqual(stateOf(machine), before);
        assert.deepEqual(readFileSync(machine.at(`${file}.broken`)), Buffer.from(bytes));
        await machine.run('verify', '--offline').succeeds();
      });
    }
  }

  it('comes back to what the last rollback brought, and keeps each broken file', async () => {
    const { machine, before } = await changed();
    await machine.run('rollback').succeeds();
    for (const text of ['one', 'two']) {
      machine.write('udos-lock.json', text);
      machine.write('udos.json', text);
      await machine.run('rollback').succeeds();
      assert.deepEqual(stateOf(machine), before);
    }
    assert.equal(machine.read('udos.json.broken'), 'one');
    assert.equal(machine.read('udos-lock.json.broken-2'), 'two');
    const { stdout } = await machine.run('rollback', '--list').succeeds();
    assert.match(stdout, /files that cannot be read/);
    const unreadable = (
      await machine.json<{ states: { number: number; readable: boolean }[] }>('rollback', '--list')
    ).states.filter(({ readable }) => !readable);
    await machine.run('rollback', '--to', String(unreadable[0]?.number)).failsWith('STATE_NOT_FOUND');
    machine.expectUnchanged(...untouched);
  });

  it('says when there is nothing to go back to, and leaves the file alone', async () => {
    const machine = world.newMachine('new');
    await world.begin('main', 'plain folder', machine);
    machine.write('udos.json', '{');
    await machine.run('rollback').failsWith('STATE_NOT_FOUND');
    machine.expectUnchanged(...untouched);
    assert.deepEqual(
      machine.list().filter((name) => name.includes('broken')),
      [],
    );
  });

  it('leaves the broken file as it is, with no copy beside it, when the artifact cannot be had', async () => {
    const { machine } = await changed();
    rmSync(path.join(machine.home, 'store'), { recursive: true });
    writeFileSync(machine.at('udos.json'), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    const artifact = path.join(world.registry('main').folder, 'artifacts/ada/notes/1.0.0.tgz');
    renameSync(artifact, `${artifact}.away`);
    await machine.run('rollback', '--yes').failsWith('ARTIFACT_NOT_FOUND');
    renameSync(`${artifact}.away`, artifact);
    machine.expectUnchanged('lockfile', 'project', 'installed', 'receipts');
    assert.deepEqual(
      machine.list().filter((name) => name.includes('broken')),
      [],
    );
  });

  it('copies nothing that a link in the place of a file leads to', async () => {
    const { machine } = await changed();
    const secret = path.join(machine.home, 'secret');
    writeFileSync(secret, 'the secret');
    rmSync(machine.at('udos.json'));
    symlinkSync(secret, machine.at('udos.json'));
    await machine.run('rollback', '--yes').failsWith('STATE_CORRUPT', /is a link/);
    assert.equal(readFileSync(secret, 'utf8'), 'the secret');
    assert.deepEqual(
      machine.list().filter((name) => name.includes('broken')),
      [],
    );
  });

  it('keeps no state before the first lockfile as long as there is no plugin', async () => {
    const machine = world.newMachine('without plugins');
    await world.begin('main', 'plain folder', machine);
    for (const command of ['update', 'install', 'update']) await machine.run(command).succeeds();
    assert.ok(existsSync(machine.at('udos-lock.json')));
    assert.deepEqual(await statesOf(machine), []);
    await machine.run('rollback').failsWith('STATE_NOT_FOUND');
    machine.expectUnchanged(...untouched);
  });

  it('never brings back what was recalled since, for a broken file either', async () => {
    const { machine } = await changed();
    const registry = world.registry('main');
    const [name, version] = ['ada/notes' as PluginName, '1.0.0' as Version];
    await registry.revoke({ releases: [{ name, version, reason: 'malware' }] });
    await registry.checkpoint();
    await machine.run('registry', 'sync').succeeds();
    machine.write('udos-lock.json', '{');
    await machine.run('rollback', '--yes').failsWith('RELEASE_REVOKED');
    machine.expectUnchanged(...untouched);
    assert.ok(!machine.list().includes('udos-lock.json.broken'));
  });
});

describe('udos rollback, when the registry goes on', () => {
  let world: World;
  let count = 0;

  before(async () => {
    world = await buildWorld();
  });

  after(() => world.end());

  async function updated(name: string, from: string, to: string): Promise<Machine> {
    const machine = world.newMachine(`updated ${(count += 1)}`);
    await world.begin('main', 'plain folder', machine);
    await machine.run('add', `${name}@${from}`).succeeds();
    await machine.run('add', `${name}@${to}`).succeeds();
    return machine;
  }

  it('asks before a plugin may do more than now', async () => {
    const machine = await updated('ada/wide', '1.0.0', '2.0.0');
    await machine.run('rollback').failsWith('PERMISSIONS_WIDENED');
    machine.expectUnchanged(...untouched);
    await machine.run('rollback', '--yes').succeeds();
    assert.match(machine.read('udos-lock.json'), /"version": "1\.0\.0"/);
  });

  it('fetches again what the store has lost', async () => {
    const machine = await updated('ada/notes', '1.0.0', '1.1.0');
    rmSync(path.join(machine.home, 'store'), { recursive: true });
    const { stderr } = await machine.run('rollback').succeeds();
    assert.match(stderr, /not in the store any more/);
    await machine.run('verify').succeeds();
  });

  it('does not believe the store, but its hashes', async () => {
    const machine = await updated('ada/base', '1.0.0', '^1.0.0');
    await machine.run('remove', 'ada/base').succeeds();
    machine.alterStore();
    await machine.run('rollback', '--offline').failsWith('OFFLINE');
    machine.expectUnchanged('lockfile', 'project', 'installed', 'receipts');
  });

  it('never brings back what was recalled since', async () => {
    const machine = await updated('ada/notes', '1.0.0', '1.1.0');
    const registry = world.registry('main');
    const [name, version] = ['ada/notes' as PluginName, '1.0.0' as Version];
    await registry.revoke({ releases: [{ name, version, reason: 'malware' }] });
    await registry.checkpoint();
    await machine.run('registry', 'sync').succeeds();
    await machine.run('rollback', '--dry-run').failsWith('RELEASE_REVOKED');
    const { stderr } = await machine.run('rollback', '--yes').failsWith('RELEASE_REVOKED');
    assert.match(stderr, /udos rollback --list/);
    assert.doesNotMatch(stderr, /udos update/);
    machine.expectUnchanged(...untouched);
  });

  it('ends in the old state or the new one, wherever a kill -9 hits', async () => {
    const ends = new Set<string>();
    for (let at = 1, isDone = false; !isDone; at += stride) {
      assert.ok(at < 200, 'the command never ends');
      const machine = world.newMachine(`killed at ${at}`);
      await world.begin('main', 'plain folder', machine);
      await machine.run('add', 'ada/wide@2.0.0').succeeds();
      const old = stateOf(machine);
      await machine.run('add', 'ada/base').succeeds();
      const now = stateOf(machine);

      const killed = await runWithFault(machine, { on: 'rename', at, how: 'kill' }, 'rollback');
      machine.expireLocks();
      isDone = killed.status === 0;
      if (!isDone) assert.equal(killed.status, null, killed.stderr);

      await machine.run('install').succeeds();
      const end = stateOf(machine);
      const isBack = end.lockfile === old.lockfile;
      assert.deepEqual(end, isBack ? old : now);
      const kept = (await statesOf(machine)).map(({ command }) => command);
      assert.equal(kept.includes('udos rollback'), isBack);
      ends.add(isBack ? 'old' : 'new');
    }
    assert.deepEqual([...ends].sort(), ['new', 'old']);
  });
});
