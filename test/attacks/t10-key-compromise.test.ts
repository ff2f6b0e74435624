import assert from 'node:assert/strict';
import type { PublisherDocument, Root } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { PluginName, Publisher, RegistryId, Sha256 } from '../../src/model/names.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
import type { Signer } from '../../src/registry/index.js';
import { holdKey } from '../kit/key-files.js';
import { testKey } from '../kit/keys.js';
import type { TestRegistry } from '../kit/test-registry.js';
import { threat } from '../kit/threat.js';
import {
  ada,
  bob,
  followingRoot,
  forgePublisher,
  forgeRelease,
  forgeRoot,
  notes,
  recoveryOfAda,
  takenOverBy,
  thief,
} from './forgeries.js';
import { unsigned } from './because.js';
import { aHead, Stage, type Moved } from './stage.js';

const update = ['update'] as const;
const base = 'bob/base' as PluginName;
const next = testKey('the next key');
const bobIsRead = ['trust/plugins/bob--base', 'trust/publishers/bob'] as const;

threat('T10', 'Key compromise', () => {
  const stage = new Stage();
  const honest = async (...files: string[]) => {
    const { registry } = stage;
    const changes = new Map<string, Uint8Array | null>();
    for (const file of files) {
      for (const stray of registry.published.paths.filter((one) => one.startsWith(file)))
        changes.set(stray, null);
      if (!registry.main.paths.includes(file)) continue;
      for (const [path, bytes] of await registry.withSidecars(file, registry.main)) changes.set(path, bytes);
    }
    await registry.forge(changes);
  };
  /** The checkpoint key's head is genuine; what the thief put below it is not. */
  const belowTheHead = (files: readonly string[], ...others: readonly Moved[]) => ({
    moves: [...aHead, ...others],
    recover: () => honest(...files),
  });
  const adaTwo = layout.publisher('ada' as Publisher, 2);

  describe('a thief with the checkpoint key', () => {
    const key = () => stage.registry.keys.checkpoint;

    it('publishes a release', async () => {
      await forgeRelease(stage.registry, { artifactSigner: key(), signers: [key()] });
      await stage.refuses(
        'DOCUMENT_INVALID',
        unsigned('the release role of ada, version 1'),
        update,
        belowTheHead([layout.document(notes)]),
      );
    });

    it('grants a name', async () => {
      await stage.registry.forge(grant(stage.registry, 'eve', thief, [key(), thief]));
      await stage.refuses('PUBLISHER_INVALID', unsigned('the grant role'), ['add', 'bob/base', 'eve/tool'], {
        ...belowTheHead([layout.publisher('eve' as Publisher, 1)], ...bobIsRead),
        recover: () => eveIsGranted(),
      });
    });

    it('takes over a publisher', async () => {
      await forgePublisher(stage.registry, takenOverBy(thief), [key(), thief]);
      await stage.refuses(
        'PUBLISHER_INVALID',
        unsigned('the owners of version 1'),
        update,
        belowTheHead([adaTwo]),
      );
    });

    it('makes a root', async () => {
      await forgeRoot(stage.registry, handOver('root', thief), [key(), thief]);
      await stage.refuses('ROOT_INVALID', unsigned('the root role of root 1'), update);
    });

    it('revokes a key', async () => {
      const document = {
        type: 'udos/revocations@1',
        registry: stage.registry.id,
        serial: 1,
        keys: [{ fp: ada.fingerprint, reason: 'says the thief' }],
        releases: [],
      } as const;
      await stage.registry.forge(stage.registry.signed(layout.revocations, document, [key()]));
      await stage.refuses('REVOCATIONS_INVALID', unsigned('the curator role'), update);
    });
  });

  describe('a thief with the release key of ada', () => {
    it('publishes for bob', async () => {
      const { release } = stage.registry.makeRelease(base, '1.0.1' as never, {}, ada);
      const known = await stage.registry.document(base);
      assert.ok(known);
      const document = { ...known, serial: known.serial + 1, releases: [...known.releases, release] };
      await stage.registry.forge(stage.registry.signed(layout.document(base), document, [ada]));
      await stage.refuses(
        'DOCUMENT_INVALID',
        { role: 'the release role of bob, version 1', signers: [] },
        ['add', base],
        belowTheHead([layout.document(base)], 'trust/publishers/bob'),
      );
    });

    it('publishes a head', async () => {
      await stage.registry.forge(new Map(), { signers: [ada] });
      await stage.refuses('CHECKPOINT_INVALID', unsigned('the checkpoint role'), update);
    });

    it('makes a root', async () => {
      await forgeRoot(stage.registry, handOver('root', ada), [ada]);
      await stage.refuses('ROOT_INVALID', unsigned('the root role of root 1'), update);
    });
  });

  describe('a thief with the key of the curators', () => {
    const key = () => stage.registry.keys.curator;

    it('publishes a release', async () => {
      await forgeRelease(stage.registry, { artifactSigner: key(), signers: [key()] });
      await stage.refuses(
        'DOCUMENT_INVALID',
        unsigned('the release role of ada, version 1'),
        update,
        belowTheHead([layout.document(notes)]),
      );
    });

    it('takes over a publisher, and does not say that it is a recovery', async () => {
      await forgePublisher(stage.registry, takenOverBy(thief), [key(), thief]);
      await stage.refuses(
        'PUBLISHER_INVALID',
        unsigned('the owners of version 1'),
        update,
        belowTheHead([adaTwo]),
      );
    });

    it('publishes a head', async () => {
      await stage.registry.forge(new Map(), { signers: [key()] });
      await stage.refuses('CHECKPOINT_INVALID', unsigned('the checkpoint role'), update);
    });

    it('makes a root', async () => {
      await forgeRoot(stage.registry, handOver('root', key()), [key()]);
      await stage.refuses('ROOT_INVALID', unsigned('the root role of root 1'), update);
    });
  });

  describe('a thief with the key of the curators, who waits for the owner to take it away', () => {
    const shared = new Stage({ kinds: ['local repository'] });

    it('leaves a recovery on main, and the owner does not sign it', async () => {
      const { registry, world } = shared;
      await registry.edit(await recoveryOfAda(registry, thief));
      const owner = world.newMachine('owner');
      const { root, checkpoint, curator } = registry.keys;
      for (const [name, key] of Object.entries({ root, ci: checkpoint, curator, next }))
        await holdKey(owner.home, name, key);
      const { stdout } = await owner
        .run(...['registry', 'rotate', '--index', registry.repository], '--replace', 'curator=next', '--yes')
        .succeeds();
      assert.match(stdout, /not signed anew[^]*2\.json: a recovery that gives ada to /);
      await owner.run('registry', 'checkpoint', '--index', registry.repository).succeeds();

      const victim = shared.victim();
      await victim.run('install', '--frozen').succeeds();
      victim.expectUnchanged('lockfile', 'project', 'installed', 'store', 'receipts');
      const newcomer = shared.newcomer();
      await newcomer.run('update').succeeds();
      assert.ok(!newcomer.read('udos-lock.json').includes(thief.fingerprint));
    });
  });

  describe('a root', () => {
    it('with a new key, signed by the old one only', async () => {
      await forgeRoot(stage.registry, handOver('root', thief), [stage.registry.keys.root]);
      await stage.refuses('ROOT_INVALID', unsigned('the root role of root 2'), update);
    });

    it('with a new key, signed by the new one only', async () => {
      await forgeRoot(stage.registry, handOver('root', thief), [thief]);
      await stage.refuses('ROOT_INVALID', unsigned('the root role of root 1'), update);
    });

    it('that follows another root 1, signed as it should be', async () => {
      const another = sha256Hex(Buffer.from('another root 1')) as Sha256;
      await forgeRoot(stage.registry, (root) => ({ ...root, previous: another }), [stage.registry.keys.root]);
      await stage.refuses('ROOT_INVALID', { expected: /^[0-9a-f]{64}$/, found: another }, update);
    });

    it('behind a gap', async () => {
      const root = { ...(await followingRoot(stage.registry)), version: 3 };
      const files = stage.registry.signed(layout.root(3), handOver('root', thief)(root), [thief]);
      await stage.registry.forge(files, { checkpoint: (document) => ({ ...document, root: 3 }) });
      await stage.refuses('CHECKPOINT_INVALID', { field: 'root', expected: 1, found: 3 }, update);
    });

    it('by a key that an earlier root took out', async () => {
      const { root: old } = stage.registry.keys;
      const seen = await stage.goOn((registry) => registry.nextRoot(handOver('root', next), [old, next]));
      await forgeRoot(stage.registry, handOver('root', thief), [old, thief]);
      await stage.refuses('ROOT_INVALID', unsigned('the root role of root 2'), update, seen);
    });
  });

  it('a release that only a revoked key vouches for', async () => {
    const robot = testKey('ada robot');
    const seen = await stage.goOn(async (registry) => {
      const two = await secondVersion(registry, (document) => ({
        ...document,
        keys: { ...document.keys, [robot.fingerprint]: robot.encoded },
        release: { keys: [ada.fingerprint, robot.fingerprint], threshold: 1 },
      }));
      await registry.edit(registry.signed(adaTwo, two, [ada]));
      await registry.revoke({ keys: [{ fp: robot.fingerprint, reason: 'stolen' }] });
    });
    await forgeRelease(stage.registry, { artifactSigner: robot, signers: [robot] });
    await stage.refuses('DOCUMENT_INVALID', { plugin: notes, revoked: [robot.fingerprint] }, update, {
      ...seen,
      moves: ['trust/head'],
      recover: () => honest(layout.document(notes)),
    });
  });

  it('a grant by a curator whose key was replaced', async () => {
    const { curator: old, root } = stage.registry.keys;
    const seen = await stage.goOn(async (registry) => {
      await registry.nextRoot(handOver('curator', next), [root]);
      for (const [name, key] of [
        ['ada', ada],
        ['bob', bob],
      ] as const)
        await registry.edit(grant(registry, name, key, [next, key]));
    });
    await stage.registry.forge(grant(stage.registry, 'eve', thief, [old, thief]));
    await stage.refuses('PUBLISHER_INVALID', unsigned('the grant role'), ['add', 'bob/base', 'eve/tool'], {
      ...seen,
      moves: ['trust/head', ...bobIsRead],
      recover: () => eveIsGranted(next),
    });
  });

  /** The same name, as the curators would have granted it, and a plugin of it. */
  async function eveIsGranted(curator: Signer = stage.registry.keys.curator): Promise<void> {
    const { registry } = stage;
    const tool = 'eve/tool' as PluginName;
    const { release, artifact } = registry.makeRelease(tool, '1.0.0' as never, {}, thief);
    const known = await registry.document(base);
    assert.ok(known);
    const document = { ...known, name: tool, serial: 1, releases: [release] };
    await registry.forge(
      new Map([
        ...grant(registry, 'eve', thief, [curator, thief]),
        ...registry.signed(layout.document(tool), document, [thief]),
        [layout.artifact(tool, '1.0.0' as never), artifact],
      ]),
    );
  }
});

