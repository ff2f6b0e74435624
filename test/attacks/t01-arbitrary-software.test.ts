import assert from 'node:assert/strict';
import type { KeyRole, PublisherDocument, Root } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { IndexPath, Publisher } from '../../src/model/names.js';
import type { Version } from '../../src/model/version.js';
import type { Signer } from '../../src/registry/index.js';
import { testKey } from '../kit/keys.js';
import { threat } from '../kit/threat.js';
import {
  ada,
  flipped,
  followingRoot,
  forgeDocument,
  forgePublisher,
  forgeRelease,
  forgeRoot,
  notes,
  thief,
  withdrawForgedRelease,
} from './forgeries.js';
import { unsigned } from './because.js';
import { aHead, Stage } from './stage.js';

const second = testKey('the second of two');
const update = ['update'] as const;
const isByAnotherKey = /The signature is by key [0-9A-F]{16}, not by key [0-9A-F]{16}/;

threat('T1', 'Arbitrary software', () => {
  const stage = new Stage();

  const nobodyAndAStranger: readonly (readonly [string, readonly Signer[]])[] = [
    ['that nobody signed', []],
    ['that a stranger signed', [thief]],
  ];
  for (const [how, signers] of nobodyAndAStranger) {
    it(`a root ${how}`, async () => {
      await forgeRoot(stage.registry, (root) => root, signers);
      await stage.refuses('ROOT_INVALID', unsigned('the root role of root 1'), update);
    });

    it(`a checkpoint ${how}`, async () => {
      await stage.registry.forge(new Map(), { signers });
      await stage.refuses('CHECKPOINT_INVALID', unsigned('the checkpoint role'), update);
    });

    it(`a publisher ${how}`, async () => {
      await forgePublisher(stage.registry, (document) => document, signers);
      await stage.refuses('PUBLISHER_INVALID', unsigned('the owners of version 1'), update, {
        moves: aHead,
        recover: adaGoesOn,
      });
    });

    it(`a plugin document ${how}`, async () => {
      await forgeDocument(stage.registry, undefined, signers);
      await stage.refuses('DOCUMENT_INVALID', unsigned('the release role of ada, version 1'), update, {
        moves: aHead,
        recover: adaGoesOn,
      });
    });
  }
  /** A head was seen that the checkpoint key signed, so the owner cannot go back behind it. */
  async function adaGoesOn(): Promise<void> {
    const publisher = layout.publisher('ada' as Publisher, 2);
    const stray = stage.registry.published.paths.filter((file) => file.startsWith(publisher));
    await stage.registry.forge(new Map(stray.map((file) => [file, null])));
    await forgeDocument(stage.registry);
  }

  it('a checkpoint that no witness signed, where the root names one', async () => {
    const witness = testKey('witness');
    const { checkpoint } = stage.registry.keys;
    const seen = await stage.goOn(
      (registry) =>
        registry.nextRoot((root) => ({
          ...root,
          keys: { ...root.keys, [witness.fingerprint]: witness.encoded },
          roles: { ...root.roles, witness: { keys: [witness.fingerprint], threshold: 1 } },
        })),
      { witness },
    );
    await stage.registry.forge(new Map(), { signers: [checkpoint] });
    await stage.refuses('CHECKPOINT_INVALID', unsigned('the witness role'), update, seen);
  });

  it('an artifact with other bytes', async () => {
    await stage.registry.tamper(layout.artifact(notes, '1.1.0' as Version), flipped);
    await stage.refuses('ARTIFACT_MISMATCH', /its digest is sha512-\S+, the index says sha512-/, update);
  });

  it('an artifact that a stranger signed', async () => {
    await forgeRelease(stage.registry, { artifactSigner: thief });
    await stage.refuses(
      'ARTIFACT_SIGNATURE_INVALID',
      { version: '1.2.0', problems: isByAnotherKey },
      update,
      {
        moves: [...aHead, 'trust/plugins/ada--notes'],
        recover: () => withdrawForgedRelease(stage.registry),
      },
    );
  });

  it('a key of the checkpoint role in place of the one that the root names', async () => {
    await stage.registry.swapKey(layout.root(1), stage.registry.keys.checkpoint, thief);
    const newcomer = stage.newcomer();
    await stage.refuses('REGISTRY_ID_MISMATCH', { expected: stage.registry.id }, ['install', '--frozen'], {
      victim: newcomer,
    });
  });

  it('a release key in place of the one that the publisher named', async () => {
    await stage.registry.swapKey(layout.publisher('ada' as Publisher, 1), ada, thief);
    await stage.refuses(
      'PUBLISHER_INVALID',
      { role: 'the grant role', problems: /did not sign these bytes/ },
      update,
      {
        moves: aHead,
        recover: async () => {
          const file = layout.publisher('ada' as Publisher, 1);
          const honest = await stage.registry.withSidecars(file, stage.registry.main);
          await stage.registry.forge(honest);
        },
      },
    );
  });

  describe('where two of two keys must sign', () => {
    const twoOf = (...keys: readonly Signer[]): KeyRole => ({
      keys: keys.map((key) => key.fingerprint),
      threshold: 2,
    });
    const withKeys = <T extends Root | PublisherDocument>(document: T, ...keys: readonly Signer[]): T => ({
      ...document,
      keys: { ...document.keys, ...Object.fromEntries(keys.map((key) => [key.fingerprint, key.encoded])) },
    });
    const twoForRoots = () => {
      const { root: first } = stage.registry.keys;
      return stage.goOn((registry) =>
        registry.nextRoot(
          (root) => ({ ...withKeys(root, second), roles: { ...root.roles, root: twoOf(first, second) } }),
          [first, second],
        ),
      );
    };

    it('a root that one of them signed', async () => {
      const seen = await twoForRoots();
      await forgeRoot(stage.registry, (root) => root, [second]);
      await stage.refuses(
        'ROOT_INVALID',
        { role: 'the root role of root 2', threshold: 2, signers: [second.fingerprint] },
        update,
        seen,
      );
    });

    it('a root with one signature twice, under both names', async () => {
      const seen = await twoForRoots();
      const path = layout.root(3);
      const changes = stage.registry.signed(path, await followingRoot(stage.registry), [second]);
      copySidecar(changes, path, second, stage.registry.keys.root);
      await stage.registry.forge(changes, { checkpoint: (document) => ({ ...document, root: 3 }) });
      await stage.refuses(
        'ROOT_INVALID',
        { role: 'the root role of root 2', signers: [second.fingerprint], problems: isByAnotherKey },
        update,
        seen,
      );
    });

    it('a root that lists one key under two fingerprints', async () => {
      const { root: first } = stage.registry.keys;
      await forgeRoot(
        stage.registry,
        (root) => ({
          ...withKeys(root, second),
          keys: { ...root.keys, [second.fingerprint]: first.encoded },
          roles: { ...root.roles, root: twoOf(first, second) },
        }),
        [first],
      );
      await stage.refuses(
        'ROOT_INVALID',
        /lists a key under [0-9a-f]{64}, but its fingerprint is [0-9a-f]{64}/,
        update,
      );
    });

    it('a root that asks for two signatures of one key', async () => {
      const { root: first } = stage.registry.keys;
      await forgeRoot(
        stage.registry,
        (root) => ({ ...root, roles: { ...root.roles, root: twoOf(first, first) } }),
        [first],
      );
      await stage.refuses('ROOT_INVALID', { problem: /"roles\.root\.keys": lists something twice/ }, update);
    });

    it('a plugin document with one signature twice, under both names', async () => {
      const both = (document: PublisherDocument) => ({
        ...withKeys(document, second),
        release: twoOf(ada, second),
      });
      await forgePublisher(stage.registry, both, [ada]);
      const path = layout.document(notes);
      const known = await stage.registry.document(notes);
      assert.ok(known);
      const next = { ...known, serial: known.serial + 1 };
      const changes = stage.registry.signed(path, next, [ada]);
      copySidecar(changes, path, ada, second);
      await stage.registry.forge(changes);
      await stage.refuses(
        'DOCUMENT_INVALID',
        { role: 'the release role of ada, version 2', signers: [ada.fingerprint], problems: isByAnotherKey },
        ['update', '--yes'],
        {
          moves: [...aHead, 'trust/publishers/ada'],
          recover: () => stage.registry.forge(stage.registry.signed(path, next, [ada, second])),
        },
      );
    });
  });

  function copySidecar(changes: Map<string, Uint8Array>, path: IndexPath, from: Signer, to: Signer): void {
    const signature = changes.get(stage.registry.sidecar(path, from));
    assert.ok(signature);
    changes.set(stage.registry.sidecar(path, to), signature);
  }
});
