import assert from 'node:assert/strict';
import { leaveBody, readBody } from '../../../src/primitives/http/index.js';
import type { StaticServer } from '../../kit/static-server.js';
import { everythingOf, failureOf, makeHttpWorld, type HttpWorld } from './world.js';

const authorization = 'Bearer canary';

describe('what a transfer sends, and where', () => {
  let world: HttpWorld;
  let server: StaticServer;
  beforeEach(async () => {
    world = await makeHttpWorld();
    server = await world.serve();
  });
  afterEach(() => world.dispose());

  const origin = () => server.url.slice(0, -1);
  const request = (name: string) => ({ url: `${server.url}${name}`, maxBytes: 1000 });

  it('sends method, headers, query and body, and asks for bytes as they are', async () => {
    const response = await world.transfer().request({
      ...request('a.txt?service=git-upload-pack'),
      method: 'POST',
      headers: { 'Content-Type': 'application/x-git-upload-pack-request' },
      body: Buffer.from('0000'),
    });
    await leaveBody(response);

    const [seen] = server.requests;
    assert.equal(seen?.method, 'POST');
    assert.equal(seen.path, '/a.txt?service=git-upload-pack');
    assert.equal(seen.headers['content-type'], 'application/x-git-upload-pack-request');
    assert.equal(seen.headers['content-length'], '4');
    assert.equal(seen.headers['accept-encoding'], 'identity');
    assert.equal(seen.headers.cookie, undefined);
    assert.equal(seen.headers.authorization, undefined);
  });

  it('hands out any status, lower-case header names and no cookies', async () => {
    server.answerWith(() => ({ status: 503, headers: { 'X-Why': 'tired', 'Set-Cookie': 'a=canary' } }));

    const response = await world.transfer().request(request('a.txt'));
    await leaveBody(response);

    assert.equal(response.status, 503);
    assert.equal(response.headers['x-why'], 'tired');
    assert.equal(response.headers['set-cookie'], undefined);
  });

  it('says who asks, unless the caller does', async () => {
    const transfer = world.transfer();
    await leaveBody(await transfer.request(request('a.txt')));
    await leaveBody(await transfer.request({ ...request('a.txt'), headers: { 'User-Agent': 'git/udos' } }));

    assert.deepEqual(
      server.requests.map(({ headers }) => headers['user-agent']),
      ['udos', 'git/udos'],
    );
  });

  it('lets nobody but the policy say who we are', async () => {
    for (const name of ['Authorization', 'Cookie', 'Proxy-Authorization', 'Host', 'Accept-Encoding']) {
      await failureOf(world.transfer().request({ ...request('a.txt'), headers: { [name]: 'x' } }), 'BUG');
    }
    assert.equal(server.requests.length, 0);
  });

  it('sends the credential to its own origin and to no other', async () => {
    const other = await world.serve();
    const transfer = world.transfer({ credential: { origin: origin(), authorization } });

    await leaveBody(await transfer.request(request('a.txt')));
    await leaveBody(await transfer.request({ url: `${other.url}a.txt`, maxBytes: 1000 }));
    await leaveBody(await transfer.request({ url: `http://localhost:${server.port}/a.txt`, maxBytes: 1000 }));

    assert.deepEqual(
      [...server.requests, ...other.requests].map(({ headers }) => headers.authorization),
      [authorization, undefined, undefined],
    );
  });

  it('follows redirects within the origin, credential included, and says where they led', async () => {
    server.answerWith(({ path }) => {
      if (path === '/start?x=1') return { redirectTo: '/middle', status: 301 };
      if (path === '/middle') return { redirectTo: `${server.url}a.txt#part`, status: 307 };
      return undefined;
    });
    const transfer = world.transfer({ credential: { origin: origin(), authorization } });

    const response = await transfer.request(request('start?x=1'));

    assert.equal((await readBody(response)).length, 100);
    assert.equal(response.url, `${server.url}a.txt`);
    assert.deepEqual(
      server.requests.map(({ headers }) => headers.authorization),
      [authorization, authorization, authorization],
    );
  });

  it('follows no redirect to another origin, and sends nothing there', async () => {
    const other = await world.serve();
    const places = [other.url, `http://localhost:${server.port}/`, `https://127.0.0.1:${server.port}/`];
    for (const redirectTo of [...places, '//example.org/x', 'file:///etc/passwd']) {
      server.answerWith(() => ({ redirectTo }));
      const transfer = world.transfer({ credential: { origin: origin(), authorization } });

      const error = await failureOf(
        transfer.request({ ...request('a.txt?key=canary'), headers: { 'private-token': 'canary' } }),
        'TRANSFER_REFUSED',
      );

      assert.equal(error.data.from, origin());
      assert.notEqual(error.data.to, origin());
      assert.doesNotMatch(everythingOf(error), /canary/);
    }
    assert.equal(other.connections.count, 0);
  });

  it('follows five redirects and no sixth', async () => {
    const step = (path: string) => Number(path.slice('/step-'.length));
    const transfer = world.transfer();
    server.answerWith(({ path }) =>
      step(path) > 0 ? { redirectTo: `/step-${step(path) - 1}` } : { status: 200, body: 'end' },
    );

    assert.equal((await readBody(await transfer.request(request('step-5')))).length, 3);
    await failureOf(transfer.request(request('step-6')), 'TRANSFER_REFUSED');
  });

  it('follows no redirect to nowhere or to a URL with a password', async () => {
    const credentials = server.url.replace('http://', 'http://ada:canary@');
    for (const headers of [{}, { location: 'http://[' }, { location: credentials }]) {
      server.answerWith(() => ({ status: 302, headers }));
      const error = await failureOf(world.transfer().request(request('a.txt')), 'TRANSFER_REFUSED');
      assert.doesNotMatch(everythingOf(error), /canary/);
    }
  });

  it('repeats a POST only where the redirect says that it stays one', async () => {
    const post = { ...request('start'), method: 'POST', body: Buffer.from('x') } as const;
    const transfer = world.transfer();
    server.answerWith(({ path }) => (path === '/start' ? { redirectTo: '/a.txt', status: 308 } : undefined));
    await leaveBody(await transfer.request(post));
    assert.deepEqual(
      server.requests.map(({ method, path }) => `${method} ${path}`),
      ['POST /start', 'POST /a.txt'],
    );

    server.answerWith(() => ({ redirectTo: '/a.txt', status: 302 }));
    await failureOf(transfer.request(post), 'TRANSFER_REFUSED');
  });

  it('stops when the user says so: before, while waiting for an answer, and midway', async () => {
    const reason = new Error('Ctrl-C');
    const isReason = (error: unknown) => error === reason;
    await assert.rejects(
      world.transfer({ signal: AbortSignal.abort(reason) }).request(request('a.txt')),
      isReason,
    );
    assert.equal(server.requests.length, 0);

    const waiting = new AbortController();
    server.answerWith(() => {
      setImmediate(() => waiting.abort(reason));
      return 'stall';
    });
    await assert.rejects(world.transfer({ signal: waiting.signal }).request(request('a.txt')), isReason);

    server.answerWith(() => 'stall-midway');
    const midway = new AbortController();
    const response = await world.transfer({ signal: midway.signal }).request(request('a.txt'));
    const body = response.body[Symbol.asyncIterator]();
    assert.equal((await body.next()).done, false);
    midway.abort(reason);
    await assert.rejects(body.next(), isReason);
    assert.equal((await body.next()).done, true);
  });

  it('opens anew after it was closed', async () => {
    const transfer = world.transfer();
    await transfer.close();
    await leaveBody(await transfer.request(request('a.txt')));
    await transfer.close();
    await transfer.close();

    assert.equal((await readBody(await transfer.request(request('a.txt')))).length, 100);
  });
});
