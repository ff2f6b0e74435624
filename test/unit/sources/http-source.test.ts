import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode, type ErrorCode } from '../../../src/errors/index.js';
import { indexPath } from '../../../src/model/names.js';
import type { Transfer } from '../../../src/primitives/http/index.js';
import { createHttpSource } from '../../../src/registry/sources/http-source.js';
import { loopbackTransfer } from '../../kit/loopback-transfer.js';
import { startStaticServer, type StaticServer } from '../../kit/static-server.js';
import { describeIndexSource } from './contract.js';
import { makeTemporaryFolder, replaceTree } from './tree.js';

const checkpoint = 'trust/checkpoint.json';
const sidecar = 'trust/checkpoint.json.0123456789abcdef.minisig';

interface WebWorld {
  readonly published: string;
  readonly cacheFolder: string;
  readonly server: StaticServer;
  readonly transfer: Transfer;
  dispose(): Promise<void>;
}

async function makeWebWorld(etags: boolean): Promise<WebWorld> {
  const home = await makeTemporaryFolder();
  const published = path.join(home, 'published');
  const server = await startStaticServer(published, { etags });
  const transfer = loopbackTransfer();
  return {
    published,
    cacheFolder: path.join(home, 'cache'),
    server,
    transfer,
    dispose: async () => {
      await transfer.close();
      await server.close();
      await rm(home, { recursive: true });
    },
  };
}

for (const [name, etags] of [
  ['a web server with ETags', true],
  ['a web server without ETags', false],
] as const) {
  describeIndexSource(name, async () => {
    const world = await makeWebWorld(etags);
    const { published, cacheFolder, server, transfer } = world;
    return {
      snapshots: false,
      publish: (files) => replaceTree(published, files),
      source: () => createHttpSource({ url: server.url, transfer, cacheFolder }),
      dispose: () => world.dispose(),
    };
  });
}

