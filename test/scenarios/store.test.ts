import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { StoreCheckResult } from '../../src/operations/store-check.js';
import type { StorePruneResult } from '../../src/operations/store-prune.js';
import { withStoreInUse } from '../../src/store/index.js';
import { DamagedMachine, filesBelow } from '../kit/damage.js';
import type { Machine } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';

const notesFile = 'usr/share/udos/plugins/installed/ada--notes/index.js';

describe('udos store', () => {
  let world: World;
  let machine: Machine;
  let kept: DamagedMachine;
  /** A second project that shares the home. */
  let other: Machine;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/base', '1.0.0');
        await registry.publish('ada/extra', '1.0.0');
        await registry.publish('ada/notes', '1.0.0', { needs: { 'ada/base': '^1.0.0' } });
        await registry.publish('ada/notes', '1.1.0', { needs: { 'ada/base': '^1.0.0' } });
      })
      .build();
    machine = world.machine;
    other = world.newMachine('other');
    other.environment.UDOS_HOME = machine.home;
    await world.begin();
    await world.begin('main', 'plain folder', other);
    await machine.run('add', 'ada/notes@1.0.0').succeeds();
    await other.run('add', 'ada/extra').succeeds();
    kept = new DamagedMachine(world);
    kept.remember();
  });

  afterEach(() => kept.restore());
  after(() => world.end());

  /** What a rollback could bring back is needed, too. */
  const forgetEarlierStates = () => rmSync(kept.home.historyFolder, { recursive: true, force: true });
  const artifacts = () => filesBelow(path.join(kept.home.store, 'artifacts'));
  const spoil = (file: string) => {
    chmodSync(file, 0o644);
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    writeFileSync(file, bytes);
  };

  /** Proves that nothing which is installed in either project misses anything, without any network. */
  async function expectRepairable(): Promise<void> {
    for (const project of [machine, other]) {
      await project.run('verify', '--offline').succeeds();
      await project.run('install', '--offline', '--repair').succeeds();
      await project.run('verify', '--offline').succeeds();
    }
  }

  describe('check', () => {
    it('hashes everything and finds nothing in a good store', async () => {
      const result = await machine.json<StoreCheckResult>('store', 'check');
      assert.equal(result.checked.artifacts, 3);
      assert.ok(result.checked.indexFiles > 5);
      assert.deepEqual([result.bad, result.absent], [[], []]);
    });

    it('finds one bit of an artifact, only tells under --dry-run, and removes it otherwise', async () => {
      const [file = ''] = artifacts();
      spoil(file);
      const { stdout } = await machine.run('store', 'check', '--dry-run').exits(7);
      assert.match(stdout, /Would remove .*its digest is sha512-/);
      machine.expectUnchanged('store', 'installed', 'receipts', 'trust');
      const { stdout: done, stderr } = await machine.run('store', 'check').succeeds();
      assert.equal(stderr, '');
      assert.match(done, /^Removed /m);
      assert.match(done, /Removed .*its digest/);
      assert.match(done, /1 installed plugin without an artifact/);
      machine.expectUnchanged('installed', 'receipts', 'trust');
      assert.ok(!existsSync(file));
      await machine.run('install', '--repair').succeeds();
      await other.run('install', '--repair').succeeds();
      assert.ok(existsSync(file));
    });

    it('removes kept index files that were altered, and what interrupted downloads left', async () => {
      const [object = ''] = filesBelow(path.join(kept.trust, 'objects'));
      const leftover = path.join(kept.home.store, 'incoming', 'half');
      spoil(object);
      writeFileSync(leftover, 'half');
      const { bad } = await machine.json<StoreCheckResult>('store', 'check');
      assert.deepEqual(
        bad.map(({ kind, file }) => [kind, file]),
        [
          ['leftover', leftover],
          ['index-object', object],
        ],
      );
      assert.ok(!existsSync(object) && !existsSync(leftover));
    });

    it('leaves the download of a running command alone', async () => {
      const incoming = path.join(kept.home.store, 'incoming', 'arriving');
      await withStoreInUse(kept.home.store, async () => {
        writeFileSync(incoming, 'half');
        await machine.run('store', 'check').failsWith('STATE_LOCKED');
        assert.ok(existsSync(incoming));
      });
      await machine.run('store', 'check').succeeds();
      assert.ok(!existsSync(incoming));
    });
  });

  describe('prune', () => {
    it('removes nothing while all of it is needed', async () => {
      const result = await machine.json<StorePruneResult>('store', 'prune');
      assert.deepEqual([result.removed, result.kept], [[], 3]);
      machine.expectUnchanged('store', 'installed', 'receipts', 'trust');
      assert.match((await machine.run('store', 'prune').succeeds()).stdout, /Nothing to remove/);
    });

    it('removes what neither project needs any more, and both can be repaired offline', async () => {
      await machine.run('update', '--latest').succeeds();
      assert.equal(artifacts().length, 4);
      const { removed: before } = await machine.json<StorePruneResult>('store', 'prune');
      assert.deepEqual(
        before.filter(({ kind }) => kind === 'artifact'),
        [],
        'udos rollback needs all of them',
      );
      forgetEarlierStates();
      const { stdout } = await machine.run('store', 'prune', '--dry-run').succeeds();
      assert.match(stdout, /would be free/);
      machine.expectUnchanged('store', 'installed', 'receipts', 'trust');
      const { removed, bytes } = await machine.json<StorePruneResult>('store', 'prune');
      const pruned = removed.filter(({ kind }) => kind === 'artifact');
      assert.equal(pruned.length, 1);
      assert.ok(bytes >= (pruned[0]?.bytes ?? Infinity));
      assert.equal(artifacts().length, 3);
      await expectRepairable();
    });

    it('keeps what an earlier state could be brought back with, whatever its format', async () => {
      const lock = machine.read('udos-lock.json');
      const history = path.join(kept.home.history(machine.project), '2026', 'state.json');
      mkdirSync(path.dirname(history), { recursive: true });
      writeFileSync(history, JSON.stringify({ anything: [lock] }));
      await machine.run('remove', 'ada/notes').succeeds();
      rmSync(machine.at('udos-lock.json'));
      const before = artifacts();
      await other.run('store', 'prune').succeeds();
      assert.deepEqual(artifacts(), before);
      rmSync(path.join(kept.home.historyFolder), { recursive: true });
      await other.run('store', 'prune').succeeds();
      assert.equal(artifacts().length, 1);
    });

    it('leaves what a rollback needs, also offline', async () => {
      await machine.run('update', '--latest').succeeds();
      await other.run('store', 'prune').succeeds();
      await machine.run('rollback', '--offline', '--yes').succeeds();
      assert.match(machine.read(notesFile), /ada\/notes 1\.0\.0/);
      await expectRepairable();
      await machine.run('doctor').succeeds();
    });

    it('keeps what a root needs whose disk is away, also one that was interrupted, and says so', async () => {
      const disk = path.join(world.base, 'disk');
      mkdirSync(disk);
      await other.run('add', 'ada/notes@1.1.0', '--root', disk).succeeds();
      const journal = path.join(kept.home.receipts(disk), 'journal.sha256');
      for (const interrupted of [false, true]) {
        if (interrupted) writeFileSync(journal, 'of a journal');
        renameSync(disk, `${disk}.away`);
        const count = artifacts().length;
        const result = await machine.json<StorePruneResult>('store', 'prune');
        assert.deepEqual([result.away, result.removed], [[disk], []]);
        assert.deepEqual(result.unfinished, interrupted ? [path.dirname(journal)] : []);
        assert.equal(artifacts().length, count);
        const { stdout } = await machine.run('store', 'prune').succeeds();
        assert.match(stdout, /disk is not there now, and what it needs stays/);
        renameSync(`${disk}.away`, disk);
      }
      await other.run('install', '--offline', '--repair', '--root', disk).succeeds();
      await other.run('verify', '--offline', '--root', disk).succeeds();
      writeFileSync(journal, 'of a journal');
      rmSync(disk, { recursive: true });
      await machine.run('store', 'prune', '--forget-gone').succeeds();
      assert.ok(!existsSync(journal));
      assert.deepEqual((await machine.json<StorePruneResult>('store', 'prune')).away, []);
    });

    it('forgets roots that are gone, with what only they needed, when told to', async () => {
      const gone = path.join(world.base, 'gone');
      mkdirSync(gone);
      await other.run('add', 'ada/notes@1.1.0', '--root', gone).succeeds();
      const history = path.join(kept.home.history(gone), 'state.json');
      mkdirSync(path.dirname(history), { recursive: true });
      writeFileSync(history, other.read('udos-lock.json'));
      rmSync(gone, { recursive: true });
      for (const file of ['udos.json', 'udos-lock.json']) rmSync(other.at(file));
      await world.begin('main', 'plain folder', other);
      await other.run('add', 'ada/extra').succeeds();
      const { removed } = await machine.json<StorePruneResult>('store', 'prune', '--forget-gone');
      assert.deepEqual(
        removed.map(({ kind }) => kind),
        ['receipts', 'history', 'artifact'],
      );
      assert.ok(!existsSync(kept.home.receipts(gone)));
      await expectRepairable();
    });

    it('drops index files that the newest index does not lead to, and nothing offline misses them', async () => {
      const before = filesBelow(path.join(kept.trust, 'objects')).length;
      await world.registry('main').publish('ada/base', '1.0.1');
      await world.registry('main').checkpoint();
      for (const project of [machine, other]) await project.run('verify').succeeds();
      const { removed } = await machine.json<StorePruneResult>('store', 'prune');
      const [files] = removed.filter(({ kind }) => kind === 'index-files');
      assert.ok(files !== undefined && files.files > 0 && files.files < before);
      await expectRepairable();
      await machine.run('info', 'ada/notes', '--offline').succeeds();
    });

    it('removes what killed commands left in the home', async () => {
      const torn = path.join(kept.home.receipts(machine.project), 'ada--notes.json.0123456789ab.udos-tmp');
      const fresh = path.join(machine.home, 'config.json.0123456789ab.udos-tmp');
      const mine = path.join(kept.home.keys, 'work.key.20261124');
      mkdirSync(kept.home.keys, { recursive: true });
      for (const file of [torn, fresh, mine]) writeFileSync(file, '{');
      const past = new Date(world.clock.now().getTime() - 3_600_000);
      for (const file of [torn, mine]) utimesSync(file, past, past);
      utimesSync(fresh, world.clock.now(), world.clock.now());
      mkdirSync(`${kept.trust}.lock`);
      machine.expireLocks();
      await machine.run('store', 'prune').succeeds();
      assert.ok(!existsSync(torn) && !existsSync(`${kept.trust}.lock`));
      assert.ok(existsSync(fresh) && existsSync(mine), 'a running command or the user may own these');
    });

    it('keeps every artifact while an interrupted command may need it', async () => {
      writeFileSync(path.join(kept.home.receipts(other.project), 'journal.sha256'), 'of a journal');
      await machine.run('update', '--latest').succeeds();
      const { removed, unfinished } = await machine.json<StorePruneResult>('store', 'prune');
      assert.deepEqual(unfinished, [kept.home.receipts(other.project)]);
      assert.deepEqual(
        removed.filter(({ kind }) => kind === 'artifact'),
        [],
      );
      await other.run('install').succeeds();
      forgetEarlierStates();
      await machine.run('store', 'prune').succeeds();
      assert.equal(artifacts().length, 3);
    });

    it('racing with an add, never leaves an install that cannot be repaired', async function () {
      this.timeout(300_000);
      for (let round = 0; round < 8; round += 1) {
        await other.run('remove', round === 0 ? 'ada/extra' : 'ada/notes').succeeds();
        const add = other.run('add', 'ada/notes@1.1.0');
        await Promise.all([add.succeeds(), machine.run('store', 'prune').succeeds()]);
        await other.run('install', '--offline', '--repair').succeeds();
        await other.run('verify', '--offline').succeeds();
      }
    });
  });
});
