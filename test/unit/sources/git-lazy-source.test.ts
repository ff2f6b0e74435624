import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { indexPath } from '../../../src/model/names.js';
import { connectWire, createHttpCarrier, openWire } from '../../../src/primitives/git/wire/index.js';
import { createGitLazySource } from '../../../src/registry/sources/git-lazy-source.js';
import { git, makeSandbox, publishTree } from '../../kit/git-cli.js';
import { startGitServer, type GitServerOptions } from '../../kit/git-server.js';
import { loopbackTransfer } from '../../kit/loopback-transfer.js';
import { describeIndexSource, type Tree } from './contract.js';

async function makeWorld(options: GitServerOptions = {}) {
  const sandbox = makeSandbox();
  const origin = sandbox.at('served', 'index.git');
  const cacheFolder = sandbox.at('cache');
  mkdirSync(sandbox.at('served'));
  git(sandbox.folder, 'init', '--quiet', '--bare', '--initial-branch=main', origin);
  const server = await startGitServer(sandbox.at('served'), options);
  const transfer = loopbackTransfer();
  const carrier = createHttpCarrier(`${server.url}/index.git`, transfer);
  return {
    snapshots: true,
    origin,
    cacheFolder,
    server,
    carrier,
    publish: async (files: Tree) => {
      publishTree(origin, 'published', files);
      return Promise.resolve();
    },
    source: () => createGitLazySource(openWire(carrier), cacheFolder),
    dispose: async () => {
      await transfer.close();
      await server.close();
      sandbox.remove();
    },
  };
}

describeIndexSource('a git server that hands out single objects', makeWorld);

describe('a lazy git source', () => {
  let world: Awaited<ReturnType<typeof makeWorld>>;

  beforeEach(async () => {
    world = await makeWorld();
  });
  afterEach(() => world.dispose());

  const posts = () => world.server.requests.filter(({ method }) => method === 'POST').length;
  const documents = Array.from(
    { length: 200 },
    (_, index) => `plugins/p${index % 10}/author-${index}/tool.json`,
  );
  const big = Object.fromEntries(
    documents.map((file, index) => [file, JSON.stringify({ index, text: 'x'.repeat(2000) })]),
  );

  it('asks for the folders and files on the way to what is read, and for nothing else', async () => {
    await world.publish(big);
    world.server.takeSentBytes();
    const head = await world.source().head();
    const wanted = documents.slice(0, 3).map(indexPath);

    const found = await head.read(wanted, 10_000);

    for (const file of wanted) assert.equal(Buffer.from(found.get(file)!).toString(), big[file]);
    // ls-refs; the commit with its top folder; plugins; the three below it; their authors; the documents.
    assert.equal(posts(), 6);
    assert.ok(world.server.takeSentBytes() < 12_000, 'bytes of a few folders and three documents');
  });

  it('costs no round trip more for a hundred files than for one', async () => {
    await world.publish(big);
    const head = await world.source().head();

    assert.equal((await head.read(documents.slice(0, 100).map(indexPath), 10_000)).size, 100);

    assert.equal(posts(), 6);
  });

  it('asks one small question when nothing is new, and for what is new alone otherwise', async () => {
    await world.publish(big);
    const wanted = documents.slice(0, 3).map(indexPath);
    await (await world.source().head()).read(wanted, 10_000);
    const before = posts();

    assert.equal((await (await world.source().head()).read(wanted, 10_000)).size, 3);
    assert.equal(posts(), before + 1);

    const [first = ''] = documents;
    await world.publish({ ...big, [first]: 'new' });
    const found = await (await world.source().head()).read(wanted, 10_000);
    assert.equal(Buffer.from(found.get(indexPath(first))!).toString(), 'new');
    assert.equal(posts(), before + 1 + 6);
  });

  it('fetches again what is damaged or torn in its folder', async () => {
    await world.publish({ 'a/b.json': 'b' });
    const wanted = [indexPath('a/b.json')];
    await (await world.source().head()).read(wanted, 10);
    const files = readdirSync(world.cacheFolder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    assert.equal(files.length, 4);
    for (const [index, entry] of files.entries()) {
      const file = path.join(entry.parentPath, entry.name);
      const bytes = readFileSync(file);
      writeFileSync(file, index % 2 === 0 ? bytes.subarray(0, 9) : Buffer.concat([bytes, Buffer.from('x')]));
    }

    const found = await (await world.source().head()).read(wanted, 10);

    assert.equal(Buffer.from(found.get(wanted[0]!)!).toString(), 'b');
  });

  it('goes on where nothing can be kept', async () => {
    await world.publish({ 'a/b.json': 'b' });
    writeFileSync(world.cacheFolder, 'a file in the way');

    const found = await (await world.source().head()).read([indexPath('a/b.json')], 10);

    assert.equal(found.size, 1);
  });

  it('knows servers that hand out no single objects', async () => {
    assert.ok((await connectWire(world.carrier)) !== undefined);
    const whole = await makeWorld({ filters: false });
    try {
      assert.equal(await connectWire(whole.carrier), undefined);
    } finally {
      await whole.dispose();
    }
  });
});
