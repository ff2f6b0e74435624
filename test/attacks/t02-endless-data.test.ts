import assert from 'node:assert/strict';
import path from 'node:path';
import { layout } from '../../src/model/index-layout.js';
import type { Sha256 } from '../../src/model/names.js';
import type { Version } from '../../src/model/version.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
import { formatJson } from '../../src/primitives/json/index.js';
import { createGitRemoteSource, withChanges } from '../../src/registry/index.js';
import { Client, treeSource } from '../kit/client.js';
import { loopbackTransfer } from '../kit/loopback-transfer.js';
import { threat } from '../kit/threat.js';
import { followingRoot, forgeDocument, notes } from './forgeries.js';
import { assertRefusal } from './because.js';
import { aHead, Stage } from './stage.js';

const update = ['update'] as const;
const overHttp = 'static web server';
const artifact = layout.artifact(notes, '1.1.0' as Version);

threat('T2', 'Endless data', () => {
  const stage = new Stage({ kinds: ['plain folder', overHttp] });

  for (const [what, file, allowed] of [
    ['a checkpoint', layout.checkpoint, 16 * 1024],
    ['a root', layout.root(2), 64 * 1024],
    ['an artifact', artifact, /^\d{3}$/],
  ] as const) {
    it(`a web server that sends ${what} without end`, async () => {
      stage.world.staticServer.answerWith((request) =>
        request.path === `/main/${file}` ? 'endless' : undefined,
      );
      await stage.refuses(
        'TRANSFER_LIMIT',
        { place: new RegExp(`/main/${file}$`), limit: 'maxBytes', allowed },
        update,
        {
          kind: overHttp,
          recover: behaveAgain,
        },
      );
    });
  }

  it('a web server that sends the sums of a folder without end', async () => {
    stage.world.staticServer.answerWith((request) =>
      request.path === '/main/plugins/bo/bob/SHA256SUMS' ? 'endless' : undefined,
    );
    await stage.refuses(
      'TRANSFER_LIMIT',
      { place: /SHA256SUMS$/, limit: 'maxBytes', allowed: 16 * 1024 * 1024 },
      ['add', 'bob/base'],
      {
        kind: overHttp,
        recover: behaveAgain,
      },
    );
  });

  it('a git server that sends a pack without end', async () => {
    const { world, registry } = stage;
    const client = new Client(registry, world.clock);
    const source = createGitRemoteSource({
      url: world.url('main', 'git over http'),
      cacheFolder: path.join(world.base, 'endless'),
      transfer: loopbackTransfer(),
      maxBytes: 1024 * 1024,
    });
    world.gitServer.fault = ({ method }) => (method === 'POST' ? 'endless pack' : undefined);
    const error = await client.refuses('TRANSFER_LIMIT', () => client.sync({ sources: [source] }));
    assertRefusal(error, 'TRANSFER_LIMIT', { limit: 'maxBytes', allowed: 1024 * 1024 });
    world.gitServer.fault = undefined;
    assert.equal((await client.sync({ sources: [source] })).sequence, 3);
  });

  it('a checkpoint of more than 16 KiB', async () => {
    await stage.registry.tamper(layout.checkpoint, (bytes) => padded(bytes, 16 * 1024 + 1));
    await stage.refuses('TRANSFER_LIMIT', /trust\/checkpoint\.json .* has more than 16384 bytes/, update);
  });

  it('a root of more than 64 KiB', async () => {
    const root = Buffer.from(formatJson(await followingRoot(stage.registry)));
    await stage.registry.smuggle(new Map([[layout.root(2), padded(root, 64 * 1024 + 1)]]));
    await stage.refuses('TRANSFER_LIMIT', /trust\/root\/2\.json .* has more than 65536 bytes/, update);
  });

  it('a signed plugin document of more than 1 MiB', async () => {
    await forgeDocument(stage.registry, (document) => ({
      ...document,
      description: ' '.repeat(1024 * 1024),
    }));
    await stage.refuses(
      'INDEX_TAMPERED',
      /plugins\/ad\/ada\/notes\.json has \d+ bytes, more than the 1048576 allowed/,
      update,
      {
        // The head is genuine: the checkpoint key signed it.
        moves: aHead,
        recover: () => forgeDocumentAsBefore(),
      },
    );
  });

  for (const kind of ['plain folder', overHttp] as const) {
    it(`an artifact longer than its release says, over a ${kind}`, async () => {
      await stage.registry.tamper(artifact, (bytes) => padded(bytes, bytes.length + 1));
      await stage.refuses(
        'TRANSFER_LIMIT',
        /artifacts\/ada\/notes\/1\.1\.0\.tgz.* has more than \d+ bytes/,
        update,
        { kind },
      );
    });
  }

  it('more new roots than one sync walks', async () => {
    const { registry } = stage;
    const changes = new Map<string, Uint8Array>();
    let root = await followingRoot(registry);
    const last = root.version + 1024;
    while (root.version <= last) {
      const files = registry.signed(layout.root(root.version), root, [registry.keys.root]);
      for (const [file, bytes] of files) changes.set(file, bytes);
      const bytes = files.get(layout.root(root.version)) ?? new Uint8Array();
      root = { ...root, version: root.version + 1, previous: sha256Hex(bytes) as Sha256 };
    }
    const tree = withChanges(registry.published, changes);
    const client = new Client(registry, stage.world.clock);
    await client.sync();
    // Each of the 1,024 is good and stays accepted.
    const work = () => client.sync({ sources: [treeSource(tree)] });
    const error = await client.refuses('ROOT_INVALID', work, { root: last - 1 });
    assert.match(error.message, /more than 1024 new roots/);
  });

  function behaveAgain(): Promise<void> {
    stage.world.staticServer.answerWith(undefined);
    return Promise.resolve();
  }

  async function forgeDocumentAsBefore(): Promise<void> {
    await stage.registry.forge(
      await stage.registry.withSidecars(layout.document(notes), stage.registry.main),
    );
  }
});

/** White space is as good as nothing, but it counts. */
function padded(bytes: Uint8Array, size: number): Uint8Array {
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length, ' ')]);
}
