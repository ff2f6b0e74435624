import assert from 'node:assert/strict';
import { formatTime, type Checkpoint, type Time } from '../../../src/model/formats/index.js';
import { layout } from '../../../src/model/index-layout.js';
import { createFolderSource } from '../../../src/registry/index.js';
import { testKey } from '../../kit/keys.js';
import { TestRegistry } from '../../kit/test-registry.js';
import { registryWorld } from './world.js';

const minute = 60 * 1000;

describe('check 5: the checkpoint is signed for this registry', () => {
  const world = registryWorld();
  const forge = (change: (document: Checkpoint) => Checkpoint, signers = [world.registry.keys.checkpoint]) =>
    world.registry.forge(new Map(), { checkpoint: change, signers });
  const refused = () => world.client.refuses('CHECKPOINT_INVALID', () => world.client.sync());

  beforeEach(() => world.client.sync());

  it('accepts the next one', async () => {
    await world.registry.checkpoint();
    const index = await world.client.sync();
    assert.equal(index.sequence, 2);
    assert.equal(index.issued, '2026-11-24T08:00:00Z');
  });

  it('keeps no signature that does not count, whatever a host puts beside it', async () => {
    const keys = ['one', 'two'].map(testKey);
    const { root, checkpoint } = world.registry.keys;
    await world.registry.nextRoot(
      (document) => ({
        ...document,
        keys: { ...document.keys, ...Object.fromEntries(keys.map((key) => [key.fingerprint, key.encoded])) },
        roles: {
          ...document.roles,
          checkpoint: { keys: [checkpoint, ...keys].map((key) => key.fingerprint), threshold: 1 },
        },
      }),
      [root],
    );
    await world.registry.checkpoint();
    const garbage = keys.map(
      (key) => [world.registry.sidecar(layout.checkpoint, key), Buffer.alloc(8000, 1)] as const,
    );
    await world.registry.smuggle(new Map(garbage));
    await world.client.sync();
    assert.equal((await world.client.store.load())?.head?.sidecars.size, 1);
  });

  it('refuses one without a signature', async () => {
    await forge((document) => document, []);
    await refused();
  });

  it('refuses one by a key of another role, and one by a stranger', async () => {
    await forge((document) => document, [world.registry.keys.root]);
    await refused();
    await forge((document) => document, [testKey('stranger')]);
    await refused();
  });

  it('refuses one of another registry', async () => {
    const other = await TestRegistry.create(world.sandbox.at('other'), 'other', world.clock);
    await forge((document) => ({ ...document, registry: other.id }));
    const error = await refused();
    assert.deepEqual([error.data.expected, error.data.found], [world.registry.id, other.id]);
  });

  for (const [part, change] of [
    ['sequence', (comment: string) => comment.replace(/n=\d+/, 'n=7')],
    ['path', (comment: string) => comment.replace('checkpoint.json', 'revocations.json')],
    ['type', (comment: string) => comment.replace('udos:checkpoint', 'udos:root')],
    ['end', (comment: string) => `${comment} x`],
  ] as const) {
    it(`refuses a signature whose comment has another ${part}`, async () => {
      await world.registry.checkpoint();
      const { checkpoint: key } = world.registry.keys;
      const signed = await world.registry.bytes(layout.checkpoint, world.registry.published);
      const comment = `udos:checkpoint@1 registry=${world.registry.id} path=${layout.checkpoint} n=2`;
      await world.registry.tamper(world.registry.sidecar(layout.checkpoint, key), () =>
        Buffer.from(key.sign(signed, change(comment))),
      );
      await refused();
    });
  }

  it('refuses one under another root than the newest', async () => {
    await forge((document) => ({ ...document, root: 2 }));
    await refused();
  });

  it('refuses bytes that were changed after they were signed', async () => {
    await world.registry.checkpoint();
    await world.registry.tamper(layout.checkpoint, (bytes) => Buffer.concat([bytes, Buffer.from('\n')]));
    await refused();
  });

  it('refuses one that is not strict JSON', async () => {
    await world.registry.tamper(layout.checkpoint, (bytes) =>
      Buffer.from(Buffer.from(bytes).toString().replace('{', '{"root":1,')),
    );
    await refused();
  });

  it('asks for a witness too, where the root names one', async () => {
    const witness = testKey('witness');
    await world.registry.nextRoot((root) => ({
      ...root,
      keys: { ...root.keys, [witness.fingerprint]: witness.encoded },
      roles: { ...root.roles, witness: { keys: [witness.fingerprint], threshold: 1 } },
    }));
    const changes = new Map<string, Uint8Array>();
    for (const path of world.registry.main.paths.filter((one) => one.startsWith(layout.root(2))))
      changes.set(path, await world.registry.bytes(path));
    const underTwo = (document: Checkpoint) => ({ ...document, root: 2 });
    const { checkpoint } = world.registry.keys;
    await world.registry.forge(changes, { checkpoint: underTwo, signers: [checkpoint] });
    await world.client.refuses('CHECKPOINT_INVALID', () => world.client.sync(), { root: 2 });
    await world.registry.rewindTo(1);
    await world.registry.forge(changes, { checkpoint: underTwo, signers: [checkpoint, witness] });
    assert.equal((await world.client.sync()).rootVersion, 2);
  });

  it('says that the index moved when a publish came between a checkpoint and its signature', async () => {
    const folder = createFolderSource(world.registry.folder);
    let reads = 0;
    const source = {
      location: folder.location,
      head: async () => {
        const head = await folder.head();
        reads += 1;
        if (reads > 1) return head;
        world.clock.advanceDays(1);
        await world.registry.checkpoint();
        return head;
      },
    };
    await world.client.refuses('INDEX_MOVED', () => world.client.sync({ sources: [source] }));
    assert.equal((await world.client.sync({ sources: [source] })).sequence, 2);
  });
});

