import assert from 'node:assert/strict';
import type { PublisherDocument } from '../../../src/model/formats/index.js';
import { layout } from '../../../src/model/index-layout.js';
import type { PluginName, Publisher, Sha256 } from '../../../src/model/names.js';
import { sha256Hex } from '../../../src/primitives/crypto/index.js';
import type { Signer } from '../../../src/registry/index.js';
import { testKey } from '../../kit/keys.js';
import { registryWorld } from './world.js';

const ada = testKey('ada');
const next = testKey('the next key of ada');
const name = 'ada' as Publisher;
const notes = 'ada/notes' as PluginName;

describe('check 11: publisher versions are walked like roots', () => {
  const world = registryWorld();

  const firstVersion = async (): Promise<[PublisherDocument, Sha256]> => {
    const bytes = await world.registry.bytes(layout.publisher(name, 1));
    const document = JSON.parse(Buffer.from(bytes).toString()) as PublisherDocument;
    return [document, sha256Hex(bytes) as Sha256];
  };
  /** What follows version 1, with all roles passed to `key`. */
  const secondVersion = async (key: Signer, change: Partial<PublisherDocument> = {}) => {
    const [first, previous] = await firstVersion();
    const role = { keys: [key.fingerprint], threshold: 1 };
    const keys = { [key.fingerprint]: key.encoded };
    return { ...first, version: 2, previous, keys, owners: role, release: role, ...change };
  };
  /** A publisher version with a document that the new release key signs again, unjudged. */
  const forge = async (
    document: PublisherDocument,
    signers: readonly Signer[],
    version = document.version,
  ) => {
    const plugin = await world.registry.document(notes);
    assert.ok(plugin);
    await world.registry.forge(
      new Map([
        ...world.registry.signed(layout.publisher(name, version), document, signers),
        ...world.registry.signed(layout.document(notes), plugin, [ada, next]),
      ]),
    );
  };
  const refused = () => world.client.refusesPlugin('PUBLISHER_INVALID', notes);

  it('remembers the first one it sees, and calls that no change', async () => {
    const plugin = await world.client.plugin(notes);
    assert.equal(plugin.publisherChange, undefined);
    assert.deepEqual(plugin.signers, [ada.fingerprint]);
    assert.deepEqual([...plugin.artifactKeys.values()], [ada.encoded]);
  });

  it('accepts new keys that the owners before and after signed for, and reports the change once', async () => {
    await world.client.plugin(notes);
    await forge(await secondVersion(next), [ada, next]);
    const plugin = await world.client.plugin(notes);
    assert.deepEqual(plugin.publisherChange, { publisher: 'ada', kind: 'keys', from: 1, to: 2 });
    assert.deepEqual(plugin.signers, [next.fingerprint]);
    assert.deepEqual([...plugin.artifactKeys.keys()].sort(), [ada.fingerprint, next.fingerprint].sort());
    assert.equal((await world.client.plugin(notes)).publisherChange, undefined);
  });

  it('calls a new display name no change of keys', async () => {
    await world.client.plugin(notes);
    await forge(await secondVersion(ada, { displayName: 'Ada L.' }), [ada]);
    assert.equal((await world.client.plugin(notes)).publisherChange, undefined);
  });

  it('refuses a signature that was made for another version', async () => {
    await world.client.plugin(notes);
    const second = await secondVersion(ada);
    await world.registry.forge(world.registry.signed(layout.publisher(name, 2), second, [ada], 3));
    const error = await refused();
    assert.match(error.message, /n=3", not .*n=2"/);
  });

  it('refuses new keys that signed for themselves alone', async () => {
    await world.client.plugin(notes);
    await forge(await secondVersion(next), [next]);
    await refused();
  });

  it('refuses new keys that only the old owners signed for', async () => {
    await world.client.plugin(notes);
    await forge(await secondVersion(next), [ada]);
    await refused();
  });

  it('refuses curators who rotate keys without saying that it is a recovery', async () => {
    await world.client.plugin(notes);
    await forge(await secondVersion(next), [world.registry.keys.curator, next]);
    await refused();
  });

  it('accepts a recovery by the curators, and marks it', async () => {
    await world.client.plugin(notes);
    await forge(await secondVersion(next, { recovery: true }), [world.registry.keys.curator]);
    const plugin = await world.client.plugin(notes);
    assert.deepEqual(plugin.publisherChange, { publisher: 'ada', kind: 'recovery', from: 1, to: 2 });
  });

  it('marks a recovery although another version came after it', async () => {
    await world.client.plugin(notes);
    const second = await secondVersion(next, { recovery: true });
    await forge(second, [world.registry.keys.curator]);
    const bytes = await world.registry.bytes(layout.publisher(name, 2), world.registry.published);
    await forge({ ...(await secondVersion(next)), version: 3, previous: sha256Hex(bytes) as Sha256 }, [next]);
    const plugin = await world.client.plugin(notes);
    assert.deepEqual(plugin.publisherChange, { publisher: 'ada', kind: 'recovery', from: 1, to: 3 });
  });

  it('refuses a recovery that the curators have not signed', async () => {
    await world.client.plugin(notes);
    await forge(await secondVersion(next, { recovery: true }), [ada, next]);
    await refused();
  });

  it('frees a publisher from a stolen key by a recovery, and not by less', async () => {
    await world.client.plugin(notes);
    const revocations = world.registry.signed(
      layout.revocations,
      {
        type: 'udos/revocations@1',
        registry: world.registry.id,
        serial: 1,
        keys: [{ fp: ada.fingerprint, reason: 'stolen' }],
        releases: [],
      } as { type: string },
      [world.registry.keys.curator],
    );
    await world.registry.forge(revocations);
    await forge(await secondVersion(next), [ada, next]);
    await refused();
    await forge(await secondVersion(next, { recovery: true }), [world.registry.keys.curator]);
    assert.equal((await world.client.plugin(notes)).publisherChange?.kind, 'recovery');
  });

  it('refuses a gap', async () => {
    await world.client.plugin(notes);
    await forge(await secondVersion(ada, { version: 3 }), [ada], 3);
    await refused();
  });

  it('refuses a version that follows other bytes', async () => {
    await world.client.plugin(notes);
    await forge(await secondVersion(ada, { previous: 'a'.repeat(64) as Sha256 }), [ada]);
    await refused();
  });

  it('refuses another first version than the one it has seen, though all signed for it', async () => {
    await world.client.plugin(notes);
    const [first] = await firstVersion();
    await forge({ ...first, displayName: 'Another' }, [world.registry.keys.curator, ada]);
    await refused();
    await world.newClient().plugin(notes);
  });

  it('refuses an index that took the publisher away, or its newest version', async () => {
    await forge(await secondVersion(next), [ada, next]);
    await world.client.plugin(notes);
    await world.registry.rewindTo(1);
    world.clock.advanceDays(1);
    await world.registry.forge(new Map());
    world.clock.advanceDays(1);
    const gone = world.newClient();
    await gone.store.savePublisher(name, (await world.client.store.readPublisher(name)) as never);
    await gone.refusesPlugin('PUBLISHER_INVALID', notes);
    const files = world.registry.published.paths.filter((one) =>
      one.startsWith(`${layout.publisherFolder(name)}/`),
    );
    await world.registry.forge(new Map(files.map((file) => [file, null])));
    await gone.refusesPlugin('PUBLISHER_INVALID', notes);
  });

  describe('at the first version', () => {
    const forgeFirst = async (signers: readonly Signer[], change: Partial<PublisherDocument> = {}) => {
      const [first] = await firstVersion();
      await forge({ ...first, ...change }, signers, 1);
    };

    it('refuses one that the registry has not granted', async () => {
      await forgeFirst([ada], { displayName: 'Another' });
      await refused();
    });

    it('refuses one that its owners have not signed', async () => {
      await forgeFirst([world.registry.keys.curator], { displayName: 'Another' });
      await refused();
    });

    it('refuses the grant of another publisher or registry', async () => {
      const both = [world.registry.keys.curator, ada];
      await forgeFirst(both, { publisher: 'adam' as Publisher });
      await refused();
      await forgeFirst(both, { registry: `udr1${'a'.repeat(52)}` as never });
      await refused();
    });

    it('refuses a key under the fingerprint of another', async () => {
      await forgeFirst([world.registry.keys.curator, ada], {
        keys: { [ada.fingerprint]: next.encoded },
      });
      await refused();
    });

    it('asks the grant role where the root names one', async () => {
      const granter = testKey('granter');
      await world.registry.nextRoot((root) => ({
        ...root,
        keys: { ...root.keys, [granter.fingerprint]: granter.encoded },
        roles: { ...root.roles, grant: { keys: [granter.fingerprint], threshold: 1 } },
      }));
      const root = new Map<string, Uint8Array>();
      for (const file of world.registry.main.paths.filter((one) => one.startsWith(layout.root(2))))
        root.set(file, await world.registry.bytes(file));
      await world.registry.forge(root, { checkpoint: (document) => ({ ...document, root: 2 }) });
      await refused();
      await forgeFirst([granter, ada]);
      assert.ok(await world.client.plugin(notes));
    });
  });
});
