import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { layout, sumsName } from '../../../src/model/index-layout.js';
import type { PluginName, Publisher, Sha256 } from '../../../src/model/names.js';
import { sha256Hex } from '../../../src/primitives/crypto/index.js';
import { createFolderSource, generateSums, withChanges } from '../../../src/registry/index.js';
import { createDiskTrustStore } from '../../../src/registry/trust/disk-trust-store.js';
import { formatSums, parseSums, sumsPath } from '../../../src/registry/trust/sums.js';
import { Client, readPlugin, refusalOf, treeSource } from '../../kit/client.js';
import { makeSandbox } from '../../kit/git-cli.js';
import { registryWorld } from './world.js';

const notes = layout.document('ada/notes' as PluginName);

describe('check 9: every file that is read is what the checkpoint lists', () => {
  const world = registryWorld();
  const published = (file: string) => world.registry.bytes(file, world.registry.published);
  const longer = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from('\n')]);
  const spoil = (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString().replace('notes', 'votes'));

  it('hands out a document that was listed', async () => {
    const plugin = await world.client.plugin('ada/notes');
    assert.equal(plugin.document.releases[0]?.version, '1.0.0');
  });

  for (const [what, belongs] of [
    ['a document', (file: string) => file === notes],
    ['its signature', (file: string) => file.startsWith(`${notes}.`)],
    ['its publisher', (file: string) => file === layout.publisher('ada' as Publisher, 1)],
    ['the sums of its folder', (file: string) => file === sumsPath('plugins/ad/ada')],
  ] as const) {
    it(`refuses ${what} with other bytes`, async () => {
      const file = world.registry.published.paths.find(belongs) ?? '';
      await world.registry.tamper(file, longer);
      const error = await world.client.refusesPlugin('INDEX_TAMPERED', 'ada/notes');
      assert.equal(error.data.file, file);
    });
  }

  it('refuses the sums of the whole index with other bytes', async () => {
    await world.client.sync();
    await world.registry.checkpoint();
    await world.registry.tamper(sumsName, longer);
    await world.client.refuses('INDEX_TAMPERED', () => world.client.sync());
  });

  it('refuses a listed file that is gone, and never takes it for a plugin that is not there', async () => {
    await world.registry.tamper(notes, () => null);
    await world.client.refusesPlugin('INDEX_TAMPERED', 'ada/notes');
  });

  it('does not see a file that no sums list', async () => {
    const ghost = layout.document('ada/ghost' as PluginName);
    const tree = withChanges(world.registry.published, new Map([[ghost, await published(notes)]]));
    const index = await world.client.sync({ sources: [treeSource(tree)] });
    assert.equal(await readPlugin(index, 'ada/ghost'), undefined);
    assert.equal(await readPlugin(index, 'nobody/ghost'), undefined);
  });

  it('refuses the sums of one folder from an older state, with the files that fit them', async () => {
    const folder = 'plugins/ad/ada';
    const old = new Map<string, Uint8Array>();
    for (const file of world.registry.published.paths.filter((one) => one.startsWith(`${folder}/`)))
      old.set(file, await published(file));
    await world.registry.publish('ada/notes', '1.1.0');
    await world.registry.checkpoint();
    const mixed = withChanges(world.registry.published, old);
    const error = await world.client.refusesPlugin('INDEX_TAMPERED', 'ada/notes', {
      sources: [treeSource(mixed)],
    });
    assert.equal(error.data.file, sumsPath(folder));
  });

  it('hashes what it kept again, and fetches what was poisoned', async () => {
    await world.client.plugin('ada/notes');
    const bytes = await published(notes);
    await world.client.store.saveObject(sha256Hex(bytes) as Sha256, spoil(bytes));
    assert.equal((await world.client.plugin('ada/notes')).document.name, 'ada/notes');
    await world.client.store.saveObject(sha256Hex(bytes) as Sha256, spoil(bytes));
    const offline = await world.client.sync({ sources: [] });
    await world.client.refuses('OFFLINE', () => readPlugin(offline, 'ada/notes'));
  });

  it('does so on disk too', async () => {
    const folder = world.sandbox.at('trust');
    const client = new Client(world.registry, world.clock, createDiskTrustStore(folder));
    await client.plugin('ada/notes');
    const bytes = await published(notes);
    const hash = sha256Hex(bytes);
    writeFileSync(path.join(folder, 'objects', hash.slice(0, 2), hash), spoil(bytes));
    await client.refuses('OFFLINE', () => client.plugin('ada/notes', { sources: [] }));
    assert.equal((await client.plugin('ada/notes')).document.name, 'ada/notes');
    assert.equal((await client.plugin('ada/notes', { sources: [] })).document.name, 'ada/notes');
  });

  describe('from a folder, which has no snapshots', () => {
    const folder = () => ({ sources: [createFolderSource(world.registry.folder)] });
    const moveOn = async () => {
      await world.registry.publish('ada/notes', '1.1.0');
      await world.registry.checkpoint();
    };

    it('says that the index moved when a publish came between two reads', async () => {
      const index = await world.client.sync(folder());
      await moveOn();
      await world.client.refuses('INDEX_MOVED', () => readPlugin(index, 'ada/notes'));
      const again = await world.client.plugin('ada/notes', folder());
      assert.equal(again.document.releases.length, 2);
    });

    it('refuses other bytes when nothing was published', async () => {
      const index = await world.client.sync(folder());
      writeFileSync(path.join(world.registry.folder, notes), '{}');
      await world.client.refuses('INDEX_TAMPERED', () => readPlugin(index, 'ada/notes'));
    });

    it('needs no second try in a repository, whose commits stand still', async () => {
      const index = await world.client.sync();
      await moveOn();
      assert.equal((await readPlugin(index, 'ada/notes'))?.document.releases.length, 1);
    });
  });
});

