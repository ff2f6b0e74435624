import assert from 'node:assert/strict';
import type { Root } from '../../../src/model/formats/index.js';
import { layout } from '../../../src/model/index-layout.js';
import type { Sha256 } from '../../../src/model/names.js';
import { sha256Hex } from '../../../src/primitives/crypto/index.js';
import type { Signer } from '../../../src/registry/index.js';
import { testKey } from '../../kit/keys.js';
import { TestRegistry } from '../../kit/test-registry.js';
import { registryWorld } from './world.js';

const replacement = testKey('another key');

/** The role passes from the key that held it to another. */
function handOver(root: Root, role: 'root' | 'curator' | 'checkpoint', key: Signer = replacement): Root {
  return {
    ...root,
    keys: { ...root.keys, [key.fingerprint]: key.encoded },
    roles: { ...root.roles, [role]: { keys: [key.fingerprint], threshold: 1 } },
  };
}

describe('check 3: roots are walked one by one', () => {
  const world = registryWorld();

  const secondRoot = async (change: (root: Root) => Root = (root) => root): Promise<Root> => {
    const bytes = await world.registry.bytes(layout.root(1));
    const first = JSON.parse(Buffer.from(bytes).toString()) as Root;
    return change({ ...first, version: 2, previous: sha256Hex(bytes) as Sha256 });
  };
  /** Publishes a root that nobody checked, with a checkpoint under it. */
  const forgeRoot = async (root: Root, signers: readonly Signer[], version = 2): Promise<void> => {
    await world.registry.forge(world.registry.signed(layout.root(version), root, signers), {
      checkpoint: (document) => ({ ...document, root: version }),
    });
  };

  it('believes the first root because its hash is the id', async () => {
    const index = await world.client.sync();
    assert.equal(index.rootVersion, 1);
    assert.equal(index.root.name, 'main');
  });

  it('refuses another registry in its place', async () => {
    const other = await TestRegistry.create(world.sandbox.at('other'), 'other', world.clock);
    await world.client.refuses('REGISTRY_ID_MISMATCH', () => world.client.sync({}, other.id));
  });

  it('refuses a first root that its own key has not signed', async () => {
    await world.registry.tamper(world.registry.sidecar(layout.root(1), world.registry.keys.root), () => null);
    await world.client.refuses('ROOT_INVALID', () => world.client.sync());
  });

  it('follows a new root key that the old and the new one signed for', async () => {
    await world.client.sync();
    await world.registry.nextRoot((root) => handOver(root, 'root'), [world.registry.keys.root, replacement]);
    await world.registry.checkpoint();
    assert.equal((await world.client.sync()).rootVersion, 2);
    assert.equal((await world.client.trusted()).root, 2);
  });

  it('follows many roots at once, as does a machine that begins now', async () => {
    await world.client.sync();
    for (let version = 2; version <= 10; version += 1) await world.registry.nextRoot((root) => root);
    await world.registry.checkpoint();
    assert.equal((await world.client.sync()).rootVersion, 10);
    assert.equal((await world.newClient().sync()).rootVersion, 10);
  });

  it('never looks at what lies behind a gap', async () => {
    await world.client.sync();
    const third = { ...(await secondRoot()), version: 3 };
    await world.registry.forge(world.registry.signed(layout.root(3), third, [replacement]));
    assert.equal((await world.client.sync()).rootVersion, 1);
    await world.registry.forge(new Map(), { checkpoint: (document) => ({ ...document, root: 3 }) });
    await world.client.refuses('CHECKPOINT_INVALID', () => world.client.sync());
  });

  it('refuses a root that follows other bytes than the trusted ones', async () => {
    await world.client.sync();
    await forgeRoot(
      await secondRoot((root) => ({ ...root, previous: sha256Hex(Buffer.alloc(0)) as Sha256 })),
      [world.registry.keys.root],
    );
    const error = await world.client.refuses('ROOT_INVALID', () => world.client.sync());
    assert.equal(error.data.found, sha256Hex(Buffer.alloc(0)));
  });

  it('refuses a root that says it is another version', async () => {
    await world.client.sync();
    await forgeRoot(await secondRoot((root) => ({ ...root, version: 3 })), [world.registry.keys.root]);
    await world.client.refuses('ROOT_INVALID', () => world.client.sync());
  });

  it('refuses a new root key that only the old one signed for', async () => {
    await world.client.sync();
    await forgeRoot(await secondRoot((root) => handOver(root, 'root')), [world.registry.keys.root]);
    await world.client.refuses('ROOT_INVALID', () => world.client.sync());
  });

  it('refuses a new root key that signed for itself alone', async () => {
    await world.client.sync();
    await forgeRoot(await secondRoot((root) => handOver(root, 'root')), [replacement]);
    await world.client.refuses('ROOT_INVALID', () => world.client.sync());
  });

  it('refuses a root by a key of another role', async () => {
    await world.client.sync();
    const { curator, checkpoint } = world.registry.keys;
    await forgeRoot(await secondRoot(), [curator, checkpoint]);
    await world.client.refuses('ROOT_INVALID', () => world.client.sync());
  });

  it('refuses a signature that was made for another version', async () => {
    await world.client.sync();
    const root = await secondRoot();
    await world.registry.forge(world.registry.signed(layout.root(2), root, [world.registry.keys.root], 3), {
      checkpoint: (document) => ({ ...document, root: 2 }),
    });
    await world.client.refuses('ROOT_INVALID', () => world.client.sync());
  });

  it('refuses a key that is listed under the fingerprint of another', async () => {
    await world.client.sync();
    const { curator, root: key } = world.registry.keys;
    await forgeRoot(
      await secondRoot((root) => ({
        ...root,
        keys: { ...root.keys, [curator.fingerprint]: replacement.encoded },
      })),
      [key],
    );
    await world.client.refuses('ROOT_INVALID', () => world.client.sync());
  });

  describe('where two of two keys must sign', () => {
    beforeEach(async () => {
      const { root: key } = world.registry.keys;
      await world.registry.nextRoot(
        (root) => ({
          ...handOver(root, 'root'),
          roles: { ...root.roles, root: { keys: [key.fingerprint, replacement.fingerprint], threshold: 2 } },
        }),
        [key, replacement],
      );
      await world.registry.checkpoint();
      await world.client.sync();
    });

    const thirdRoot = async (): Promise<Root> => {
      const bytes = await world.registry.bytes(layout.root(2));
      const second = JSON.parse(Buffer.from(bytes).toString()) as Root;
      return { ...second, version: 3, previous: sha256Hex(bytes) as Sha256 };
    };

    it('accepts both', async () => {
      await world.registry.nextRoot((root) => root, [world.registry.keys.root, replacement]);
      await world.registry.checkpoint();
      assert.equal((await world.client.sync()).rootVersion, 3);
    });

    it('refuses one of them', async () => {
      await forgeRoot(await thirdRoot(), [replacement], 3);
      await world.client.refuses('ROOT_INVALID', () => world.client.sync());
    });

    it('does not count one key twice because it signs under two names', async () => {
      const changes = world.registry.signed(layout.root(3), await thirdRoot(), [replacement]);
      const signature = changes.get(world.registry.sidecar(layout.root(3), replacement)) ?? Buffer.alloc(0);
      changes.set(world.registry.sidecar(layout.root(3), world.registry.keys.root), signature);
      await world.registry.forge(changes, { checkpoint: (document) => ({ ...document, root: 3 }) });
      await world.client.refuses('ROOT_INVALID', () => world.client.sync());
    });
  });

  it('keeps a root that was good though the next one is not', async () => {
    await world.client.sync();
    await world.registry.nextRoot((root) => handOver(root, 'root'), [world.registry.keys.root, replacement]);
    await world.registry.checkpoint();
    const bytes = await world.registry.bytes(layout.root(2));
    const second = JSON.parse(Buffer.from(bytes).toString()) as Root;
    const third = { ...second, version: 3, previous: sha256Hex(bytes) as Sha256 };
    await forgeRoot(third, [world.registry.keys.root], 3);
    await world.client.refuses('ROOT_INVALID', () => world.client.sync(), { root: 2 });
  });
});

