import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { assertStoreIsSound } from '../faults/state.js';
import { runWithFault } from '../kit/faults.js';
import type { Machine } from '../kit/machine.js';
import type { Result } from '../kit/run.js';
import { scenario, type World } from '../kit/scenario.js';
import type { TestRegistry } from '../kit/test-registry.js';

const rounds = Number(process.env.UDOS_ROUNDS ?? 3);
const seed = Number(process.env.UDOS_ROUNDS_SEED ?? Date.now() % 100_000);
const plugins = Array.from({ length: 12 }, (_, index) => `ada/p${index}`);
/** How a command may end that met another one at a bad moment. */
const lostRace = /\[(STATE_LOCKED|STATE_CORRUPT)\]/;

describe('eight commands at once on one project and one home', () => {
  let world: World;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/base', '1.0.0');
        for (const plugin of plugins) {
          await registry.publish(plugin, '1.0.0', { needs: { 'ada/base': '^1.0.0' } });
          await registry.publish(plugin, '1.1.0', { needs: { 'ada/base': '^1.0.0' } });
        }
      })
      .build();
    // A repository shows whole states only, whoever publishes meanwhile.
    await world.begin('main', 'local repository');
    await world.run('add', 'ada/p0', 'ada/p1@1.0.0').succeeds();
  });

  after(() => world.end());

  it(`lose no update, take no release for an attack and wait for no dead process, ${rounds} rounds long (seed ${seed})`, async () => {
    const { machine } = world;
    const random = randomFrom(seed);
    const sum = { commands: 0, lost: 0, killed: 0 };
    let wanted = requirements(machine);
    for (let round = 1; round <= rounds; round += 1) {
      const plan = planRound(wanted, random);
      const victim = killed(machine, plan.victim, 1 + Math.floor(random() * 24));
      const news = publishNews(world.registry('main'), `1.2.${round}`);
      const ends = await Promise.all(
        plan.commands.map(async (args) => ({ args, result: await machine.start(...args).result })),
      );
      const isKilled = await victim;
      await news;
      sum.killed += isKilled ? 1 : 0;

      const expected = new Set(wanted);
      for (const { args, result } of ends) {
        sum.commands += 1;
        const isLost = judge(args, result, round);
        sum.lost += isLost ? 1 : 0;
        const [verb, plugin = ''] = args;
        if (!isLost && verb === 'add') expected.add(plugin.split('@')[0] ?? '');
        if (!isLost && verb === 'remove') expected.delete(plugin);
      }
      // A kill that came after the decision is finished by the next command.
      await machine.run('install').succeeds();
      await machine.run('verify', '--offline').succeeds();
      await machine.run('doctor').succeeds();
      wanted = requirements(machine);
      expected.delete(plan.victim);
      if (!isKilled) expected.add(plan.victim);
      const found = isKilled ? wanted.filter((plugin) => plugin !== plan.victim) : wanted;
      assert.deepEqual(found, [...expected].sort(), `round ${round}`);
      assertStoreIsSound(machine);
    }
    console.log(`      ${sum.commands} commands, ${sum.lost} met a lock or a change, ${sum.killed} killed`);
    assert.ok(sum.killed > 0, 'nobody was killed');
  });
});

/** Releases of half of everything, so that whoever reads an earlier head meets what others have seen of the next one. */
async function publishNews(registry: TestRegistry, version: string): Promise<void> {
  for (const plugin of plugins.slice(0, 6))
    await registry.publish(plugin, version, { needs: { 'ada/base': '^1.0.0' } });
  await registry.checkpoint();
}

/** Each plugin is added or removed by one command of a round, so that the outcome does not depend on who comes first. */
function planRound(wanted: readonly string[], random: () => number) {
  const shuffled = (list: readonly string[]) =>
    list
      .map((one) => [random(), one] as const)
      .sort(([left], [right]) => left - right)
      .map(([, one]) => one);
  const absent = shuffled(plugins.filter((plugin) => !wanted.includes(plugin)));
  const present = shuffled(wanted);
  const [victim = ''] = absent;
  const adds = absent.slice(1, 4).map((plugin) => ['add', random() < 0.5 ? plugin : `${plugin}@1.0.0`]);
  const removes = present.slice(0, wanted.length > 5 ? 3 : 1).map((plugin) => ['remove', plugin]);
  const others = shuffled(['update', 'install', 'verify', 'registry sync', 'store prune', 'doctor']);
  const commands = [...adds, ...removes, ...others.map((line) => line.split(' '))].slice(0, 7);
  return { victim, commands: commands.map(([verb = '', ...rest]) => [verb, ...rest]) };
}

/**
 * Adds a plugin and dies at a step below the plugins, where it holds the project's lock. Nobody else can have that lock
 * before ten seconds are over; here they are over at once.
 */
async function killed(machine: Machine, plugin: string, at: number): Promise<boolean> {
  const plan = { on: 'disk', at, how: 'kill', below: machine.at('usr') } as const;
  const result = await runWithFault(machine, plan, 'add', plugin);
  if (result.status !== null) {
    assert.equal(result.status, 0, result.stderr);
    return false;
  }
  const past = new Date(Date.now() - 24 * 60 * 60 * 1000);
  utimesSync(`${machine.at('udos-lock.json')}.lock`, past, past);
  return true;
}

/** @returns true when the command did nothing because another one was at work. */
function judge(args: readonly string[], { status, stdout, stderr }: Result, round: number): boolean {
  if (status === 0) return false;
  const text = `round ${round}, udos ${args.join(' ')}: exit ${String(status)}\n${stdout}${stderr}`;
  assert.equal(status, 7, text);
  assert.match(stdout + stderr, lostRace, text);
  return true;
}

function requirements(machine: Machine): string[] {
  const { plugins: all } = JSON.parse(machine.read('udos.json')) as { plugins: Record<string, string> };
  return Object.keys(all).sort();
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
