import assert from 'node:assert/strict';
import { UdosError } from '../../../src/errors/index.js';
import { layout } from '../../../src/model/index-layout.js';
import type { IndexSource } from '../../../src/model/index-source.js';
import { createGitLocalSource, type Signer } from '../../../src/registry/index.js';
import { Client, readPlugin, treeSource } from '../../kit/client.js';
import { testKey } from '../../kit/keys.js';
import { registryWorld } from './world.js';

describe('check 6: the head never goes back', () => {
  const world = registryWorld();

  /** Checkpoints 1 to 3; the client has seen the last. */
  const seeThree = async () => {
    const old = treeSource(world.registry.published, 'an old mirror');
    for (const version of ['1.1.0', '1.2.0']) {
      world.clock.advanceDays(1);
      await world.registry.publish('ada/notes', version);
      await world.registry.checkpoint();
    }
    await world.client.plugin('ada/notes');
    return old;
  };
  const current = () => createGitLocalSource(world.registry.repository);
  const unreachable: IndexSource = {
    location: 'a dead server',
    head: () => Promise.reject(new UdosError('NETWORK_FAILED', 'The server does not answer.')),
  };

  it('accepts the same head again', async () => {
    await seeThree();
    const before = await world.client.trusted();
    assert.equal((await world.client.sync()).sequence, 3);
    assert.deepEqual(await world.client.trusted(), before);
  });

  it('refuses other bytes with the same sequence, and keeps both heads', async () => {
    await seeThree();
    await world.registry.rewindTo(2);
    world.clock.advanceDays(1);
    await world.registry.forge(new Map());
    const error = await world.client.refuses('INDEX_EQUIVOCATION', () => world.client.sync());
    world.client.assertKeptBothHeads(error, 'equivocation');
    assert.equal(world.client.evidence.size, 1);
  });

  it('stays with what it has when a source only lags', async () => {
    await seeThree();
    await world.registry.rewindTo(1);
    const before = await world.client.trusted();
    const index = await world.client.sync();
    assert.equal(index.sequence, 3);
    assert.equal((await readPlugin(index, 'ada/notes'))?.document.releases.length, 3);
    assert.deepEqual(await world.client.trusted(), before);
    assert.match(world.client.warnings.join(), /lags/);
    assert.equal(world.client.evidence.size, 0);
  });

  it('goes on to the next mirror when a source lags, or is dead', async () => {
    const old = await seeThree();
    await world.registry.checkpoint();
    const index = await world.client.sync({ sources: [unreachable, old, current()] });
    assert.equal(index.sequence, 4);
    assert.equal(world.client.warnings.length, 2);
  });

  it('says that a lagging source lacks a file, and not that it tampers', async () => {
    const old = await seeThree();
    const other = world.newClient();
    await other.sync();
    const index = await other.sync({ sources: [old] });
    await other.refuses('NETWORK_FAILED', () => readPlugin(index, 'ada/notes'));
  });

  it('knows a lagging source under an earlier root', async () => {
    const old = await seeThree();
    const key = testKey('next root');
    await world.registry.nextRoot(
      (root) => ({
        ...root,
        keys: { ...root.keys, [key.fingerprint]: key.encoded },
        roles: { ...root.roles, root: { keys: [key.fingerprint], threshold: 1 } },
      }),
      [world.registry.keys.root, key],
    );
    await world.registry.checkpoint();
    await world.client.sync();
    assert.equal((await world.client.sync({ sources: [old] })).sequence, 4);
  });

  it('refuses an earlier head that its log does not know, and keeps both heads', async () => {
    await seeThree();
    await world.registry.rewindTo(1);
    world.clock.advanceDays(1);
    await world.registry.forge(new Map());
    const error = await world.client.refuses('INDEX_ROLLBACK', () => world.client.sync());
    world.client.assertKeptBothHeads(error, 'rollback');
  });

  describe('in a part of the log that was never read', () => {
    /** The client has seen checkpoint 600 only; a mirror shows another checkpoint 2. */
    const offeredBy = async (signer: Signer | undefined) => {
      const first = await world.registry.mark();
      await world.registry.forge(new Map(), { signers: signer === undefined ? [] : [signer] });
      const mirror = treeSource(world.registry.published, 'a mirror');
      await first();
      await world.registry.fastForward(600);
      await world.client.sync();
      return mirror;
    };

    it('keeps an earlier head that its own root signed, for when the log can be read', async () => {
      const mirror = await offeredBy(world.registry.keys.checkpoint);
      const refused = (...sources: IndexSource[]) =>
        world.client.refuses('INDEX_ROLLBACK', () => world.client.sync({ sources }));
      world.client.assertKeptBothHeads(await refused(mirror), 'unplaced');
      world.client.assertKeptBothHeads(await refused(mirror, current()), 'rollback');
    });

    for (const [who, signer] of [
      ['nobody', undefined],
      ['somebody else', testKey('a thief')],
    ] as const)
      it(`takes one that ${who} signed for a bad source, and no proof of anything`, async () => {
        const mirror = await offeredBy(signer);
        for (const sources of [[mirror], [mirror, current()]])
          await world.client.refuses('CHECKPOINT_INVALID', () => world.client.sync({ sources }));
        assert.equal(world.client.evidence.size, 0);
        assert.equal((await world.client.sync({ sources: [current()] })).sequence, 600);
      });

    it('takes one that a checkpoint key signed that was taken away since for no proof', async () => {
      const { checkpoint: stolen, root } = world.registry.keys;
      const first = await world.registry.mark();
      await world.registry.forge(new Map(), { signers: [stolen] });
      const mirror = treeSource(world.registry.published, 'a mirror');
      await first();
      await world.registry.fastForward(600);
      const key = testKey('next checkpoints');
      await world.registry.nextRoot(
        (before) => ({
          ...before,
          keys: { ...before.keys, [key.fingerprint]: key.encoded },
          roles: { ...before.roles, checkpoint: { keys: [key.fingerprint], threshold: 1 } },
        }),
        [root],
      );
      await world.registry.checkpoint({ signer: key });
      await world.client.sync();
      for (const sources of [[mirror], [mirror, current()]])
        await world.client.refuses('CHECKPOINT_INVALID', () => world.client.sync({ sources }));
      assert.equal(world.client.evidence.size, 0);
    });

    it('takes one under a root that nobody has shown for no proof either', async () => {
      const first = await world.registry.mark();
      await world.registry.forge(new Map(), { checkpoint: (document) => ({ ...document, root: 7 }) });
      const mirror = treeSource(world.registry.published, 'a mirror');
      await first();
      await world.registry.fastForward(600);
      await world.client.sync();
      await world.client.refuses('CHECKPOINT_INVALID', () => world.client.sync({ sources: [mirror] }));
      assert.equal(world.client.evidence.size, 0);
    });
  });

  it('says what it found though the evidence cannot be kept', async () => {
    await seeThree();
    await world.registry.rewindTo(2);
    world.clock.advanceDays(1);
    await world.registry.forge(new Map());
    const full = new UdosError('FILESYSTEM_FAILED', 'Cannot write there: no space is left.');
    const client = new Client(world.registry, world.clock, {
      ...world.client.store,
      saveEvidence: () => Promise.reject(full),
    });
    const error = await client.refuses('INDEX_EQUIVOCATION', () => client.sync());
    assert.match(error.hint ?? '', /could not be kept as evidence: Cannot write there: no space is left/);
    assert.equal(error.data.evidence, null);
  });

  it('does not go on to a mirror when a source attacks', async () => {
    await seeThree();
    const good = treeSource(world.registry.published);
    await world.registry.rewindTo(2);
    world.clock.advanceDays(1);
    await world.registry.forge(new Map());
    await world.client.refuses('INDEX_EQUIVOCATION', () => world.client.sync({ sources: [current(), good] }));
  });

  it('reports the network when no source can be reached, and reads what is known offline', async () => {
    await seeThree();
    await world.client.refuses('NETWORK_FAILED', () => world.client.sync({ sources: [unreachable] }));
    const offline = await world.client.sync({ sources: [] });
    assert.equal(offline.sequence, 3);
    assert.ok(await readPlugin(offline, 'ada/notes'));
    await world.newClient().refuses('OFFLINE', () => world.newClient().sync({ sources: [] }));
  });

  it('still reads what is known offline after a newer root came with a bad checkpoint', async () => {
    await seeThree();
    const curator = testKey('next curator');
    await world.registry.nextRoot((root) => ({
      ...root,
      keys: { ...root.keys, [curator.fingerprint]: curator.encoded },
      roles: { ...root.roles, curator: { keys: [curator.fingerprint], threshold: 1 } },
    }));
    const changes = new Map<string, Uint8Array>();
    for (const path of world.registry.main.paths.filter((one) => one.startsWith(layout.root(2))))
      changes.set(path, await world.registry.bytes(path));
    await world.registry.forge(changes, { signers: [] });
    await world.client.refuses('CHECKPOINT_INVALID', () => world.client.sync(), { root: 2 });
    const offline = await world.client.sync({ sources: [] });
    assert.ok(await readPlugin(offline, 'ada/notes'));
  });

  it('names the failed check though the source dies before it can be asked again', async () => {
    await seeThree();
    await world.registry.tamper('SHA256SUMS', () => Buffer.from(''));
    const head = await current().head();
    let asked = 0;
    const dying: IndexSource = {
      location: 'a dying server',
      head: () => (asked++ === 0 ? Promise.resolve(head) : unreachable.head()),
    };
    const fresh = world.newClient();
    await fresh.refuses('INDEX_TAMPERED', () => fresh.sync({ sources: [dying] }), {
      root: 1,
      newestIssued: 0,
    });
    assert.equal(asked, 2);
  });

  it('refuses an index that is older than the lockfile', async () => {
    assert.equal((await world.client.sync({ locked: { root: 1, sequence: 1 } })).sequence, 1);
    const fresh = world.newClient();
    await fresh.refuses('INDEX_ROLLBACK', () => fresh.sync({ locked: { root: 1, sequence: 2 } }), {
      root: 1,
      newestIssued: 0,
    });
    await world.client.refuses('INDEX_ROLLBACK', () =>
      world.client.sync({ sources: [], locked: { root: 1, sequence: 2 } }),
    );
  });

  it('refuses an index under an older root than the lockfile has seen, after asking every mirror', async () => {
    const locked = { root: 2, sequence: 1 };
    const old = treeSource(world.registry.published, 'an old mirror');
    const fresh = world.newClient();
    const error = await fresh.refuses('INDEX_ROLLBACK', () => fresh.sync({ locked }), {
      root: 1,
      newestIssued: 0,
    });
    assert.deepEqual(error.data, { field: 'root', expected: 2, found: 1 });
    await world.client.sync();
    await world.client.refuses('INDEX_ROLLBACK', () => world.client.sync({ sources: [], locked }));

    await world.registry.nextRoot((root) => root);
    await world.registry.checkpoint();
    assert.equal((await fresh.sync({ sources: [old, current()], locked })).rootVersion, 2);
    assert.match(fresh.warnings.join(), /an old mirror lags/);
  });
});