describe('check 4: the newest root is in force', () => {
  const world = registryWorld();

  it('does not mind an expired root in the middle', async () => {
    await world.registry.nextRoot((root) => ({
      ...root,
      expires: '2026-12-01T00:00:00Z' as Root['expires'],
    }));
    await world.registry.checkpoint();
    await world.registry.nextRoot((root) => ({
      ...root,
      expires: '2030-12-01T00:00:00Z' as Root['expires'],
    }));
    await world.registry.checkpoint();
    world.clock.advanceDays(30);
    assert.equal((await world.client.sync()).rootVersion, 3);
  });

  it('refuses an expired last root, but installs offline from what is known', async () => {
    await world.registry.nextRoot((root) => ({
      ...root,
      expires: '2026-12-01T00:00:00Z' as Root['expires'],
    }));
    await world.registry.checkpoint();
    await world.client.plugin('ada/notes');
    world.clock.advanceDays(30);
    await world.client.refuses('ROOT_EXPIRED', () => world.client.sync());
    assert.ok(await world.client.plugin('ada/notes', { sources: [] }));
    assert.equal(world.client.warnings.length, 1);
  });

  it('forgets what a removed checkpoint key may have made up, and keeps it as evidence', async () => {
    await world.registry.publish('ada/notes', '1.1.0');
    await world.registry.checkpoint();
    await world.client.plugin('ada/notes');
    await world.registry.publish('ada/notes', '9.9.9');
    await world.registry.checkpoint();
    await world.client.plugin('ada/notes');

    await world.registry.rewindTo(1);
    await world.registry.reissue('ada/notes', (document) => ({
      ...document,
      serial: 2,
      releases: document.releases.slice(0, 1),
    }));
    await world.registry.nextRoot((root) => handOver(root, 'checkpoint'));
    await world.registry.checkpoint({ signer: replacement });

    const index = await world.client.sync();
    assert.equal(index.sequence, 2);
    const plugins = await index.plugins(['ada/notes' as never]);
    assert.equal([...plugins.values()][0]?.document.releases.length, 1);
    const [name] = world.client.evidence.keys();
    assert.match(name ?? '', /-reset$/);

    // A lockfile that was written under the thief's sequence does not hold anybody back either.
    assert.equal((await world.client.sync({ locked: { root: 1, sequence: 1000 } })).sequence, 2);
    assert.equal((await world.newClient().sync({ locked: { root: 1, sequence: 1000 } })).sequence, 2);
    await world.client.refuses('INDEX_ROLLBACK', () =>
      world.client.sync({ locked: { root: 2, sequence: 3 } }),
    );
  });

  it('forgets nothing when the checkpoint key stays', async () => {
    await world.registry.publish('ada/notes', '1.1.0');
    await world.registry.checkpoint();
    await world.client.plugin('ada/notes');
    await world.registry.rewindTo(1);
    await world.registry.nextRoot((root) => handOver(root, 'curator'));
    world.clock.advanceDays(1);
    const changes = new Map<string, Uint8Array>();
    for (const path of world.registry.main.paths.filter((one) => one.startsWith('trust/root/2')))
      changes.set(path, await world.registry.bytes(path));
    await world.registry.forge(changes, { checkpoint: (document) => ({ ...document, root: 2 }) });
    await world.client.refuses('INDEX_EQUIVOCATION', () => world.client.sync(), { root: 2 });
  });
});
