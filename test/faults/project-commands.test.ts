import assert from 'node:assert/strict';
import path from 'node:path';
import { scenario, type SourceKind, type World } from '../kit/scenario.js';
import {
  assertOldOrNew,
  assertOldOrNewTrust,
  assertStoreIsSound,
  projectState,
  trustState,
} from './state.js';
import { walk, type Lane } from './walk.js';

describe('a fault anywhere in a command on a project', () => {
  let world: World;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/base', '1.0.0');
        await registry.publish('ada/notes', '1.0.0', { needs: { 'ada/base': '^1.0.0' } });
      })
      .registry('moving', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/base', '1.0.0');
        await registry.publish('ada/notes', '1.0.0', { needs: { 'ada/base': '^1.0.0' } });
      })
      .build();
  });

  after(() => world.end());

  /** Two machines that are alike, with a registry and, where wanted, plugins of it. */
  async function lanes(
    name: string,
    alias: string,
    kind: SourceKind,
    ...installed: string[]
  ): Promise<Lane[]> {
    return Promise.all(
      ['a', 'b'].map(async (letter) => {
        const machine = world.newMachine(`${name}-${letter}`);
        await world.begin(alias, kind, machine);
        await machine.run(...(installed.length > 0 ? ['add', ...installed] : ['install'])).succeeds();
        return { machine, folders: [path.dirname(machine.home)] };
      }),
    );
  }

  /** Walks a command; the next one finds the old state or the new one, and the command itself gets to the new one. */
  async function walkProject(
    all: readonly Lane[],
    args: readonly string[],
    rounds: { disk: number; network: number },
    isDone: readonly number[] = [0],
  ): Promise<void> {
    await walk(
      all,
      {
        args,
        failsWith: { disk: 7, network: 5 },
        observe: ({ machine }) => ({ project: projectState(machine), trust: trustState(machine) }),
        judge: async ({ machine }, { old, new: after, number }) => {
          assertOldOrNewTrust(trustState(machine), old.trust, after.trust);
          assertStoreIsSound(machine);
          if (number % 2 === 0) {
            await machine.run('install', '--offline').succeeds();
            assertOldOrNew(projectState(machine), old.project, after.project);
          } else {
            const { status, stderr } = await machine.run(...args).result;
            assert.ok(status !== null && isDone.includes(status), stderr);
            assert.equal(assertOldOrNew(projectState(machine), old.project, after.project), 'new');
            assertOldOrNewTrust(trustState(machine), after.trust, after.trust);
          }
          await machine.run('verify', '--offline').succeeds();
          await machine.run('doctor').succeeds();
        },
      },
      rounds,
    );
  }

  it('add', async () => {
    const all = await lanes('add', 'main', 'static web server');
    await walkProject(all, ['add', 'ada/notes'], { disk: 4, network: 2 });
  });

  it('remove', async () => {
    const all = await lanes('remove', 'main', 'plain folder', 'ada/notes');
    await walkProject(all, ['remove', 'ada/notes'], { disk: 6, network: 0 }, [0, 3]);
  });

  it('update and sync, of an index that moved', async () => {
    const updating = await lanes('update', 'moving', 'git over http', 'ada/notes');
    const syncing = await lanes('sync', 'moving', 'git over http', 'ada/base');
    await world.registry('moving').publish('ada/notes', '2.0.0', { needs: { 'ada/base': '^1.0.0' } });
    await world.registry('moving').checkpoint();
    await walkProject(updating, ['update', '--latest'], { disk: 4, network: 2 });
    await walkProject(syncing, ['registry', 'sync'], { disk: 3, network: 3 });
  });
});
