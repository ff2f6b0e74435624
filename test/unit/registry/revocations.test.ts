import assert from 'node:assert/strict';
import type { PublisherDocument, Revocations } from '../../../src/model/formats/index.js';
import { layout } from '../../../src/model/index-layout.js';
import type { PluginName, Publisher, Sha256 } from '../../../src/model/names.js';
import { claimOf } from '../../../src/operations/steps/obtain.js';
import { refusalOf } from '../../kit/client.js';
import { testKey } from '../../kit/keys.js';
import { registryWorld } from './world.js';

const ada = testKey('ada');
const notes = 'ada/notes' as PluginName;

function revocationsOf(registry: string, change: Partial<Revocations> = {}): Revocations {
  return {
    type: 'udos/revocations@1',
    registry: registry as Revocations['registry'],
    serial: 1,
    keys: [],
    releases: [],
    ...change,
  };
}

describe('check 10: nobody hides a revocation', () => {
  const world = registryWorld();
  const forge = (change: Partial<Revocations>, signers = [world.registry.keys.curator]) =>
    world.registry.forge(
      world.registry.signed(layout.revocations, revocationsOf(world.registry.id, change), signers),
    );
  const refused = () => world.client.refuses('REVOCATIONS_INVALID', () => world.client.sync());
  const serial = async () =>
    ((await world.client.trusted()).head as { revocationsSerial: number }).revocationsSerial;

  it('accepts none, then the first and the next', async () => {
    await world.client.sync();
    assert.equal(await serial(), 0);
    for (const next of [1, 2]) {
      await world.registry.revoke({}, next);
      await world.registry.checkpoint();
      await world.client.sync();
      assert.equal(await serial(), next);
    }
  });

  it('refuses an index that has none any more', async () => {
    await forge({});
    await world.client.sync();
    await world.registry.forge(new Map([[layout.revocations, null]]));
    await refused();
  });

  it('refuses an earlier serial', async () => {
    await forge({ serial: 2 });
    await world.client.sync();
    await forge({ serial: 1 });
    await refused();
  });

  it('refuses revocations that the curators have not signed', async () => {
    await world.client.sync();
    await forge({}, [world.registry.keys.root]);
    await refused();
    await forge({}, []);
    await refused();
  });

  it('refuses a signature that was made for another serial', async () => {
    await world.client.sync();
    const { curator } = world.registry.keys;
    const document = revocationsOf(world.registry.id);
    await world.registry.forge(world.registry.signed(layout.revocations, document, [curator], 7));
    const error = await refused();
    assert.match(error.message, /n=7", not .*n=1"/);
  });

  it('refuses those of another registry', async () => {
    await world.client.sync();
    await forge({ registry: `udr1${'a'.repeat(52)}` as Revocations['registry'] });
    await refused();
  });

  it('refuses others than the checkpoint promises', async () => {
    await world.client.sync();
    for (const promise of [
      { serial: 1, sha256: 'a'.repeat(64) as Sha256 },
      { serial: 0, sha256: null },
    ]) {
      await world.registry.forge(
        world.registry.signed(layout.revocations, revocationsOf(world.registry.id), [
          world.registry.keys.curator,
        ]),
        { checkpoint: (document) => ({ ...document, revocations: promise }) },
      );
      await refused();
    }
  });

  it('refuses another serial than the checkpoint promises', async () => {
    await world.client.sync();
    await world.registry.forge(
      world.registry.signed(layout.revocations, revocationsOf(world.registry.id), [
        world.registry.keys.curator,
      ]),
      {
        checkpoint: (document) => ({
          ...document,
          revocations: { ...document.revocations, serial: 2 },
        }),
      },
    );
    await refused();
  });
});

