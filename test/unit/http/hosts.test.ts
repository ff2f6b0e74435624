import assert from 'node:assert/strict';
import { readBody } from '../../../src/primitives/http/index.js';
import { everythingOf, failureOf, makeHttpWorld, type HttpWorld } from './world.js';

describe('which hosts a transfer reaches', () => {
  let world: HttpWorld;
  beforeEach(async () => {
    world = await makeHttpWorld();
  });
  afterEach(() => world.dispose());

  const request = (url: string) => ({ url, maxBytes: 1000 });

  it('reaches this machine by http: and https: for a registry that is there', async () => {
    const plain = await world.serve();
    const secure = await world.serve({ tls: true });
    const transfer = world.transfer();
    const urls = [
      plain.url,
      `http://localhost:${plain.port}/`,
      secure.url,
      `https://127.0.0.1:${secure.port}/`,
    ];
    for (const url of urls) {
      const response = await transfer.request(request(`${url}a.txt`));
      assert.equal(response.status, 200);
      assert.equal((await readBody(response)).length, 100);
    }
  });

  it('does not reach this machine for any other registry, by whatever spelling', async () => {
    const { port, connections } = await world.serve();
    const transfer = world.transfer({ allowLoopback: false });
    for (const host of ['localhost', '127.0.0.1', '127.1', '2130706433', '0x7f.0.0.1', '[::1]', '0.0.0.0']) {
      for (const scheme of ['http', 'https']) {
        await failureOf(transfer.request(request(`${scheme}://${host}:${port}/a.txt`)), 'TRANSFER_REFUSED');
      }
    }
    assert.equal(connections.count, 0);
  });

  it('speaks no http: to any other machine, even inside the network', async () => {
    const transfer = world.transfer({ allowPrivate: true, names: { 'registry.test': ['10.0.0.1'] } });
    for (const url of [
      'http://registry.test/',
      'http://example.org/',
      'http://10.0.0.1/',
      'http://0.0.0.0/',
    ]) {
      await failureOf(transfer.request(request(url)), 'TRANSFER_REFUSED');
    }
  });

  it('knows no other scheme', async () => {
    for (const url of ['file:///etc/passwd', 'ftp://example.org/', 'data:,x', 'ws://localhost/']) {
      await failureOf(world.transfer().request(request(url)), 'TRANSFER_REFUSED');
    }
    const error = await failureOf(
      world.transfer().request(request('ada:canary@example')),
      'TRANSFER_REFUSED',
    );
    assert.doesNotMatch(everythingOf(error), /canary/);
  });

  it('refuses addresses inside the network that the URL names', async () => {
    const hosts = ['10.0.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '[fd00::1]', '[fe80::1]'];
    for (const host of [...hosts, '[::ffff:7f00:1]', '[::ffff:8.8.8.8]', '[::]', '224.0.0.1', '240.0.0.1']) {
      await failureOf(world.transfer().request(request(`https://${host}/`)), 'TRANSFER_REFUSED');
    }
  });

  it('refuses a name that resolves to such an address, if only as one of many', async () => {
    const { port, connections } = await world.serve({ tls: true });
    for (const addresses of [
      ['127.0.0.1'],
      ['::1'],
      ['10.0.0.1'],
      ['8.8.8.8', '169.254.169.254'],
      ['0.0.0.0'],
    ]) {
      const transfer = world.transfer({ names: { 'registry.test': addresses } });

      const error = await failureOf(
        transfer.request(request(`https://registry.test:${port}/a.txt`)),
        'TRANSFER_REFUSED',
      );

      assert.equal(error.data.address, addresses.at(-1));
      assert.match(error.hint!, /--internal/);
    }
    assert.equal(connections.count, 0);
  });

  it('reaches a name inside the network for a registry that was added as internal', async () => {
    const { port } = await world.serve({ tls: true });
    const transfer = world.transfer({
      allowLoopback: false,
      allowPrivate: true,
      names: { 'registry.test': ['127.0.0.1'] },
    });

    const response = await transfer.request(request(`https://registry.test:${port}/a.txt`));

    assert.equal((await readBody(response)).length, 100);
  });

  it('connects to the address that was checked, whatever the name says a moment later', async () => {
    const { port, connections } = await world.serve({ tls: true });
    const answers = ['127.0.0.1', '10.0.0.1'];
    const asked: string[] = [];
    const transfer = world.transfer({
      allowPrivate: true,
      resolve: (hostname) => {
        asked.push(hostname);
        return Promise.resolve([{ address: answers[asked.length - 1]!, family: 4 }]);
      },
    });

    await readBody(await transfer.request(request(`https://registry.test:${port}/a.txt`)));

    assert.deepEqual(asked, ['registry.test']);
    assert.equal(connections.count, 1);
  });

  it('does not believe a hosts file that moves localhost to another machine', async () => {
    const transfer = world.transfer({ names: { localhost: ['8.8.8.8'] } });
    await failureOf(transfer.request(request('http://localhost:1/')), 'TRANSFER_REFUSED');
  });

  it('says NETWORK_FAILED for a name that nobody knows, a closed port, and a false certificate', async () => {
    const secure = await world.serve({ tls: true });
    const plain = await world.serve();
    await plain.close();
    const transfer = world.transfer({
      allowPrivate: true,
      names: { 'other.test': ['127.0.0.1'], 'no.test': [] },
    });
    for (const url of [
      'https://nobody.test/',
      'https://no.test/',
      plain.url,
      `https://other.test:${secure.port}/`,
    ]) {
      await failureOf(transfer.request(request(url)), 'NETWORK_FAILED');
    }
    assert.equal(secure.requests.length, 0);
  });

  it('refuses a URL with a user name or password and repeats neither', async () => {
    for (const url of [
      'https://ada:canary@example.org/x',
      'https://canary@example.org/',
      '//ada:canary@no url',
    ]) {
      const error = await failureOf(world.transfer().request(request(url)), 'URL_INVALID');
      assert.doesNotMatch(everythingOf(error), /canary/);
    }
  });

  it('shows host and path, and no query', async () => {
    const transfer = world.transfer();
    for (const url of ['http://example.org/x/y?key=canary', 'https://nobody.test/x/y?key=canary#canary']) {
      const error = await failureOf(
        transfer.request(request(url)),
        url.startsWith('http:') ? 'TRANSFER_REFUSED' : 'NETWORK_FAILED',
      );
      assert.match(error.message, /\/x\/y/);
      assert.doesNotMatch(everythingOf(error), /canary/);
    }
  });
});