describe('a web server source', () => {
  let world: WebWorld;

  beforeEach(async () => {
    world = await makeWebWorld(true);
    await replaceTree(world.published, { [checkpoint]: '{}', [sidecar]: 'signature', 'a.json': 'a' });
  });
  afterEach(() => world.dispose());

  const source = () =>
    createHttpSource({ url: world.server.url, transfer: world.transfer, cacheFolder: world.cacheFolder });
  const readText = async (name: string): Promise<string | undefined> => {
    const head = await source().head();
    const bytes = (await head.read([indexPath(name)], 1000)).get(indexPath(name));
    return bytes === undefined ? undefined : Buffer.from(bytes).toString();
  };
  const statuses = () => world.server.requests.map(({ status, path: asked }) => `${status} ${asked}`);
  const failsWith = (promise: Promise<unknown>, code: ErrorCode) =>
    assert.rejects(promise, (error) => hasCode(error, code));

  it('asks for an unchanged checkpoint and its signature with their tags, for other files without', async () => {
    for (const name of [sidecar, 'a.json']) await readText(name);
    world.server.requests.length = 0;

    assert.equal(await readText(sidecar), 'signature');
    assert.equal(await readText('a.json'), 'a');

    assert.deepEqual(statuses(), [
      `304 /${checkpoint}`,
      `304 /${sidecar}`,
      `304 /${checkpoint}`,
      '200 /a.json',
    ]);
  });

  it('asks in full when what it kept is damaged, or is of another path', async () => {
    await readText(sidecar);
    const kept = (await readdir(world.cacheFolder)).map((name) => path.join(world.cacheFolder, name));
    assert.equal(kept.length, 2);
    for (const damage of [
      '',
      'null',
      '{}',
      JSON.stringify({
        url: world.server.url + checkpoint,
        etag: '"x"',
        sha256: 'f'.repeat(64),
        body: 'e30=',
      }),
    ]) {
      for (const file of kept) await writeFile(file, damage);
      world.server.requests.length = 0;

      assert.equal(await readText(sidecar), 'signature');

      assert.deepEqual(statuses(), [`200 /${checkpoint}`, `200 /${sidecar}`]);
    }
  });

  it('asks in full for what was called unchanged, once that is dropped', async () => {
    await readText(sidecar);
    const found = source();
    assert.equal(await found.dropKept?.(), false);
    await (await found.head()).read([indexPath(sidecar)], 1000);
    assert.equal(await found.dropKept?.(), true);
    assert.deepEqual(await readdir(world.cacheFolder), []);
    world.server.requests.length = 0;

    await (await found.head()).read([indexPath(sidecar)], 1000);

    assert.deepEqual(statuses(), [`200 /${checkpoint}`, `200 /${sidecar}`]);
    assert.equal(await found.dropKept?.(), false);
  });

  it('goes on when the cache cannot be written', async () => {
    await writeFile(world.cacheFolder, 'a file where the folder should be');

    assert.equal(await readText(sidecar), 'signature');
  });

  it('works without a cache', async () => {
    const { server, transfer } = world;
    for (let round = 0; round < 2; round += 1) await createHttpSource({ url: server.url, transfer }).head();

    assert.deepEqual(statuses(), [`200 /${checkpoint}`, `200 /${checkpoint}`]);
  });

  it('reads below its URL, with and without the final slash', async () => {
    await replaceTree(world.published, { [`mirrors/main/${checkpoint}`]: '{}' });
    const { server, transfer } = world;

    for (const url of [`${server.url}mirrors/main`, `${server.url}mirrors/main/`]) {
      const found = createHttpSource({ url, transfer });
      assert.equal(found.location, `${server.url}mirrors/main/`);
      await found.head();
    }
  });

  it('refuses a URL with a user, a password or a query, and does not repeat it', () => {
    for (const url of ['https://ada:canary@example.org/', 'https://example.org/?key=canary', 'canary']) {
      assert.throws(
        () => createHttpSource({ url, transfer: world.transfer }),
        (error) =>
          hasCode(error, 'URL_INVALID') && !JSON.stringify([error.message, error]).includes('canary'),
      );
    }
  });

  it('says AUTH_REQUIRED, and how to give a token, for 401 and 403', async () => {
    for (const status of [401, 403]) {
      world.server.answerWith(() => ({ status }));
      await assert.rejects(source().head(), (error) => {
        assert.ok(hasCode(error, 'AUTH_REQUIRED'));
        assert.match(error.hint!, /UDOS_TOKEN_<ALIAS>/);
        assert.match(error.hint!, /UDOS_TOKEN_/);
        return true;
      });
    }
  });

  it('takes 404 and 410 for absent, and any other answer for a failure', async () => {
    const expected: readonly (readonly [number, ErrorCode | undefined])[] = [
      [404, undefined],
      [410, undefined],
      [204, 'NETWORK_FAILED'],
      [304, 'NETWORK_FAILED'],
      [400, 'NETWORK_FAILED'],
      [429, 'NETWORK_FAILED'],
      [500, 'NETWORK_FAILED'],
      [503, 'NETWORK_FAILED'],
    ];
    for (const [status, code] of expected) {
      world.server.answerWith(({ path: asked }) => (asked === '/a.json' ? { status } : undefined));
      if (code === undefined) assert.equal(await readText('a.json'), undefined);
      else await failsWith(readText('a.json'), code);
    }
  });

  it('refuses a redirect to another origin', async () => {
    world.server.answerWith(() => ({ redirectTo: 'https://example.org/' }));
    await failsWith(source().head(), 'TRANSFER_REFUSED');
  });

  it('refuses an encoded answer, which would look tampered with', async () => {
    world.server.answerWith(() => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: 'x' }));
    await failsWith(source().head(), 'TRANSFER_REFUSED');
  });

  it('refuses a checkpoint above 16 KiB, and an endless one', async () => {
    world.server.answerWith(() => ({ status: 200, body: new Uint8Array(16 * 1024 + 1) }));
    await failsWith(source().head(), 'TRANSFER_LIMIT');
    world.server.answerWith(() => 'endless');
    await failsWith(source().head(), 'TRANSFER_LIMIT');
  });

  it('does not mind a long page that says 404', async () => {
    const page = 'x'.repeat(100_000);
    world.server.answerWith(({ path: asked }) =>
      asked === '/a.json' ? { status: 404, body: page } : undefined,
    );
    assert.equal(await readText('a.json'), undefined);
  });

  it('takes a torn answer for a failure, not for a short file', async () => {
    world.server.answerWith(({ path: asked }) => (asked === '/a.json' ? 'truncate' : undefined));
    await writeFile(path.join(world.published, 'a.json'), 'a'.repeat(100));
    await failsWith(readText('a.json'), 'NETWORK_FAILED');
  });

  it('has at most sixteen requests under way', async () => {
    const paths = Array.from({ length: 60 }, (_, index) => indexPath(`missing-${index}.json`));
    let underWay = 0;
    let most = 0;
    const counting: Transfer = {
      request: async (request) => {
        underWay += 1;
        most = Math.max(most, underWay);
        try {
          return await world.transfer.request(request);
        } finally {
          underWay -= 1;
        }
      },
      close: () => world.transfer.close(),
    };
    const head = await createHttpSource({ url: world.server.url, transfer: counting }).head();

    await head.read(paths, 100);

    assert.equal(most, 16);
    assert.equal(world.server.requests.length, 61);
  });

  it('begins no further request after one has failed', async () => {
    const paths = Array.from({ length: 60 }, (_, index) => indexPath(`missing-${index}.json`));
    const head = await source().head();
    world.server.answerWith(() => ({ status: 500 }));

    await failsWith(head.read(paths, 100), 'NETWORK_FAILED');

    assert.ok(world.server.requests.length <= 17);
  });
});