const hash = fc.stringMatching(/^[0-9a-f]{64}$/) as fc.Arbitrary<Sha256>;
const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/).filter((text) => text !== '.' && text !== '..');

describe('a SHA256SUMS file', () => {
  const listing = fc.record({
    files: fc.array(fc.tuple(name, hash)).map((entries) => new Map(entries)),
    folders: fc.array(fc.tuple(name, hash)).map((entries) => new Map(entries)),
  });

  it('reads back as it was written, whatever the order', () => {
    fc.assert(
      fc.property(listing, (known) => {
        const text = formatSums(known);
        const parsed = parseSums(Buffer.from(text), sumsName);
        assert.deepEqual([...parsed.files].sort(), [...known.files].sort());
        assert.deepEqual([...parsed.folders].sort(), [...known.folders].sort());
        assert.equal(formatSums(parsed), text);
      }),
    );
  });

  it('is refused when any of its bytes cannot be there', async () => {
    const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
    const refused = [
      `${a}  one`,
      `${a} one\n`,
      `${a} *one\n`,
      `${a}  one \n`,
      `${a}  one\r\n`,
      `${a}  one\n\n`,
      `${a.toUpperCase()}  one\n`,
      `${a.slice(1)}  one\n`,
      `\\${a}  one\n`,
      `${a}  b\n${b}  a\n`,
      `${a}  a\n${b}  a\n`,
      `${a}  ../one\n`,
      `${a}  ..\n`,
      `${a}  ./SHA256SUMS\n`,
      `${a}  a/b/SHA256SUMS\n`,
      `${a}  a/b\n`,
      `${a}  /one\n`,
      `${a}  one\u0000\n`,
      `${a}  öne\n`,
      `\uFEFF${a}  one\n`,
    ];
    for (const text of refused) {
      await refusalOf('INDEX_TAMPERED', async () => Promise.resolve(parseSums(Buffer.from(text), sumsName)));
    }
  });

  it('is what sha256sum checks, in every folder', function () {
    if (process.platform === 'win32') return this.skip();
    const sandbox = makeSandbox();
    try {
      const tree: Record<string, string> = {
        'registry.json': '{}',
        'README.md': 'hello\n',
        'plugins/ad/ada/notes.json': '1',
        'plugins/ad/ada/publisher/1.json': '2',
        'plugins/ad/ada/B.json': '3',
        'trust/root/1.json': '4',
        'trust/root-x': '5',
      };
      const unlisted = { 'artifacts/ada/notes/1.0.0.tgz': 'x', 'trust/checkpoint.json': 'y' };
      const contents = new Map(Object.entries({ ...tree, ...unlisted }));
      const sums = generateSums(
        new Map([...contents].map(([file, text]) => [file, sha256Hex(Buffer.from(text)) as Sha256])),
      );
      for (const [file, bytes] of [...contents, ...sums.files]) {
        const target = sandbox.at(...file.split('/'));
        mkdirSync(path.dirname(target), { recursive: true });
        writeFileSync(target, bytes);
      }
      const checked: string[] = [];
      for (const file of sums.files.keys()) {
        const folder = path.dirname(sandbox.at(file));
        const output = execFileSync('sha256sum', ['--strict', '-c', sumsName], {
          cwd: folder,
          encoding: 'utf8',
        });
        for (const line of output.trim().split('\n')) {
          assert.match(line, /: OK$/);
          checked.push(path.relative(sandbox.folder, path.join(folder, line.replace(/: OK$/, ''))));
        }
      }
      const folders = [...sums.files.keys()].filter((file) => file !== sumsName);
      assert.deepEqual(checked.sort(), [...Object.keys(tree), ...folders].sort());
      assert.equal(sums.top, sha256Hex(sums.files.get(sumsName) ?? Buffer.alloc(0)));
      const top = parseSums(sums.files.get(sumsPath('')) ?? Buffer.alloc(0), sumsName);
      assert.deepEqual([...top.folders.keys()], ['plugins', 'trust']);
    } finally {
      sandbox.remove();
    }
  });
});
