import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { leaveBody, readBody } from '../../../src/primitives/http/index.js';
import type { StaticServer } from '../../kit/static-server.js';
import { failureOf, makeHttpWorld, type HttpWorld } from './world.js';

describe('the limits of a transfer', () => {
  let world: HttpWorld;
  let server: StaticServer;
  beforeEach(async () => {
    world = await makeHttpWorld();
    server = await world.serve();
  });
  afterEach(() => world.dispose());

  const request = (maxBytes = 1000) => ({ url: `${server.url}a.txt`, maxBytes });

  it('take a body of exactly the size allowed', async () => {
    assert.equal((await readBody(await world.transfer().request(request(100)))).length, 100);
  });

  it('refuse a body that is announced larger before its first byte, yet tell its status', async () => {
    const response = await world.transfer().request(request(99));

    assert.equal(response.status, 200);
    const error = await failureOf(readBody(response), 'TRANSFER_LIMIT');
    assert.deepEqual([error.data.limit, error.data.allowed], ['maxBytes', 99]);
  });

  it('end a body that does not end', async () => {
    server.answerWith(() => 'endless');
    const response = await world.transfer().request(request(100_000));
    let taken = 0;
    const error = await failureOf(
      (async () => {
        for await (const piece of response.body) taken += piece.length;
      })(),
      'TRANSFER_LIMIT',
    );
    assert.equal(error.data.limit, 'maxBytes');
    assert.ok(taken <= 100_000);
  });

  it('do not count what a HEAD request announces', async () => {
    const response = await world.transfer().request({ ...request(0), method: 'HEAD' });
    assert.equal(response.headers['content-length'], '100');
    assert.equal((await readBody(response)).length, 0);
  });

  it('count the bytes as they come: an encoded body is not decoded', async () => {
    server.answerWith(() => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: 'not gzip' }));
    assert.equal((await readBody(await world.transfer().request(request(8)))).length, 8);
  });

  it('give up on a server that takes the request and says nothing', async () => {
    server.answerWith(() => 'stall');
    const transfer = world.transfer({ limits: { connectMs: 20, firstByteMs: 20 } });
    const error = await failureOf(transfer.request(request()), 'TRANSFER_LIMIT');
    assert.equal(error.data.limit, 'firstByteMs');
  });

  it('leave time to send a body, at the minimum rate', async () => {
    server.answerWith(() => 'stall');
    const transfer = world.transfer({ limits: { connectMs: 10, firstByteMs: 10, minBytesPerSecond: 1000 } });
    const sent = { ...request(), method: 'POST', body: new Uint8Array(30) } as const;
    const error = await failureOf(transfer.request(sent), 'TRANSFER_LIMIT');
    assert.deepEqual([error.data.limit, error.data.allowed], ['firstByteMs', 50]);
  });

  it('give up on a connection that is not made: here, a TLS greeting without answer', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    silent.on('connection', (socket) => socket.on('error', () => undefined).unref());
    const transfer = world.transfer({ limits: { connectMs: 20 } });

    await failureOf(transfer.request({ url: `https://127.0.0.1:${port}/`, maxBytes: 1 }), 'NETWORK_FAILED');

    silent.close();
  });

  it('give up on a body that stops midway', async () => {
    server.answerWith(() => 'stall-midway');
    const transfer = world.transfer({ limits: { idleMs: 30 } });
    const error = await failureOf(readBody(await transfer.request(request())), 'TRANSFER_LIMIT');
    assert.equal(error.data.limit, 'idleMs');
  });

  it('give up on a body that drips below the minimum rate, though it never pauses long', async () => {
    server.answerWith(() => 'drip');
    const transfer = world.transfer({ limits: { minBytesPerSecond: 10_000, rateGraceMs: 30 } });
    const error = await failureOf(readBody(await transfer.request(request())), 'TRANSFER_LIMIT');
    assert.equal(error.data.limit, 'minBytesPerSecond');
  });

  it('give up on a transfer that takes too long as a whole, redirects included', async () => {
    server.answerWith(({ path }) => (path === '/a.txt' ? { redirectTo: '/b.txt' } : 'stall'));
    const transfer = world.transfer({ limits: { totalMs: 60 } });
    const error = await failureOf(transfer.request(request()), 'TRANSFER_LIMIT');
    assert.equal(error.data.limit, 'totalMs');
  });

  it('are told by the next read when they end a body that nobody reads', async () => {
    const transfer = world.transfer({ limits: { totalMs: 500 } });
    server.answerWith(() => 'endless');
    const { body } = await transfer.request(request(100_000_000));
    const pieces = body[Symbol.asyncIterator]();
    await failureOf(
      (async () => {
        while ((await pieces.next()).done !== true) await setImmediate();
      })(),
      'TRANSFER_LIMIT',
    );
  });

  it('refuse endless headers', async () => {
    server.answerWith(() => ({ status: 200, headers: { 'x-long': 'x'.repeat(100_000) } }));
    await failureOf(world.transfer().request(request()), 'TRANSFER_LIMIT');
  });

  it('do not hide a torn body: it is NETWORK_FAILED', async () => {
    server.answerWith(() => 'truncate');
    await failureOf(readBody(await world.transfer().request(request())), 'NETWORK_FAILED');
  });

  it('leave a body at any point, before its first byte too', async () => {
    server.answerWith(() => 'endless');
    const transfer = world.transfer();

    const unread = await transfer.request(request());
    await unread.body[Symbol.asyncIterator]().return?.();
    assert.equal((await readBody(unread)).length, 0);

    const begun = await transfer.request(request(100_000));
    for await (const piece of begun.body) if (piece.length > 0) break;
    assert.equal((await readBody(begun)).length, 0);

    await leaveBody(await transfer.request(request(100_000)));
  });
});
