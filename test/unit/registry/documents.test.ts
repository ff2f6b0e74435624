import assert from 'node:assert/strict';
import type { PluginDocument } from '../../../src/model/formats/index.js';
import { layout } from '../../../src/model/index-layout.js';
import type { PluginName, Publisher } from '../../../src/model/names.js';
import type { Signer } from '../../../src/registry/index.js';
import { Client, readPlugin } from '../../kit/client.js';
import { testKey } from '../../kit/keys.js';
import { registryWorld } from './world.js';

const ada = testKey('ada');
const notes = 'ada/notes' as PluginName;

describe('check 12: a plugin document is its publisher’s newest word', () => {
  const world = registryWorld();

  /** Publishes what `change` makes of the document of ada/notes, with the next serial, unjudged. */
  const forge = async (
    change: (document: PluginDocument) => PluginDocument = (document) => document,
    {
      signers = [ada] as readonly Signer[],
      path = layout.document(notes),
      n = undefined as number | undefined,
    } = {},
  ) => {
    const known = await world.registry.document(notes);
    assert.ok(known);
    const document = change({ ...known, serial: known.serial + 1 });
    await world.registry.forge(world.registry.signed(path, document, signers, n));
  };
  const changeRelease =
    (change: Partial<PluginDocument['releases'][number]>) =>
    (document: PluginDocument): PluginDocument => ({
      ...document,
      releases: document.releases.map((release) => ({ ...release, ...change })),
    });

  beforeEach(() => world.client.plugin(notes));

  it('accepts the next serial, with a new release', async () => {
    await world.registry.publish(notes, '1.1.0');
    await world.registry.checkpoint();
    const { document } = await world.client.plugin(notes);
    assert.deepEqual(
      document.releases.map((release) => release.version),
      ['1.0.0', '1.1.0'],
    );
  });

  it('takes a plugin that was never there for just that', async () => {
    assert.equal(await readPlugin(await world.client.sync(), 'ada/nothing'), undefined);
    assert.equal(await readPlugin(await world.client.sync(), 'nobody/nothing'), undefined);
  });

  it('reads many plugins of many publishers at once', async () => {
    await world.registry.publisher('bob');
    await world.registry.publish('ada/lists', '1.0.0');
    await world.registry.publish('bob/tasks', '2.0.0');
    await world.registry.checkpoint();
    const wanted = ['bob/tasks', 'ada/nothing', 'ada/notes', 'ada/lists'] as PluginName[];
    const found = await (await world.client.sync()).plugins(wanted);
    assert.deepEqual([...found.keys()], ['bob/tasks', 'ada/notes', 'ada/lists']);
  });

  it('refuses one that nobody signed, or somebody else', async () => {
    for (const signers of [[], [testKey('stranger')], [world.registry.keys.curator]]) {
      await forge(undefined, { signers });
      await world.client.refusesPlugin('DOCUMENT_INVALID', notes);
    }
  });

  it('refuses a signature for another serial', async () => {
    await forge(undefined, { n: 7 });
    await world.client.refusesPlugin('DOCUMENT_INVALID', notes);
  });

  it('refuses a document of another plugin in its place', async () => {
    await forge((document) => ({ ...document, name: 'ada/votes' as PluginName }));
    await world.client.refusesPlugin('DOCUMENT_INVALID', notes);
    await forge(undefined, { path: layout.document('ada/votes' as PluginName) });
    await world.client.refusesPlugin('DOCUMENT_INVALID', 'ada/votes');
  });

  it('refuses a document of another registry', async () => {
    await forge((document) => ({ ...document, registry: `udr1${'a'.repeat(52)}` as never }));
    await world.client.refusesPlugin('DOCUMENT_INVALID', notes);
  });

  it('refuses a document without its publisher', async () => {
    const bob = 'bob/notes' as PluginName;
    await forge((document) => ({ ...document, name: bob }), { path: layout.document(bob) });
    await world.client.refusesPlugin('DOCUMENT_INVALID', bob);
  });

  it('refuses what is no plugin document', async () => {
    await forge((document) => ({ ...document, rating: 5 }) as PluginDocument);
    await world.client.refusesPlugin('DOCUMENT_INVALID', notes);
  });

  it('refuses an earlier serial, though it was good once', async () => {
    const old = await world.registry.bytes(layout.document(notes));
    const sidecar = world.registry.sidecar(layout.document(notes), ada);
    const signature = await world.registry.bytes(sidecar);
    await world.registry.publish(notes, '1.1.0');
    await world.registry.checkpoint();
    await world.client.plugin(notes);
    await world.registry.forge(
      new Map([
        [layout.document(notes), old],
        [sidecar, signature],
      ]),
    );
    const error = await world.client.refusesPlugin('DOCUMENT_ROLLBACK', notes);
    assert.equal((error.data.before as { serial: number }).serial, 2);
    assert.equal((error.data.now as { serial: number }).serial, 1);
  });

  it('starts over, without an alarm, when another command has read a newer head meanwhile', async () => {
    const index = await world.client.sync();
    const other = new Client(world.registry, world.clock, world.client.store);
    await world.registry.publish(notes, '1.1.0');
    await world.registry.checkpoint();
    await other.plugin(notes);
    await world.client.refuses('INDEX_MOVED', () => readPlugin(index, notes));
    assert.equal((await world.client.plugin(notes)).document.serial, 2);
  });

  it('refuses other bytes with the same serial', async () => {
    await forge((document) => ({ ...document, serial: document.serial - 1, description: 'Another.' }));
    await world.client.refusesPlugin('DOCUMENT_ROLLBACK', notes);
  });

  it('refuses an index that has the plugin no more, and does not call it missing', async () => {
    const { paths } = world.registry.published;
    const gone = paths.filter((file) => file.startsWith(layout.document(notes)));
    await world.registry.forge(new Map(gone.map((file) => [file, null])));
    await world.client.refusesPlugin('DOCUMENT_ROLLBACK', notes);
  });

  it('refuses a document from which a release vanished', async () => {
    await forge((document) => ({ ...document, releases: [] }));
    const error = await world.client.refusesPlugin('RELEASE_CHANGED', notes);
    assert.equal(error.data.version, '1.0.0');
  });

  for (const [field, value] of [
    ['integrity', `sha512-${'A'.repeat(86)}==`],
    ['permissions', ['net:example.org']],
    ['dependencies', { 'ada/evil': '*' }],
    ['urls', ['https://example.org/other.tgz']],
    ['published', '2020-01-01T00:00:00Z'],
  ] as const) {
    it(`refuses a release with other ${field}`, async () => {
      await forge(changeRelease({ [field]: value }));
      await world.client.refusesPlugin('RELEASE_CHANGED', notes);
    });
  }

  it('lets a release be yanked, and the yank be taken back', async () => {
    for (const yanked of ['it eats notes', false] as const) {
      await world.registry.reissue(notes, changeRelease({ yanked }));
      await world.registry.checkpoint();
      const { document } = await world.client.plugin(notes);
      assert.equal(document.releases[0]?.yanked, yanked);
    }
  });

  it('lets the fields of a release change their order', async () => {
    await world.registry.reissue(notes, (document) => ({
      ...document,
      releases: document.releases.map(
        (release) => Object.fromEntries(Object.entries(release).reverse()) as typeof release,
      ),
    }));
    await world.registry.checkpoint();
    assert.equal((await world.client.plugin(notes)).document.serial, 2);
  });

  it('asks for as many signatures as the release role does', async () => {
    const second = testKey('second');
    const [both, one] = [2, 1].map((threshold) => ({
      keys: [ada.fingerprint, second.fingerprint],
      threshold,
    }));
    const bob = {
      type: 'udos/publisher@1',
      registry: world.registry.id,
      publisher: 'bob' as Publisher,
      version: 1,
      previous: null,
      displayName: 'Bob',
      keys: { [ada.fingerprint]: ada.encoded, [second.fingerprint]: second.encoded },
      owners: one,
      release: both,
    };
    await world.registry.forge(
      world.registry.signed(layout.publisher(bob.publisher, 1), bob, [world.registry.keys.curator, ada]),
    );
    const plugin = 'bob/notes' as PluginName;
    const path = layout.document(plugin);
    await forge((document) => ({ ...document, name: plugin }), { path, signers: [ada, second] });
    const { signers } = await world.client.plugin(plugin);
    assert.deepEqual(signers, [ada.fingerprint, second.fingerprint].sort());
    await forge((document) => ({ ...document, name: plugin, serial: 3 }), { path, signers: [second] });
    await world.client.refusesPlugin('DOCUMENT_INVALID', plugin);
  });
});
