import assert from 'node:assert/strict';
import { hasCode } from '../../../src/errors/index.js';
import type { IndexSource } from '../../../src/model/index-source.js';
import { indexPath } from '../../../src/model/names.js';

export type Tree = Readonly<Record<string, string | Uint8Array>>;

/** One place that an index is published at, with the sources that read it. */
export interface SourceWorld {
  /** True when a head keeps answering from its own state after the next publish. */
  readonly snapshots: boolean;
  /** Replaces the whole published tree. Before the first call nothing is published. */
  publish(files: Tree): Promise<void>;
  /** A new source over the same place and the same caches, as the next run of the program has it. */
  source(): IndexSource;
  dispose(): Promise<void>;
}

const checkpointPath = 'trust/checkpoint.json';

/** What every source of an index must do, whatever it reads from. Each story gets a world of its own. */
export function describeIndexSource(name: string, makeWorld: () => Promise<SourceWorld>): void {
  describe(`${name} as an index source`, () => {
    let world: SourceWorld;
    let issue = 0;

    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.dispose());

    /** Every publish has a checkpoint of its own, as in a real index. */
    const publish = (files: Tree) => {
      issue += 1;
      return world.publish({ [checkpointPath]: JSON.stringify({ issue }), ...files });
    };

    it('hands out the bytes of many files of one head', async () => {
      await publish({ 'registry.json': '{"name":"test"}', 'plugins/ad/ada/notes.json': '{"serial":1}' });

      const answer = await read(world.source(), ['registry.json', 'plugins/ad/ada/notes.json']);

      assert.equal(text(answer['registry.json']), '{"name":"test"}');
      assert.equal(text(answer['plugins/ad/ada/notes.json']), '{"serial":1}');
    });

    it('hands out the checkpoint like any other file', async () => {
      await publish({ [checkpointPath]: '{"sequence":7}' });

      const answer = await read(world.source(), [checkpointPath]);

      assert.equal(text(answer[checkpointPath]), '{"sequence":7}');
    });

    it('leaves out what the index lacks, folders, and paths that go through a file', async () => {
      await publish({ 'registry.json': '{}', 'plugins/ad/ada/notes.json': '{}' });

      const answer = await read(world.source(), [
        'registry.json',
        'plugins/ad/ada/tasks.json',
        'plugins/ad/ada',
        'nowhere/at/all.json',
        'registry.json/inside',
      ]);

      assert.deepEqual(Object.keys(answer), ['registry.json']);
    });

    it('answers an empty question with nothing', async () => {
      await publish({});

      assert.deepEqual(await read(world.source(), []), {});
    });

    it('keeps binary and empty files byte for byte', async () => {
      const everyByte = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
      const lineEnds = 'a\r\nb\nc\r';
      await publish({ 'artifacts/ada/notes/1.0.0.tgz': everyByte, 'empty.txt': '', 'ends.txt': lineEnds });

      const answer = await read(world.source(), ['artifacts/ada/notes/1.0.0.tgz', 'empty.txt', 'ends.txt']);

      assert.deepEqual(plain(answer['artifacts/ada/notes/1.0.0.tgz']), everyByte);
      assert.equal(plain(answer['empty.txt']).length, 0);
      assert.equal(text(answer['ends.txt']), lineEnds);
    });

    it('reads deep nests and a hundred paths at once', async () => {
      const deep = `discussions/udr1${'a'.repeat(52)}/ad/ada/notes/topic-1/0001.json`;
      const many = Array.from({ length: 100 }, (_, index) => `plugins/ad/ada/plugin-${index}.json`);
      await publish({ [deep]: 'deep', ...Object.fromEntries(many.map((path) => [path, `of ${path}`])) });

      const answer = await read(world.source(), [deep, ...many]);

      assert.equal(text(answer[deep]), 'deep');
      assert.equal(Object.keys(answer).length, 101);
      for (const path of many) assert.equal(text(answer[path]), `of ${path}`);
    });

    it('answers two questions to one head at the same time', async () => {
      await publish({ 'a.json': 'a', 'b.json': 'b' });
      const head = await world.source().head();

      const [first, second] = await Promise.all([
        head.read([indexPath('a.json')], 100),
        head.read([indexPath('b.json')], 100),
      ]);

      assert.equal(text(first.get(indexPath('a.json'))), 'a');
      assert.equal(text(second.get(indexPath('b.json'))), 'b');
    });

    it('names the same snapshot alike, and another differently', async () => {
      await publish({ 'a.json': '1' });
      const first = await world.source().head();
      const again = await world.source().head();
      await publish({ 'a.json': '2' });
      const later = await world.source().head();

      assert.notEqual(first.snapshot, '');
      assert.equal(again.snapshot, first.snapshot);
      assert.notEqual(later.snapshot, first.snapshot);
    });

    it('sees a new publish with the next head, of the same source and of a new one', async () => {
      await publish({ 'a.json': 'old', 'gone.json': 'old' });
      const source = world.source();
      assert.equal(text((await read(source, ['a.json']))['a.json']), 'old');

      await publish({ 'a.json': 'new', 'fresh.json': 'new' });

      for (const reader of [source, world.source()]) {
        const answer = await read(reader, ['a.json', 'gone.json', 'fresh.json']);
        assert.deepEqual(Object.keys(answer).sort(), ['a.json', 'fresh.json']);
        assert.equal(text(answer['a.json']), 'new');
      }
    });

    it('keeps an old head on its own state, where the source can promise it', async function () {
      if (!world.snapshots) return this.skip();
      await publish({ 'a.json': 'old', 'gone.json': 'old' });
      const head = await world.source().head();
      await publish({ 'a.json': 'new' });
      await world.source().head();

      const answer = await head.read([indexPath('a.json'), indexPath('gone.json')], 100);

      assert.equal(text(answer.get(indexPath('a.json'))), 'old');
      assert.equal(text(answer.get(indexPath('gone.json'))), 'old');
    });

    it('takes a file of exactly the limit and refuses one byte more', async () => {
      await publish({ 'fits.bin': new Uint8Array(64), 'larger.bin': new Uint8Array(65) });
      const head = await world.source().head();

      assert.equal((await head.read([indexPath('fits.bin')], 64)).size, 1);
      await assert.rejects(head.read([indexPath('fits.bin'), indexPath('larger.bin')], 64), (error) =>
        hasCode(error, 'TRANSFER_LIMIT'),
      );
    });

    it('says INDEX_NOT_FOUND where nothing was published', async () => {
      await assert.rejects(world.source().head(), (error) => hasCode(error, 'INDEX_NOT_FOUND'));
    });

    it('tells people where it reads from', () => {
      assert.notEqual(world.source().location, '');
    });
  });
}

async function read(source: IndexSource, paths: readonly string[]): Promise<Record<string, Uint8Array>> {
  const head = await source.head();
  return Object.fromEntries(await head.read(paths.map(indexPath), 1024 * 1024));
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** A Buffer and a Uint8Array of the same bytes are the same to us. */
function plain(bytes: Uint8Array | undefined): Uint8Array {
  assert.ok(bytes);
  return Uint8Array.from(bytes);
}
