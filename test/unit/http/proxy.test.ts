import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { leaveBody, readBody } from '../../../src/primitives/http/index.js';
import { everythingOf, failureOf, makeHttpWorld, type HttpWorld } from './world.js';

describe('a transfer through a proxy', () => {
  let world: HttpWorld;
  let proxy: Server;
  let proxyPort: number;
  let tunnels: { to: string; authorization: string | undefined }[];
  /** Where the proxy leads every tunnel: it alone resolves names. */
  let leadsTo: number | undefined;

  beforeEach(async () => {
    world = await makeHttpWorld();
    tunnels = [];
    leadsTo = undefined;
    proxy = createServer();
    proxy.on('connect', (request, socket) => {
      tunnels.push({ to: request.url ?? '', authorization: request.headers['proxy-authorization'] });
      socket.on('error', () => undefined);
      if (leadsTo === undefined) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const onward = connect(leadsTo, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('close', () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    proxyPort = (proxy.address() as AddressInfo).port;
  });
  afterEach(async () => {
    await world.dispose();
    await new Promise((resolve) => proxy.close(resolve));
  });

  const proxyUrl = () => `http://127.0.0.1:${proxyPort}`;
  const request = { url: 'https://registry.test/a.txt', maxBytes: 1000 };

  it('lets the proxy resolve the name, and keeps TLS from end to end', async () => {
    const server = await world.serve({ tls: true });
    leadsTo = server.port;
    const transfer = world.transfer({
      proxy: { https: proxyUrl() },
      credential: { origin: 'https://registry.test', authorization: 'Bearer canary' },
    });

    const response = await transfer.request(request);

    assert.equal((await readBody(response)).length, 100);
    assert.deepEqual(tunnels, [{ to: 'registry.test:443', authorization: undefined }]);
    assert.equal(server.requests[0]?.headers.authorization, 'Bearer canary');
  });

  it('takes HTTP_PROXY where HTTPS_PROXY is not set, and host:port without a scheme', async () => {
    leadsTo = (await world.serve({ tls: true })).port;
    for (const setting of [{ http: proxyUrl() }, { https: `127.0.0.1:${proxyPort}`, http: '' }]) {
      await leaveBody(await world.transfer({ proxy: setting }).request(request));
    }
    assert.equal(tunnels.length, 2);
  });

  it('goes around the proxy for the names in NO_PROXY, with the address checked again', async () => {
    const { port } = await world.serve({ tls: true });
    const names = { 'registry.test': ['127.0.0.1'] };
    for (const no of ['registry.test', '.test', `other.org,registry.test:${port}`, '*']) {
      const settings = { proxy: { https: proxyUrl(), no }, names };
      const url = `https://registry.test:${port}/a.txt`;
      await failureOf(world.transfer(settings).request({ ...request, url }), 'TRANSFER_REFUSED');
      await leaveBody(await world.transfer({ ...settings, allowPrivate: true }).request({ ...request, url }));
    }
    assert.deepEqual(tunnels, []);
  });

  it('never reaches this machine through a proxy', async () => {
    const server = await world.serve();
    const transfer = world.transfer({ proxy: { https: proxyUrl(), http: proxyUrl() } });
    await leaveBody(await transfer.request({ ...request, url: `${server.url}a.txt` }));
    await failureOf(
      world
        .transfer({ allowLoopback: false, proxy: { https: proxyUrl() } })
        .request({ ...request, url: 'https://127.0.0.1/' }),
      'TRANSFER_REFUSED',
    );
    assert.deepEqual(tunnels, []);
  });

  it('still refuses an inner address that the URL itself names', async () => {
    const transfer = world.transfer({ proxy: { https: proxyUrl() } });
    await failureOf(transfer.request({ ...request, url: 'https://10.0.0.1/' }), 'TRANSFER_REFUSED');
    assert.deepEqual(tunnels, []);
  });

  it('uses no proxy but the one in the policy, whatever the environment says', async () => {
    const before = process.env.HTTPS_PROXY;
    process.env.HTTPS_PROXY = proxyUrl();
    try {
      for (const settings of [{}, { proxy: { http: '', no: '' } }]) {
        await failureOf(world.transfer(settings).request(request), 'NETWORK_FAILED');
      }
    } finally {
      if (before === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = before;
    }
    assert.deepEqual(tunnels, []);
  });

  it('gives the proxy its own password, and shows it to nobody', async () => {
    const transfer = world.transfer({ proxy: { https: `http://ada:canary@127.0.0.1:${proxyPort}` } });

    const error = await failureOf(transfer.request(request), 'NETWORK_FAILED');

    assert.equal(tunnels[0]?.authorization, `Basic ${Buffer.from('ada:canary').toString('base64')}`);
    assert.match(error.hint!, /HTTPS_PROXY/);
    assert.doesNotMatch(everythingOf(error), /canary/);
  });

  it('refuses a setting that is no HTTP proxy, without showing it', async () => {
    for (const https of ['http://', 'socks5://ada:canary@proxy.test', 'ada:canary@:x']) {
      const error = await failureOf(world.transfer({ proxy: { https } }).request(request), 'URL_INVALID');
      assert.match(error.message, /HTTPS_PROXY/);
      assert.doesNotMatch(everythingOf(error), /canary/);
    }
  });
});