function handOver(role: 'root' | 'curator' | 'checkpoint', key: Signer) {
  return (root: Root): Root => ({
    ...root,
    keys: { ...root.keys, [key.fingerprint]: key.encoded },
    roles: { ...root.roles, [role]: { keys: [key.fingerprint], threshold: 1 } },
  });
}

/** The first version of a publisher, whose bytes are those that the kit makes. */
function grant(
  registry: TestRegistry & { id: RegistryId },
  name: string,
  key: Signer,
  signers: readonly Signer[],
): Map<string, Uint8Array> {
  const role = { keys: [key.fingerprint], threshold: 1 };
  const document: PublisherDocument = {
    type: 'udos/publisher@1',
    registry: registry.id,
    publisher: name as Publisher,
    version: 1,
    previous: null,
    displayName: name,
    keys: { [key.fingerprint]: key.encoded },
    owners: role,
    release: role,
  };
  return registry.signed(layout.publisher(name as Publisher, 1), document, signers);
}

async function secondVersion(
  registry: TestRegistry,
  change: (document: PublisherDocument) => PublisherDocument,
): Promise<PublisherDocument> {
  const bytes = await registry.bytes(layout.publisher('ada' as Publisher, 1));
  const first = JSON.parse(Buffer.from(bytes).toString()) as PublisherDocument;
  return change({ ...first, version: 2, previous: sha256Hex(bytes) as Sha256 });
}
