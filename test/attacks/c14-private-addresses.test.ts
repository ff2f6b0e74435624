import assert from 'node:assert/strict';
import path from 'node:path';
import { layout } from '../../src/model/index-layout.js';
import type { Version } from '../../src/model/version.js';
import { isLoopbackHost } from '../../src/primitives/http/address-rules.js';
import { createTransfer } from '../../src/primitives/http/create-transfer.js';
import { defaultTransferLimits } from '../../src/primitives/http/index.js';
import { createGitRemoteSource, createHttpSource } from '../../src/registry/index.js';
import { Client } from '../kit/client.js';
import { loopbackCertificate } from '../kit/loopback-certificate.js';
import type { Machine } from '../kit/machine.js';
import { startStaticServer, type StaticServer } from '../kit/static-server.js';
import { threat } from '../kit/threat.js';
import { ada, forgeDocument, forgeRelease, notes, withdrawForgedRelease } from './forgeries.js';
import type { Because } from './because.js';
import { aHead, Stage } from './stage.js';

const overHttp = 'static web server';
const known = [...aHead, 'trust/plugins/ada--notes'] as const;
const artifact = layout.artifact(notes, '1.2.0' as Version);

/** Hosts that a stranger must not make this machine ask: itself, its network, and what a cloud tells its machines. */
const inside = [
  '127.0.0.1',
  'localhost',
  '[::1]',
  '127.1',
  '2130706433',
  '0x7f.0.0.1',
  '0.0.0.0',
  '[::ffff:127.0.0.1]',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[64:ff9b::10.0.0.1]',
];

/** Of what is inside, only this machine may be spoken to without TLS, and only for a registry that is on it. */
function reasonAgainst(url: string): Because {
  const { protocol, hostname } = new URL(url);
  if (isLoopbackHost(hostname)) return { host: hostname, kind: 'loopback' };
  return protocol === 'http:' ? { scheme: 'http:' } : { host: hostname, kind: /^(?!public|loopback)/ };
}

