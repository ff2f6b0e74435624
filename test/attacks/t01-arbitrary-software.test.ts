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
import { Stage } from './stage.js';

const second = testKey('the second of two');
const update = ['update'] as const;

threat('T1', 'Arbitrary software', () => {
  const stage = new Stage();

  const nobodyAndAStranger: readonly (readonly [string, readonly Signer[]])[] = [
    ['that nobody signed', []],
    ['that a stranger signed', [thief]],
  ];
  for (const [how, signers] of nobodyAndAStranger) {
    it(`a root ${how}`, async () => {
      await forgeRoot(stage.registry, (root) => root, signers);
      const { stderr } = await stage.refuses('ROOT_INVALID', update);
      assert.match(stderr, /trust\/root\/2\.json needs the signatures of 1 of 1 keys .* 0 are good/);
    });

    it(`a checkpoint ${how}`, async () => {
      await stage.registry.forge(new Map(), { signers });
      await stage.refuses('CHECKPOINT_INVALID', update);
    });

    it(`a publisher ${how}`, async () => {
      await forgePublisher(stage.registry, (document) => document, signers);
      await stage.refuses('PUBLISHER_INVALID', update, { moves: ['trust'], recover: adaGoesOn });
    });

    it(`a plugin document ${how}`, async () => {
      await forgeDocument(stage.registry, undefined, signers);
      await stage.refuses('DOCUMENT_INVALID', update, { moves: ['trust'], recover: adaGoesOn });
    });
  }
  /** A head was seen that the checkpoint key signed, so the owner cannot go back behind it. */
  async function adaGoesOn(): Promise<void> {
    const publisher = layout.publisher('ada' as Publisher, 2);
    const stray = stage.registry.published.paths.filter((file) => file.startsWith(publisher));
    await stage.registry.forge(new Map(stray.map((file) => [file, null])));
    await forgeDocument(stage.registry);
  }

  it('an artifact with other bytes', async () => {
    await stage.registry.tamper(layout.artifact(notes, '1.1.0' as Version), flipped);
    const { stderr } = await stage.refuses('ARTIFACT_MISMATCH', update);
    assert.match(stderr, /sha512-\S+.*sha512-\S+/s);
  });

  it('an artifact that a stranger signed', async () => {
    await forgeRelease(stage.registry, { artifactSigner: thief });
    await stage.refuses('ARTIFACT_SIGNATURE_INVALID', update, {
      moves: ['trust'],
      recover: () => withdrawForgedRelease(stage.registry),
    });
  });

  it('a key of the checkpoint role in place of the one that the root names', async () => {
    await stage.registry.swapKey(layout.root(1), stage.registry.keys.checkpoint, thief);
    const newcomer = stage.newcomer();
    await stage.refuses('REGISTRY_ID_MISMATCH', ['install', '--frozen'], { victim: newcomer });
  });

  it('a release key in place of the one that the publisher named', async () => {
    await stage.registry.swapKey(layout.publisher('ada' as Publisher, 1), ada, thief);
    await stage.refuses('PUBLISHER_INVALID', update, {
      moves: ['trust'],
      recover: async () => {
        const file = layout.publisher('ada' as Publisher, 1);
        const honest = await stage.registry.withSidecars(file, stage.registry.main);
        await stage.registry.forge(honest);
      },
    });
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
      const { stderr } = await stage.refuses('ROOT_INVALID', update, seen);
      assert.match(stderr, /needs the signatures of 2 of 2 keys .* 1 are good/);
    });

    it('a root with one signature twice, under both names', async () => {
      const seen = await twoForRoots();
      const path = layout.root(3);
      const changes = stage.registry.signed(path, await followingRoot(stage.registry), [second]);
      copySidecar(changes, path, second, stage.registry.keys.root);
      await stage.registry.forge(changes, { checkpoint: (document) => ({ ...document, root: 3 }) });
      await stage.refuses('ROOT_INVALID', update, seen);
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
      await stage.refuses('ROOT_INVALID', update);
    });

    it('a root that asks for two signatures of one key', async () => {
      const { root: first } = stage.registry.keys;
      await forgeRoot(
        stage.registry,
        (root) => ({ ...root, roles: { ...root.roles, root: twoOf(first, first) } }),
        [first],
      );
      await stage.refuses('ROOT_INVALID', update);
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
      await stage.refuses('DOCUMENT_INVALID', ['update', '--yes'], {
        moves: ['trust'],
        recover: () => stage.registry.forge(stage.registry.signed(path, next, [ada, second])),
      });
    });
  });

  function copySidecar(changes: Map<string, Uint8Array>, path: IndexPath, from: Signer, to: Signer): void {
    const signature = changes.get(stage.registry.sidecar(path, from));
    assert.ok(signature);
    changes.set(stage.registry.sidecar(path, to), signature);
  }
});