describe('check 10: a revoked key vouches for nothing', () => {
  const world = registryWorld();
  const revoke = (key: typeof ada) =>
    world.registry.forge(
      world.registry.signed(
        layout.revocations,
        revocationsOf(world.registry.id, { keys: [{ fp: key.fingerprint, reason: 'stolen' }] }),
        [world.registry.keys.curator],
      ),
    );

  it('refuses a publisher whose owner key was revoked', async () => {
    await world.client.plugin(notes);
    await revoke(ada);
    const error = await world.client.refusesPlugin('PUBLISHER_INVALID', notes);
    assert.match(error.message, new RegExp(`publisher ada .*${ada.fingerprint.slice(0, 16)} \\(stolen\\)`));
    assert.match(error.hint ?? '', /udos registry publisher recover/);
    assert.deepEqual(error.data, { publisher: 'ada', revoked: [ada.fingerprint] });
  });

  it('refuses a document whose release key was revoked, and accepts it with another', async () => {
    const [lost, kept] = [testKey('lost'), testKey('kept')];
    const bob: PublisherDocument = {
      type: 'udos/publisher@1',
      registry: world.registry.id,
      publisher: 'bob' as Publisher,
      version: 1,
      previous: null,
      displayName: 'Bob',
      keys: Object.fromEntries([ada, lost, kept].map((key) => [key.fingerprint, key.encoded])),
      owners: { keys: [ada.fingerprint], threshold: 1 },
      release: { keys: [lost.fingerprint, kept.fingerprint], threshold: 1 },
    };
    await world.registry.edit(
      world.registry.signed(layout.publisher(bob.publisher, 1), bob, [world.registry.keys.curator, ada]),
    );
    await world.registry.publish('bob/lists', '1.0.0', {}, lost);
    await world.registry.publish('bob/tasks', '1.0.0', {}, kept);
    await world.registry.checkpoint();
    await world.client.plugin('bob/lists');
    await revoke(lost);
    const error = await world.client.refusesPlugin('DOCUMENT_INVALID', 'bob/lists');
    assert.match(error.message, new RegExp(`bob/lists .*${lost.fingerprint.slice(0, 16)} \\(stolen\\)`));
    assert.match(error.hint ?? '', /udos remove bob\/lists/);
    assert.deepEqual(error.data.revoked, [lost.fingerprint]);
    assert.deepEqual((await world.client.plugin('bob/tasks')).signers, [kept.fingerprint]);
  });
});

describe('check 13: a recalled release is reported', () => {
  const world = registryWorld();
  const reasonAfter = async (releases: Partial<Revocations['releases'][number]>[]) => {
    await world.registry.revoke({
      releases: releases.map((release) => ({ name: notes, reason: 'leaks keys', ...release })) as never,
    });
    await world.registry.checkpoint();
    const plugin = await world.client.plugin(notes);
    const [release] = plugin.document.releases;
    assert.ok(release);
    return plugin.revocationOf(release);
  };
  const integrity = async () => (await world.registry.document(notes))?.releases[0]?.integrity;

  it('by its version, by its integrity, or with all others', async () => {
    const version = '1.0.0' as never;
    assert.equal(await reasonAfter([{ version }]), 'leaks keys');
    assert.equal(await reasonAfter([{ version: '*' }]), 'leaks keys');
    const bytes = (await integrity()) as never;
    assert.equal(await reasonAfter([{ version, integrity: bytes }]), 'leaks keys');
    assert.equal(await reasonAfter([{ version, registry: world.registry.id }]), 'leaks keys');
  });

  it('but not for another version, other bytes, another name or another registry', async () => {
    const version = '1.0.0' as never;
    const others = [
      { version: '1.0.1' as never },
      { version, integrity: `sha512-${'A'.repeat(86)}==` as never },
      { version, name: 'ada/votes' as PluginName },
      { version, registry: `udr1${'a'.repeat(52)}` as never },
    ];
    assert.equal(await reasonAfter(others), undefined);
  });

  it('and never installed, though a lockfile has it', async () => {
    await reasonAfter([{ version: '*' }]);
    const plugin = await world.client.plugin(notes);
    const [release] = plugin.document.releases;
    assert.ok(release);
    const locked = { ...release, registry: world.registry.id, signers: [...plugin.signers], publisher: 1 };
    await refusalOf('RELEASE_REVOKED', async () => Promise.resolve(claimOf(notes, locked, plugin)));
  });
});