describe('check 8: the checkpoint is neither old nor from the future', () => {
  const world = registryWorld();

  it('says that an expired index is expired, and leaves it to the caller who chooses', async () => {
    assert.equal((await world.client.sync()).isExpired, false);
    world.clock.advanceDays(366);
    assert.equal((await world.client.sync()).isExpired, true);
  });

  it('takes the newest time it has verified when the clock is set back', async () => {
    const start = world.clock.now();
    world.clock.advanceDays(100);
    await world.registry.checkpoint({ days: 1 });
    await world.client.sync();
    world.clock.advanceDays(2);
    await world.registry.forge(new Map(), {
      checkpoint: (document) => ({
        ...document,
        issued: formatTime(start),
        expires: formatTime(new Date(start.getTime() + 30 * 24 * 60 * minute)),
      }),
    });
    assert.equal((await world.client.sync({ clock: start })).isExpired, true);
    assert.equal((await world.newClient().sync({ clock: start })).isExpired, false, 'what it protects from');
  });

  it('never believes that it is earlier because of an older checkpoint', async () => {
    world.clock.advanceDays(10);
    await world.registry.checkpoint();
    await world.client.sync();
    const { newestIssued } = await world.client.trusted();
    await world.registry.forge(new Map(), {
      checkpoint: (document) => ({ ...document, issued: '2026-11-25T08:00:00Z' as Time }),
    });
    await world.client.sync();
    assert.equal((await world.client.trusted()).newestIssued, newestIssued);
  });

  it('allows for a clock that is a few minutes slow, and refuses what was issued later', async () => {
    await world.client.sync();
    const issuedIn = (minutes: number) =>
      world.registry.forge(new Map(), {
        checkpoint: (document) => ({
          ...document,
          issued: formatTime(new Date(world.clock.now().getTime() + minutes * minute)),
        }),
      });
    await issuedIn(10);
    assert.equal((await world.client.sync()).sequence, 2);
    world.clock.set('2026-11-24T09:00:00Z');
    await issuedIn(11);
    await world.client.refuses('CHECKPOINT_INVALID', () => world.client.sync());
  });

  it('is led into the future by no run of checkpoints, each a little farther', async () => {
    const issue = (minutes: number) =>
      world.registry.forge(new Map(), {
        checkpoint: (document) => ({
          ...document,
          issued: formatTime(new Date(world.clock.now().getTime() + minutes * minute)),
        }),
      });
    await issue(9);
    await world.client.sync();
    await issue(9);
    assert.equal((await world.client.sync()).sequence, 3);
    await issue(18);
    await world.client.refuses('CHECKPOINT_INVALID', () => world.client.sync());
  });
});
