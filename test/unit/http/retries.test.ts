import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { leaveBody, readBody } from '../../../src/primitives/http/index.js';
import type { StaticServer } from '../../kit/static-server.js';
import { failureOf, makeHttpWorld, type HttpWorld } from './world.js';

describe('a request whose server is busy', () => {
  let world: HttpWorld;
  let server: StaticServer;
  let waits: number[];
  beforeEach(async () => {
    world = await makeHttpWorld();
    server = await world.serve();
    waits = [];
  });
  afterEach(() => world.dispose());

  const transfer = () => world.transfer({ onWait: (milliseconds) => waits.push(milliseconds) });
  const request = () => ({ url: `${server.url}a.txt`, maxBytes: 1000 });
  const answerFirst = (count: number, status: number, headers: Record<string, string> = {}) =>
    server.answerWith(() => (server.requests.length <= count ? { status, headers } : undefined));

  it('is sent again, twice at most, with a growing wait', async () => {
    for (const status of [429, 502, 503, 504]) {
      server.requests.length = 0;
      answerFirst(2, status);
      assert.equal((await readBody(await transfer().request(request()))).length, 100);
      assert.equal(server.requests.length, 3);
    }
    assert.deepEqual(waits.slice(0, 2), [250, 1000]);

    server.requests.length = 0;
    answerFirst(Infinity, 503);
    const response = await transfer().request(request());
    await leaveBody(response);
    assert.deepEqual([response.status, server.requests.length], [503, 3]);
  });

  it('waits as long as the server says, when that is short', async () => {
    answerFirst(1, 429, { 'retry-after': '3' });
    await leaveBody(await transfer().request(request()));
    assert.deepEqual(waits, [3000]);
  });

  it('is not sent again where the server wants a long wait', async () => {
    answerFirst(Infinity, 503, { 'retry-after': '3600' });
    const response = await transfer().request(request());
    await leaveBody(response);
    assert.deepEqual([response.status, server.requests.length, waits], [503, 1, []]);
  });

  it('takes a date, or nonsense, for no word on it', async () => {
    answerFirst(2, 503, { 'retry-after': 'Fri, 31 Dec 2199 23:59:59 GMT' });
    await leaveBody(await transfer().request(request()));
    assert.deepEqual(waits, [250, 1000]);
  });

  it('is not sent again for any other status, nor when it may change something', async () => {
    for (const status of [401, 403, 404, 500]) {
      server.requests.length = 0;
      answerFirst(Infinity, status);
      await leaveBody(await transfer().request(request()));
      assert.equal(server.requests.length, 1, String(status));
    }
    server.requests.length = 0;
    answerFirst(Infinity, 503);
    await leaveBody(await transfer().request({ ...request(), method: 'POST', body: Buffer.from('x') }));
    assert.equal(server.requests.length, 1);
    assert.deepEqual(waits, []);
  });

  it('is sent again when the connection breaks before the answer, and not once the body has begun', async () => {
    let connections = 0;
    const breaking = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
      socket.once('data', () => {
        if (connections < 3) socket.resetAndDestroy();
        else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok');
      });
    });
    await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(breaking.address() as AddressInfo).port}/`;
    assert.equal((await readBody(await transfer().request({ url, maxBytes: 10 }))).length, 2);
    assert.deepEqual([connections, waits], [3, [250, 1000]]);
    connections = 0;
    await failureOf(
      transfer().request({ url, maxBytes: 10, method: 'POST', body: Buffer.from('x') }),
      'NETWORK_FAILED',
    );
    assert.equal(connections, 1);
    breaking.close();

    server.answerWith(() => 'truncate');
    await failureOf(readBody(await transfer().request(request())), 'NETWORK_FAILED');
    assert.equal(server.requests.length, 1);
  });

  it('is given up when the user says so while it waits', async () => {
    const user = new AbortController();
    const reason = new Error('Ctrl-C');
    answerFirst(Infinity, 503);
    const waiting = world.transfer({ signal: user.signal, onWait: () => user.abort(reason) });
    await assert.rejects(waiting.request(request()), (error) => error === reason);
    assert.equal(server.requests.length, 1);
  });
});
