import { layout, trustedComment } from '../../src/model/index-layout.js';
import type { PluginName, Publisher } from '../../src/model/names.js';
import type { Version } from '../../src/model/version.js';
import { threat } from '../kit/threat.js';
import { ada, forgeDocument, forgeRelease, withdrawForgedRelease, type LyingRelease } from './forgeries.js';
import type { Because } from './because.js';
import { aHead, Stage } from './stage.js';

const update = ['update'] as const;
const documentOf = (name: string) => layout.document(name as PluginName);
const artifactOf = (name: string, version: string) => layout.artifact(name as PluginName, version as Version);

threat('T11', 'Wrong software', () => {
  const stage = new Stage({
    story: async (registry) => {
      // Short, so that its artifact fits where another is expected.
      await registry.publish('ada/lists', '1.2.0', { description: 'L' });
    },
  });
  const honestDocument = (name: string) => async () => {
    await stage.registry.forge(await stage.registry.withSidecars(documentOf(name), stage.registry.main));
  };

  describe('a genuine document', () => {
    it('of one plugin in the place of another of its publisher', async () => {
      await stage.registry.replay(documentOf('ada/notes'), documentOf('ada/lists'));
      await stage.refuses(
        'DOCUMENT_INVALID',
        /plugins\/ad\/ada\/lists\.json is about ada\/notes/,
        ['add', 'ada/lists'],
        {
          moves: aHead,
          recover: honestDocument('ada/lists'),
        },
      );
    });

    it('of one plugin in the place of another publisher’s', async () => {
      await stage.registry.replay(documentOf('ada/notes'), documentOf('bob/base'));
      await stage.refuses(
        'DOCUMENT_INVALID',
        /plugins\/bo\/bob\/base\.json is about ada\/notes/,
        ['add', 'bob/base'],
        {
          moves: [...aHead, 'trust/publishers/bob'],
          recover: honestDocument('bob/base'),
        },
      );
    });

    it('of another registry, by the same key', async () => {
      const other = await stage.anotherRegistry();
      await stage.registry.replay(documentOf('ada/notes'), documentOf('ada/notes'), other.published);
      await stage.refuses('DOCUMENT_INVALID', /belongs to the registry udr1/, update, {
        moves: aHead,
        recover: honestDocument('ada/notes'),
      });
    });

    it('of one plugin, signed by its publisher for the place of another', async () => {
      await forgeDocument(stage.registry, undefined, [ada], { path: documentOf('ada/lists') });
      await stage.refuses(
        'DOCUMENT_INVALID',
        /plugins\/ad\/ada\/lists\.json is about ada\/notes/,
        ['add', 'ada/lists'],
        {
          moves: aHead,
          recover: honestDocument('ada/lists'),
        },
      );
    });

    it('with a signature over the same bytes for another serial', async () => {
      await forgeDocument(stage.registry, undefined, [ada], { n: 7 });
      await stage.refuses('DOCUMENT_INVALID', { problems: / n=7\\?", not .* n=3\\?"/ }, update, {
        moves: aHead,
        recover: honestDocument('ada/notes'),
      });
    });

    it('with a signature over the same bytes for another path', async () => {
      const path = documentOf('ada/notes');
      const sidecar = stage.registry.sidecar(path, ada);
      const bytes = await stage.registry.bytes(path);
      const comment = trustedComment.file('plugin@1', stage.registry.id, documentOf('ada/lists'), 2);
      await stage.registry.forge(new Map([[sidecar, Buffer.from(ada.sign(bytes, comment))]]));
      await stage.refuses(
        'DOCUMENT_INVALID',
        { problems: /lists\.json n=2\\?", not .*notes\.json n=2\\?"/ },
        update,
        {
          moves: aHead,
          recover: honestDocument('ada/notes'),
        },
      );
    });

    it('of one publisher under the name of another', async () => {
      const of = (name: string) => layout.publisher(name as Publisher, 1);
      await stage.registry.replay(of('ada'), of('bob'));
      await stage.refuses(
        'PUBLISHER_INVALID',
        /publisher\/1\.json has the publisher ada, not bob/,
        ['add', 'bob/base'],
        {
          moves: aHead,
          recover: async () =>
            stage.registry.forge(await stage.registry.withSidecars(of('bob'), stage.registry.main)),
        },
      );
    });

    it('of the revocations of another registry', async () => {
      const other = await stage.anotherRegistry();
      await other.revoke({}, 1);
      await stage.registry.replay(layout.revocations, layout.revocations, other.main);
      await stage.refuses('REVOCATIONS_INVALID', { problem: `they belong to ${other.id}` }, update);
    });

    it('of the head of another registry, with its signatures', async () => {
      const other = await stage.anotherRegistry();
      const head = await other.withSidecars(layout.checkpoint);
      await stage.registry.smuggle(head);
      await stage.refuses('CHECKPOINT_INVALID', { field: 'registry', found: other.id }, update);
    });
  });

  describe('a genuine artifact', () => {
    for (const [what, from, because] of [
      [
        'of another version',
        artifactOf('ada/notes', '1.0.0'),
        /its digest is sha512-\S+, the index says sha512-/,
      ],
      ['of another plugin', artifactOf('ada/lists', '1.2.0'), /it has \d+ bytes, the index says \d+/],
    ] as const) {
      it(`${what}, served in its place`, async () => {
        const other = await stage.registry.bytes(from);
        await stage.registry.tamper(artifactOf('ada/notes', '1.1.0'), () => other);
        await stage.refuses('ARTIFACT_MISMATCH', because, update);
      });
    }

    const comment = (plugin: string, version: string) =>
      trustedComment.release(stage.registry.id, plugin as PluginName, version as Version);
    const signedAs = (plugin: string, version: string, as: string) => {
      const { artifact } = stage.registry.makeRelease(plugin as PluginName, version as Version, {}, ada);
      return ada.sign(artifact, as);
    };
    const lies: readonly (readonly [
      string,
      'ARTIFACT_SIGNATURE_INVALID' | 'MANIFEST_MISMATCH',
      Because,
      () => LyingRelease,
    ])[] = [
      [
        'of another version, listed with the signature of that',
        'ARTIFACT_SIGNATURE_INVALID',
        { problems: /version=1\.1\.0\\?", not .*version=1\.2\.0\\?"/ },
        () => ({ version: '1.1.0' }),
      ],
      [
        'of the version that is installed, which stays in the store',
        'ARTIFACT_SIGNATURE_INVALID',
        { problems: /version=1\.0\.0\\?", not .*version=1\.2\.0\\?"/ },
        () => ({ version: '1.0.0' }),
      ],
      [
        'of another plugin, listed with the signature of that',
        'ARTIFACT_SIGNATURE_INVALID',
        { problems: /plugin=ada\/lists .* not .*plugin=ada\/notes / },
        () => ({ plugin: 'ada/lists' }),
      ],
      [
        'of another version, signed for this one',
        'MANIFEST_MISMATCH',
        { field: 'version', expected: '"1.2.0"', found: '"1.1.0"' },
        () => ({
          version: '1.1.0',
          says: { minisig: signedAs('ada/notes', '1.1.0', comment('ada/notes', '1.2.0')) },
        }),
      ],
      [
        'of another plugin, signed for this one',
        'MANIFEST_MISMATCH',
        { field: 'name', expected: '"ada/notes"', found: '"ada/lists"' },
        () => ({
          plugin: 'ada/lists',
          says: { minisig: signedAs('ada/lists', '1.2.0', comment('ada/notes', '1.2.0')) },
        }),
      ],
      [
        'with a signature for another registry',
        'ARTIFACT_SIGNATURE_INVALID',
        { problems: /registry=udr1a{52} .* not .*registry=udr1/ },
        () => ({
          says: {
            minisig: signedAs(
              'ada/notes',
              '1.2.0',
              comment('ada/notes', '1.2.0').replace(stage.registry.id, `udr1${'a'.repeat(52)}`),
            ),
          },
        }),
      ],
    ];
    for (const [what, code, because, lie] of lies) {
      it(what, async () => {
        await forgeRelease(stage.registry, lie());
        await stage.refuses(code, because, update, {
          moves: [...aHead, 'trust/plugins/ada--notes'],
          recover: () => withdrawForgedRelease(stage.registry),
        });
      });
    }
  });
});
