import { layout } from '../../src/model/index-layout.js';
import type { PluginName, Publisher } from '../../src/model/names.js';
import { threat } from '../kit/threat.js';
import { ada, forgeRelease, notes, withdrawForgedRelease } from './forgeries.js';
import { Stage } from './stage.js';

const other = 'ada/other' as PluginName;

threat('F7', 'Replayed statements', () => {
  const stage = new Stage();
  /** The head is genuine; what was replayed below it goes. */
  const without = (...files: string[]) => ({
    moves: ['trust'] as const,
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
    await stage.refuses('DOCUMENT_INVALID', ['add', 'ada/other', 'bob/base'], {
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
    });
  });

  it('a document of the same plugin and key in another registry', async () => {
    const there = await stage.anotherRegistry();
    await stage.registry.replay(layout.document(notes), layout.document(notes), there.published);
    await stage.refuses('DOCUMENT_INVALID', ['update'], without(layout.document(notes)));
  });

  it('a publisher with the same key in another registry', async () => {
    const there = await stage.anotherRegistry();
    const path = layout.publisher('ada' as Publisher, 1);
    await stage.registry.replay(path, path, there.published);
    await stage.refuses('PUBLISHER_INVALID', ['update'], without(path));
  });

  it('the revocations of another registry', async () => {
    const there = await stage.anotherRegistry();
    await there.revoke({}, 1);
    await stage.registry.replay(layout.revocations, layout.revocations, there.main);
    await stage.refuses('REVOCATIONS_INVALID', ['update']);
  });

  it('the checkpoint of another registry', async () => {
    const there = await stage.anotherRegistry();
    await stage.registry.smuggle(await there.withSidecars(layout.checkpoint));
    await stage.refuses('CHECKPOINT_INVALID', ['update']);
  });

  it('a checkpoint that says another registry, though its signature says this one', async () => {
    const there = await stage.anotherRegistry();
    await stage.registry.forge(new Map(), {
      checkpoint: (document) => ({ ...document, registry: there.id }),
    });
    await stage.refuses('CHECKPOINT_INVALID', ['update']);
  });

  it('the signature of one release, on another version of the same plugin', async () => {
    const { release } = stage.registry.makeRelease(notes, '1.0.0' as never, {}, ada);
    await forgeRelease(stage.registry, { says: { minisig: release.minisig } });
    await stage.refuses('ARTIFACT_SIGNATURE_INVALID', ['update'], {
      moves: ['trust'],
      recover: () => withdrawForgedRelease(stage.registry),
    });
  });

  it('a review, on another plugin, version or registry: reviews are not built yet');
});
