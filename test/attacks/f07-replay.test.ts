import { layout, trustedComment } from '../../src/model/index-layout.js';
import type { IndexPath, PluginName, Publisher } from '../../src/model/names.js';
import { formatJson } from '../../src/primitives/json/index.js';
import type { TestKey } from '../kit/keys.js';
import { threat } from '../kit/threat.js';
import { ada, followingRoot, forgeRelease, notes, withdrawForgedRelease } from './forgeries.js';
import { aHead, Stage } from './stage.js';

const other = 'ada/other' as PluginName;

threat('F7', 'Replayed statements', () => {
  const stage = new Stage();
  /** The head is genuine; what was replayed below it goes. */
  const without = (...files: string[]) => ({
    moves: aHead,
    recover: async () => {
      const { registry } = stage;
      const changes = new Map<string, Uint8Array | null>();
      for (const file of registry.published.paths.filter((one) =>
        files.some((start) => one.startsWith(start)),
      ))
        changes.set(file, null);
      for (const file of files.filter((one) => registry.main.paths.includes(one)))
        for (const [path, bytes] of await registry.withSidecars(file, registry.main))
          changes.set(path, bytes);
      await registry.forge(changes);
    },
  });

  it('the document of one plugin, as that of another', async () => {
    await stage.registry.replay(layout.document(notes), layout.document(other));
    await stage.refuses(
      'DOCUMENT_INVALID',
      /other\.json is about ada\/notes/,
      ['add', 'ada/other', 'bob/base'],
      {
        ...without(layout.document(other)),
        recover: async () => {
          await without(layout.document(other)).recover();
          await stage.registry.publish('ada/other', '1.0.0');
          await stage.registry.forge(
            await stage.registry.withSidecars(layout.document(other), stage.registry.main),
          );
          const artifact = layout.artifact(other, '1.0.0' as never);
          await stage.registry.smuggle(new Map([[artifact, await stage.registry.bytes(artifact)]]));
        },
      },
    );
  });

  it('a document of the same plugin and key in another registry', async () => {
    const there = await stage.anotherRegistry();
    await stage.registry.replay(layout.document(notes), layout.document(notes), there.published);
    await stage.refuses(
      'DOCUMENT_INVALID',
      /notes\.json belongs to the registry udr1/,
      ['update'],
      without(layout.document(notes)),
    );
  });

  it('a publisher with the same key in another registry', async () => {
    const there = await stage.anotherRegistry();
    const path = layout.publisher('ada' as Publisher, 1);
    await stage.registry.replay(path, path, there.published);
    await stage.refuses(
      'PUBLISHER_INVALID',
      /publisher\/1\.json has the registry udr1\w+, not udr1/,
      ['update'],
      without(path),
    );
  });

  it('the revocations of another registry', async () => {
    const there = await stage.anotherRegistry();
    await there.revoke({}, 1);
    await stage.registry.replay(layout.revocations, layout.revocations, there.main);
    await stage.refuses('REVOCATIONS_INVALID', { problem: `they belong to ${there.id}` }, ['update']);
  });

  it('the checkpoint of another registry', async () => {
    const there = await stage.anotherRegistry();
    await stage.registry.smuggle(await there.withSidecars(layout.checkpoint));
    await stage.refuses('CHECKPOINT_INVALID', { field: 'registry', found: there.id }, ['update']);
  });

  it('a checkpoint that says another registry, though its signature says this one', async () => {
    const there = await stage.anotherRegistry();
    await stage.registry.forge(new Map(), {
      checkpoint: (document) => ({ ...document, registry: there.id }),
    });
    await stage.refuses('CHECKPOINT_INVALID', { field: 'registry', found: there.id }, ['update']);
  });

  it('the signature of one release, on another version of the same plugin', async () => {
    const { release } = stage.registry.makeRelease(notes, '1.0.0' as never, {}, ada);
    await forgeRelease(stage.registry, { says: { minisig: release.minisig } });
    await stage.refuses(
      'ARTIFACT_SIGNATURE_INVALID',
      { problems: /version=1\.0\.0\\?", not .*version=1\.2\.0\\?"/ },
      ['update'],
      {
        moves: [...aHead, 'trust/plugins/ada--notes'],
        recover: () => withdrawForgedRelease(stage.registry),
      },
    );
  });

  describe('a signature over the very bytes, made for another registry,', () => {
    const elsewhere = `udr1${'a'.repeat(52)}`;
    /** Says in place of the honest signature of `key` that it is for a registry elsewhere. */
    const resigned = (key: TestKey, file: IndexPath, bytes: Uint8Array, type: string, n: number) => {
      const comment = trustedComment.file(type, elsewhere, file, n);
      return new Map([[stage.registry.sidecar(file, key), Buffer.from(key.sign(bytes, comment))]]);
    };
    const forElsewhere = (role: string) => ({ role, problems: new RegExp(`registry=${elsewhere} .*, not `) });

    it('beside a root', async () => {
      const { root: key } = stage.registry.keys;
      const file = layout.root(2);
      const bytes = Buffer.from(formatJson(await followingRoot(stage.registry)));
      await stage.registry.forge(new Map([[file, bytes], ...resigned(key, file, bytes, 'root@1', 2)]), {
        checkpoint: (document) => ({ ...document, root: 2 }),
      });
      await stage.refuses('ROOT_INVALID', forElsewhere('the root role of root 1'), ['update']);
    });

    it('beside a checkpoint', async () => {
      const { checkpoint: key } = stage.registry.keys;
      await stage.registry.forge(new Map());
      const bytes = await stage.registry.bytes(layout.checkpoint, stage.registry.published);
      await stage.registry.smuggle(resigned(key, layout.checkpoint, bytes, 'checkpoint@1', 4));
      await stage.refuses('CHECKPOINT_INVALID', forElsewhere('the checkpoint role'), ['update']);
    });

    it('beside a publisher', async () => {
      const file = layout.publisher('ada' as Publisher, 1);
      const bytes = await stage.registry.bytes(file);
      await stage.registry.forge(resigned(ada, file, bytes, 'publisher@1', 1));
      const because = forElsewhere('the owners of version 1');
      await stage.refuses('PUBLISHER_INVALID', because, ['update'], without(file));
    });

    it('beside a plugin document', async () => {
      const file = layout.document(notes);
      const bytes = await stage.registry.bytes(file);
      await stage.registry.forge(resigned(ada, file, bytes, 'plugin@1', 2));
      const because = forElsewhere('the release role of ada, version 1');
      await stage.refuses('DOCUMENT_INVALID', because, ['update'], without(file));
    });

    it('beside the revocations', async () => {
      const { curator: key } = stage.registry.keys;
      const seen = await stage.goOn((registry) => registry.revoke({}, 1));
      const bytes = await stage.registry.bytes(layout.revocations);
      await stage.registry.forge(resigned(key, layout.revocations, bytes, 'revocations@1', 1));
      await stage.refuses('REVOCATIONS_INVALID', forElsewhere('the curator role'), ['update'], seen);
    });
  });

  it('a review, on another plugin, version or registry: reviews are not built yet');
});
