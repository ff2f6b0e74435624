import assert from 'node:assert/strict';
import type { CredentialHelper, Transfer } from '../../../src/primitives/http/index.js';
import { leaveBody, readBody } from '../../../src/primitives/http/index.js';
import { failureOf, makeHttpWorld, type HttpWorld } from './world.js';

const auth = { user: 'ada', password: 'secret' };
const right = `Basic ${Buffer.from('ada:secret').toString('base64')}`;

/** A helper that notes what it is told. */
function helperFor(url: string, authorization: string | undefined) {
  const told: string[] = [];
  const tell = (what: string) => () => {
    told.push(what);
    return Promise.resolve();
  };
  const helper: CredentialHelper = {
    origin: new URL(url).origin,
    fill: () => {
      told.push('fill');
      return Promise.resolve(
        authorization === undefined
          ? undefined
          : { authorization, approve: tell('approve'), reject: tell('reject') },
      );
    },
  };
  return { helper, told };
}

async function statusOf(transfer: Transfer, url: string): Promise<number> {
  const response = await transfer.request({ url, maxBytes: 100 });
  await leaveBody(response);
  return response.status;
}

describe('a transfer with a credential helper', () => {
  let world: HttpWorld;
  beforeEach(async () => (world = await makeHttpWorld()));
  afterEach(() => world.dispose());

  it('asks once for many requests, and sends what it knows from then on', async () => {
    const server = await world.serve({ auth });
    const { helper, told } = helperFor(server.url, right);
    const transfer = world.transfer({ helper });
    const get = async () =>
      (await readBody(await transfer.request({ url: `${server.url}a.txt`, maxBytes: 100 }))).length;
    assert.deepEqual(await Promise.all([get(), get(), get()]), [100, 100, 100]);
    const before = server.requests.length;
    assert.equal(await get(), 100);
    assert.equal(server.requests.length, before + 1);
    assert.deepEqual(told, ['fill', 'approve']);
  });

  it('hands on the second 401, and rejects what did not work, once', async () => {
    const server = await world.serve({ auth });
    const { helper, told } = helperFor(server.url, 'Basic d3Jvbmc=');
    const transfer = world.transfer({ helper });
    const status = () => statusOf(transfer, `${server.url}a.txt`);
    assert.deepEqual([await status(), await status()], [401, 401]);
    assert.deepEqual(told, ['fill', 'reject']);
    assert.equal(server.requests.length, 3);
  });

  it('does not have a password forgotten that worked elsewhere on the server', async () => {
    const server = await world.serve({
      auth,
      answer: (request) => (request.path === '/closed' ? { status: 401 } : undefined),
    });
    const { helper, told } = helperFor(server.url, right);
    const transfer = world.transfer({ helper });
    await readBody(await transfer.request({ url: `${server.url}a.txt`, maxBytes: 100 }));
    assert.equal(await statusOf(transfer, `${server.url}closed`), 401);
    assert.deepEqual(told, ['fill', 'approve']);
  });

  it('asks for no other origin, and not where passwords are not taken', async () => {
    const server = await world.serve({ auth });
    const elsewhere = helperFor('https://example.org/', right);
    const one = world.transfer({ helper: elsewhere.helper });
    assert.equal(await statusOf(one, `${server.url}a.txt`), 401);
    const bearer = await world.serve({
      answer: () => ({ status: 401, headers: { 'www-authenticate': 'Bearer realm="basic"' } }),
    });
    const own = helperFor(bearer.url, right);
    const two = world.transfer({ helper: own.helper });
    assert.equal(await statusOf(two, `${bearer.url}a.txt`), 401);
    assert.deepEqual([elsewhere.told, own.told], [[], []]);
  });

  it('sends nothing across a redirect', async () => {
    const other = await world.serve();
    const server = await world.serve({ auth, answer: () => ({ redirectTo: `${other.url}a.txt` }) });
    const { helper } = helperFor(server.url, right);
    const transfer = world.transfer({ helper });
    await failureOf(transfer.request({ url: `${server.url}a.txt`, maxBytes: 100 }), 'TRANSFER_REFUSED');
    assert.deepEqual(other.requests, []);
  });
});