threat('C14', 'Requests into a private network', () => {
  const stage = new Stage({ kinds: ['plain folder', overHttp] });

  it(`a release whose artifact is inside: ${inside.length} hosts, over http: and https:`, async () => {
    const { staticServer } = stage.world;
    const asked = staticServer.connections.count;
    const urls = inside.flatMap((host) =>
      ['http', 'https'].map((scheme) => `${scheme}://${host}:${staticServer.port}/main/${artifact}`),
    );
    const versionAt = (index: number) => `1.2.${index}` as Version;
    await forgeDocument(stage.registry, (document) => ({
      ...document,
      releases: [
        ...document.releases,
        ...urls.map((url, index) => ({
          ...stage.registry.makeRelease(notes, versionAt(index), {}, ada).release,
          urls: [url],
        })),
      ],
    }));
    const victim = stage.victim();
    for (const [index, url] of urls.entries()) {
      const because = reasonAgainst(url);
      const wanted = ['add', `ada/notes@${versionAt(index)}`] as const;
      await stage.refusesInProcess('TRANSFER_REFUSED', because, wanted, {
        victim,
        moves: index === 0 ? known : [],
      });
    }
    assert.equal(staticServer.connections.count, asked);
  });

  it('a release whose artifact is on this machine, for the built binary', async () => {
    const { staticServer } = stage.world;
    const asked = staticServer.connections.count;
    const urls = [`${staticServer.url}main/${artifact}`, 'https://169.254.169.254/latest/meta-data/'];
    await forgeRelease(stage.registry, { says: { urls } });
    await stage.refuses(
      'TRANSFER_REFUSED',
      /169\.254\.169\.254: an address that is link-local, not public/,
      ['update'],
      {
        moves: known,
        recover: () => withdrawForgedRelease(stage.registry),
      },
    );
    assert.equal(staticServer.connections.count, asked);
  });

  it('an artifact on this machine, of a registry that is on this machine and in another place of it', async () => {
    const other = await startStaticServer(path.join(stage.world.base, 'static'));
    try {
      await forgeRelease(stage.registry, { says: { urls: [`${other.url}main/${artifact}`] } });
      await stage.refuses('TRANSFER_REFUSED', /it is on this machine/, ['update'], {
        kind: overHttp,
        moves: known,
        recover: () => withdrawForgedRelease(stage.registry),
      });
      assert.equal(other.connections.count, 0);
    } finally {
      await other.close();
    }
  });

  it('nothing in an artifact in the registry’s own place, even on this machine', async () => {
    const { staticServer } = stage.world;
    await forgeRelease(stage.registry, { says: { urls: [`${staticServer.url}main/${artifact}`] } });
    const victim = stage.victim(overHttp);
    await victim.run('update').succeeds();
    assert.match(victim.read('udos-lock.json'), /"version": "1\.2\.0"/);
  });

  describe('a project of a stranger', () => {
    function cloned(url: string, ...mirrors: readonly string[]): Machine {
      const machine = stage.newcomer(overHttp);
      const project = JSON.parse(machine.read('udos.json')) as { registries: { main: object } };
      project.registries.main = { ...project.registries.main, url, mirrors };
      machine.write('udos.json', JSON.stringify(project));
      return machine;
    }

    it('that names a registry inside', async () => {
      for (const host of inside.filter((one) => !/^(127|localhost|\[::1|2130|0x7f)/.test(one))) {
        const victim = cloned(`https://${host}/main/`);
        await stage.refusesInProcess(
          'TRANSFER_REFUSED',
          { kind: /^(?!public|loopback)/ },
          ['install', '--frozen'],
          { victim },
        );
      }
    });

    for (const [what, order, because] of [
      ['behind', [0, 1], /192\.0\.2\.1: an address that is reserved, not public/],
      ['before', [1, 0], /it is on this machine/],
    ] as const) {
      it(`that names a place on this machine ${what} one elsewhere`, async () => {
        const { staticServer } = stage.world;
        const asked = staticServer.connections.count;
        // Neither is ever reached: nothing of this leaves the machine.
        const places = ['https://192.0.2.1/main/', `${staticServer.url}main/`] as const;
        const victim = cloned(places[order[0]], places[order[1]]);
        const honest = stage.newcomer(overHttp).read('udos.json');
        await stage.refuses('TRANSFER_REFUSED', because, ['install', '--frozen'], {
          victim,
          recover: () => {
            assert.equal(staticServer.connections.count, asked);
            victim.write('udos.json', honest);
            return Promise.resolve();
          },
        });
      });
    }
  });

  describe('a public registry', () => {
    let server: StaticServer;

    beforeEach(async () => {
      server = await startStaticServer(path.join(stage.world.base, 'static'), { tls: true });
    });
    afterEach(() => server.close());

    /** The real transfer, with a name server of the test's. */
    function reading(addresses: readonly string[], { internal = false, git = false } = {}) {
      const transfer = createTransfer(
        { allowPrivate: internal, allowLoopback: false, limits: defaultTransferLimits },
        {
          resolve: () =>
            Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))),
          certificateAuthority: loopbackCertificate.cert,
          delay: () => Promise.resolve(),
        },
      );
      const url = `https://registry.test:${server.port}/main/`;
      const source = git
        ? createGitRemoteSource({ url, cacheFolder: path.join(stage.world.base, 'rebound'), transfer })
        : createHttpSource({ url, transfer });
      const client = new Client(stage.registry, stage.world.clock);
      return { client, source, transfer };
    }

    for (const [what, addresses] of [
      ['to this machine', ['127.0.0.1']],
      ['to this machine in IPv6', ['::1']],
      ['into the network', ['10.0.0.1']],
      ['to what a cloud tells its machines', ['169.254.169.254']],
      ['to a public address and one inside', ['8.8.8.8', '192.168.1.1']],
      ['to an IPv4 address in IPv6', ['::ffff:127.0.0.1']],
    ] as const) {
      it(`whose name leads ${what}`, async () => {
        for (const git of [false, true]) {
          const { client, source, transfer } = reading(addresses, { git });
          const error = await client.refuses('TRANSFER_REFUSED', () => client.sync({ sources: [source] }));
          assert.equal(error.data.address, addresses.at(-1));
          await transfer.close();
        }
        assert.equal(server.connections.count, 0);
      });
    }

    it('that sends on to this machine', async () => {
      const { client, source, transfer } = reading(['127.0.0.1'], { internal: true });
      server.answerWith(() => ({ redirectTo: `${stage.world.staticServer.url}main/${layout.checkpoint}` }));
      const asked = stage.world.staticServer.connections.count;
      await client.refuses('TRANSFER_REFUSED', () => client.sync({ sources: [source] }));
      assert.notEqual(server.requests.length, 0);
      assert.equal(stage.world.staticServer.connections.count, asked);
      await transfer.close();
    });

    it('is reached inside the network where the user said --internal', async () => {
      const { client, source, transfer } = reading(['127.0.0.1'], { internal: true });
      assert.equal((await client.sync({ sources: [source] })).sequence, 3);
      await transfer.close();
    });
  });
});
