import assert from 'node:assert/strict';
import type { ErrorCode } from '../../src/errors/index.js';
import type { Lockfile } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { PluginName } from '../../src/model/names.js';
import type { Version } from '../../src/model/version.js';
import { scenario, sourceKinds, type World } from '../kit/scenario.js';

const notes = 'ada/notes' as PluginName;
const untouched = ['lockfile', 'project', 'installed', 'store', 'receipts'] as const;

for (const kind of sourceKinds) {
  describe(`the main job over a ${kind}`, () => {
    let world: World;

    before(async () => {
      world = await scenario()
        .registry('main', async (registry) => {
          await registry.publisher('ada');
          await registry.publisher('bob');
          await registry.publish('bob/base', '1.0.0');
          await registry.publish('ada/notes', '1.0.0', { needs: { 'bob/base': '^1.0.0' } });
          await registry.publish('ada/notes', '1.1.0', {
            needs: { 'bob/base': '^1.0.0' },
            notes: 'Searches faster.',
          });
          await registry.publish('ada/notes', '2.0.0', { permissions: ['fs:read:notes/**'] });
        })
        .build();
      await world.begin('main', kind);
    });

    after(() => world.end());

    it('adds the newest release in the range, with what it depends on', async () => {
      await world.run('add', 'ada/notes@~1.0.0').succeeds();
      const lock = JSON.parse(world.machine.read('udos-lock.json')) as Lockfile;
      assert.deepEqual(
        Object.entries(lock.plugins).map(([name, plugin]) => `${name}@${plugin.version}`),
        ['ada/notes@1.0.0', 'bob/base@1.0.0'],
      );
      assert.match(
        world.machine.read('usr/share/udos/plugins/installed/ada--notes/index.js'),
        /ada\/notes 1\.0\.0/,
      );
      await world.run('verify').succeeds();
    });

    it('updates within the range, shows what is new, and says why each plugin is there', async () => {
      await world.run('add', 'ada/notes@^1.0.0').succeeds();
      const { stdout } = await world.run('update').succeeds();
      assert.doesNotMatch(stdout, /2\.0\.0/);
      const lock = JSON.parse(world.machine.read('udos-lock.json')) as Lockfile;
      assert.equal(lock.plugins[notes]?.version, '1.1.0');
      assert.match((await world.run('why', 'bob/base').succeeds()).stdout, /ada\/notes/);
      assert.match((await world.run('outdated').succeeds()).stdout, /2\.0\.0/);
    });

    it('gives a second machine the same bytes from the committed files', async () => {
      const second = world.newMachine(`second ${kind}`);
      second.copyFrom(world.machine, 'udos.json', 'udos-lock.json');
      await second.run('install', '--frozen').succeeds();
      assert.equal(second.installedHash(), world.machine.installedHash());
      assert.equal(second.read('udos-lock.json'), world.machine.read('udos-lock.json'));
    });

    it('refuses a lockfile that does not fit udos.json when frozen', async () => {
      const third = world.newMachine(`third ${kind}`);
      third.copyFrom(world.machine, 'udos.json', 'udos-lock.json');
      third.write('udos.json', third.read('udos.json').replace('"^1.0.0"', '"^2.0.0"'));
      await third.run('install', '--frozen').failsWith('LOCKFILE_DRIFT');
      third.expectUnchanged(...untouched);
    });

    it('asks before an installed plugin may do more than before', async () => {
      await world.run('update', '--latest').failsWith('PERMISSIONS_WIDENED');
      world.expectUnchanged(...untouched);
      await world.run('update', '--latest', '--yes').succeeds();
      const lock = JSON.parse(world.machine.read('udos-lock.json')) as Lockfile;
      assert.deepEqual(Object.keys(lock.plugins), ['ada/notes']);
    });

    it('removes without a network, and brings in nothing else', async () => {
      const fourth = world.newMachine(`fourth ${kind}`);
      fourth.copyFrom(world.machine, 'udos.json', 'udos-lock.json');
      await fourth.run('remove', 'ada/notes', '--offline').succeeds();
      assert.deepEqual(fourth.list(), ['udos-lock.json', 'udos.json']);
    });

    it('removes a plugin and leaves nothing behind', async () => {
      await world.run('remove', 'ada/notes').succeeds();
      assert.deepEqual(world.machine.list(), ['udos-lock.json', 'udos.json']);
    });

    describe('refuses what was tampered with, and changes nothing', () => {
      const document = layout.document(notes);
      const isSidecar = (file: string) => file.startsWith(`${document}.`);
      const victims: readonly [string, (file: string) => boolean, ErrorCode][] = [
        ['a plugin document', (file) => file === document, 'INDEX_TAMPERED'],
        ['the sums of a folder', (file) => file === 'plugins/ad/ada/SHA256SUMS', 'INDEX_TAMPERED'],
        ['the checkpoint', (file) => file === layout.checkpoint, 'CHECKPOINT_INVALID'],
        ['the signature of a plugin document', isSidecar, 'INDEX_TAMPERED'],
        ['an artifact', (file) => file === layout.artifact(notes, '1.1.0' as Version), 'ARTIFACT_MISMATCH'],
      ];
      for (const [what, isVictim, code] of victims) {
        it(what, async () => {
          const registry = await world.registry('main').checkpointAfterAttack();
          const machine = world.newMachine(what);
          await world.begin('main', kind, machine);
          await machine.run('add', 'bob/base').succeeds();
          const file = registry.published.paths.find(isVictim);
          assert.ok(file);
          await registry.tamper(file, flipped);
          await machine.run('add', 'ada/notes@1.1.0').failsWith(code);
          machine.expectUnchanged(
            ...untouched,
            ...(code === 'ARTIFACT_MISMATCH' ? [] : (['trust'] as const)),
          );
        });
      }
    });
  });
}

/** The same length, one byte other: in the middle, where it matters. */
function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}
