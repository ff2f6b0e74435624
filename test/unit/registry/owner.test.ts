import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { formatTime, type PluginDocument, type PublisherDocument } from '../../../src/model/formats/index.js';
import { isRegistryId, type PluginName, type Publisher } from '../../../src/model/names.js';
import { layout } from '../../../src/model/index-layout.js';
import { judgeRelease } from '../../../src/operations/steps/judge-release.js';
import {
  judgeTree,
  prepareCheckpoint,
  registryIdOf,
  rememberPublished,
  withChanges,
  type Changes,
  type PreparedCheckpoint,
} from '../../../src/registry/index.js';
import { readPlugin, refusalOf, treeSource } from '../../kit/client.js';
import { testKey } from '../../kit/keys.js';
import { registryWorld } from './world.js';

const ada = testKey('ada');
const notes = 'ada/notes' as PluginName;
const path = layout.document(notes);

describe('an owner’s checkpoint', () => {
  const world = registryWorld();

  const prepare = (options: { first?: boolean; changes?: Changes; signer?: typeof ada } = {}) =>
    prepareCheckpoint({
      registry: world.registry.id,
      main: withChanges(world.registry.main, options.changes ?? new Map()),
      published: options.first === true ? undefined : world.registry.published,
      signers: [options.signer ?? world.registry.keys.checkpoint],
      now: world.clock.now().getTime(),
      lifetime: 24 * 60 * 60 * 1000,
      judgeRelease,
    });
  const resultOf = (prepared: PreparedCheckpoint, changes: Changes = new Map()) =>
    treeSource(withChanges(withChanges(world.registry.main, changes), prepared.changes));
  const badDocument = async () => {
    const document = await world.registry.document(notes);
    assert.ok(document);
    const changed: PluginDocument = { ...document, serial: document.serial + 1 };
    return world.registry.signed(path, changed, [testKey('stranger')]);
  };

  it('is what a client accepts after the one before', async () => {
    await world.client.plugin(notes);
    await world.registry.publish('ada/lists', '1.0.0');
    const prepared = await prepare();
    assert.deepEqual(prepared.keptBack, []);
    assert.equal(prepared.checkpoint.sequence, 2);
    assert.equal(prepared.checkpoint.expires, '2026-11-25T08:00:00Z');
    const index = await world.client.sync({ sources: [resultOf(prepared)] });
    assert.ok(await readPlugin(index, 'ada/lists'));
    assert.deepEqual(
      (await index.catalog()).map((line) => line.name),
      ['ada/lists', 'ada/notes'],
    );
  });

  it('keeps a bad document at its last good bytes, names it, and takes all else', async () => {
    await world.client.plugin(notes);
    await world.registry.publish('ada/lists', '1.0.0');
    const changes = await badDocument();
    const prepared = await prepare({ changes });
    assert.deepEqual(
      prepared.keptBack.map((problem) => [problem.path, problem.error.code]),
      [[path, 'DOCUMENT_INVALID']],
    );
    const index = await world.client.sync({ sources: [resultOf(prepared, changes)] });
    assert.equal((await readPlugin(index, notes))?.document.serial, 1);
    assert.ok(await readPlugin(index, 'ada/lists'));
  });

  it('leaves a bad document out when there were no good bytes before', async () => {
    await world.registry.publish('ada/lists', '1.0.0');
    const changes = await badDocument();
    const prepared = await prepare({ first: true, changes });
    assert.deepEqual(
      prepared.keptBack.map((problem) => problem.path),
      [path],
    );
    const index = await world.client.sync({ sources: [resultOf(prepared, changes)] });
    assert.equal(index.sequence, 1);
    assert.equal(await readPlugin(index, notes), undefined);
    assert.ok(await readPlugin(index, 'ada/lists'));
  });

  it('keeps back a release whose artifact is not the signed one', async () => {
    await world.registry.publish(notes, '1.1.0');
    const artifact = layout.artifact(notes, '1.1.0' as never);
    const changes = new Map([[artifact, Buffer.from('something else')]]);
    const prepared = await prepare({ changes });
    assert.deepEqual(
      prepared.keptBack.map((problem) => [problem.path, problem.error.code]),
      [[path, 'ARTIFACT_MISMATCH']],
    );
    const index = await world.client.sync({ sources: [resultOf(prepared, changes)] });
    assert.equal((await readPlugin(index, notes))?.document.releases.length, 1);
  });

  for (const place of ['artifacts/ada/lists/2.0.0.tgz', 'plugins/ad/ada/1.1.0.tgz']) {
    it(`keeps back a release that has ${place} as a place of its own`, async () => {
      await world.registry.publish(notes, '1.1.0');
      await world.registry.reissue(notes, (document) => ({
        ...document,
        releases: document.releases.map((release) =>
          release.version === '1.1.0' ? { ...release, urls: [...release.urls, place] } : release,
        ),
      }));
      const { keptBack } = await prepare();
      assert.deepEqual(
        keptBack.map((problem) => [problem.path, problem.error.code, problem.error.data.found]),
        [[path, 'DOCUMENT_INVALID', place]],
      );
    });
  }

  it('may say that its artifact is in a folder that the index does not use', async () => {
    await world.registry.publish(notes, '1.1.0');
    await world.registry.reissue(notes, (document) => ({
      ...document,
      releases: document.releases.map((release) =>
        release.version === '1.1.0' ? { ...release, urls: ['files/notes-1.1.0.tgz'] } : release,
      ),
    }));
    assert.deepEqual((await prepare()).keptBack, []);
  });

  it('keeps back a document that takes a published release away', async () => {
    await world.registry.reissue(notes, (document) => ({ ...document, releases: [] }));
    const { keptBack } = await prepare();
    assert.deepEqual(
      keptBack.map((problem) => problem.error.code),
      ['RELEASE_CHANGED'],
    );
  });

  it('keeps a published document that main has lost, and a publisher with it', async () => {
    await world.client.plugin(notes);
    for (const lost of [path, layout.namespace('ada' as Publisher)]) {
      const gone = world.registry.main.paths.filter((file) => file.startsWith(lost));
      const changes = new Map(gone.map((file) => [file, null]));
      const prepared = await prepare({ changes });
      assert.ok(prepared.keptBack.length > 0);
      const index = await world.newClient().sync({ sources: [resultOf(prepared, changes)] });
      assert.equal((await readPlugin(index, notes))?.document.serial, 1);
    }
  });

  it('keeps back a publisher that was taken over, with all that its new key signed', async () => {
    const thief = testKey('thief');
    const file = layout.publisher('ada' as Publisher, 1);
    const first = JSON.parse(Buffer.from(await world.registry.bytes(file)).toString()) as PublisherDocument;
    const role = { keys: [thief.fingerprint], threshold: 1 };
    const keys = { [thief.fingerprint]: thief.encoded };
    const known = await world.registry.document(notes);
    assert.ok(known);
    const document: PluginDocument = { ...known, serial: 2 };
    const taken: PublisherDocument = { ...first, keys, owners: role, release: role };
    const changes = new Map([
      ...world.registry.signed(file, taken, [thief]),
      ...world.registry.signed(path, document, [thief]),
    ]);
    await world.client.plugin(notes);
    const prepared = await prepare({ changes });
    assert.deepEqual(
      prepared.keptBack.map((problem) => problem.path).sort(),
      [layout.publisherFolder('ada' as Publisher), path].sort(),
    );
    const index = await world.client.sync({ sources: [resultOf(prepared, changes)] });
    assert.deepEqual((await readPlugin(index, notes))?.signers, [ada.fingerprint]);
  });

  it('keeps back a root that the old keys have not signed', async () => {
    const bytes = await world.registry.bytes(layout.root(1));
    const first = JSON.parse(Buffer.from(bytes).toString()) as { type: string };
    const second = { ...first, version: 2, previous: createHash('sha256').update(bytes).digest('hex') };
    const changes = world.registry.signed(layout.root(2), second, [testKey('stranger')]);
    const prepared = await prepare({ changes });
    assert.deepEqual(
      prepared.keptBack.map((problem) => problem.error.code),
      ['ROOT_INVALID'],
    );
    assert.equal((await world.client.sync({ sources: [resultOf(prepared, changes)] })).rootVersion, 1);
  });

  it('names a document that lies in the wrong folder', async () => {
    const misplaced = 'plugins/zz/ada/notes.json';
    const changes = new Map([[misplaced, await world.registry.bytes(path)]]);
    const store = await rememberPublished(world.registry.id, world.registry.published);
    const { problems } = await judgeTree({
      registry: world.registry.id,
      tree: withChanges(world.registry.main, changes),
      published: world.registry.published,
      store,
      now: world.clock.now().getTime(),
      judgeRelease,
    });
    assert.deepEqual(
      problems.map((problem) => [problem.path, problem.error.code]),
      [[misplaced, 'INDEX_INVALID']],
    );
  });

  it('follows an index that has expired', async () => {
    world.clock.advanceDays(400);
    assert.equal((await prepare()).checkpoint.sequence, 2);
  });

  it('is never issued in the future because the one before was', async () => {
    const issue = (minutes: number) =>
      world.registry.forge(new Map(), {
        checkpoint: (document) => ({
          ...document,
          issued: formatTime(new Date(world.clock.now().getTime() + minutes * 60_000)),
        }),
      });
    await issue(10);
    assert.equal((await prepare()).checkpoint.issued, '2026-11-24T08:10:00Z');
    await issue(11);
    const { hint } = await refusalOf('CHECKPOINT_INVALID', () => prepare());
    assert.match(hint ?? '', /--after 2/);
    world.clock.set('2026-11-24T08:01:00Z');
    assert.equal((await prepare()).checkpoint.issued, '2026-11-24T08:11:00Z');
  });

  it('refuses to be signed by a key that may not', async () => {
    await refusalOf('CHECKPOINT_INVALID', () => prepare({ signer: ada }));
  });

  it('takes no generated file from main', async () => {
    const fake = new Map([
      [layout.logChunk(1), Buffer.from('fake')],
      ['catalog/zz.jsonl', Buffer.from('fake')],
      ['plugins/ad/SHA256SUMS', Buffer.from('fake')],
    ]);
    await world.client.sync();
    const prepared = await prepare({ changes: fake });
    const index = await world.client.sync({ sources: [resultOf(prepared, fake)] });
    assert.deepEqual(
      (await index.catalog()).map((line) => line.name),
      [notes],
    );
  });
});

describe('a registry’s id', () => {
  it('is udr1 and 52 letters, and differs with every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const id = registryIdOf(bytes);
        assert.ok(isRegistryId(id), id);
        const other = Uint8Array.from(bytes, (byte, index) => (index === 0 ? byte ^ 1 : byte));
        assert.notEqual(registryIdOf(other), id);
      }),
    );
  });

  it('is the base32 that coreutils make of the hash', function () {
    if (process.platform !== 'linux') return this.skip();
    for (const text of ['', 'a root', '{"type":"udos/root@1"}\n']) {
      const input = createHash('sha256').update(text).digest();
      const base32 = execFileSync('base32', ['--wrap=0'], { input, encoding: 'utf8' });
      assert.equal(registryIdOf(Buffer.from(text)), `udr1${base32.toLowerCase().replaceAll('=', '').trim()}`);
    }
  });
});
