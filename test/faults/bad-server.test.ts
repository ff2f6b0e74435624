import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import path from 'node:path';
import { errorCodes, exitStatus, type ErrorCode } from '../../src/errors/index.js';
import { runWithFault } from '../kit/faults.js';
import { loopbackCertificate } from '../kit/loopback-certificate.js';
import type { Machine } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';
import { startStaticServer, type StaticServerOptions } from '../kit/static-server.js';

/** The product waits up to 40 seconds for an answer; here they pass in two. */
const hurry = 20;

describe('a server that misbehaves', () => {
  let world: World;
  let web: Machine;
  let git: Machine;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
      })
      .build();
    [web, git] = [world.newMachine('web'), world.newMachine('git')];
    await world.begin('main', 'static web server', web);
    await world.begin('main', 'git over http', git);
    await world.registry('main').publish('ada/notes', '1.1.0');
    await world.registry('main').checkpoint();
  });

  afterEach(() => {
    world.staticServer.answerWith(undefined);
    world.gitServer.fault = undefined;
  });

  after(() => world.end());

  async function refuses(machine: Machine, code: ErrorCode): Promise<string> {
    const plan = code === 'TRANSFER_LIMIT' ? { hurry } : {};
    const { status, stderr } = await runWithFault(machine, plan, 'add', 'ada/notes');
    assert.equal(status, exitStatus[errorCodes[code]], stderr);
    assert.match(stderr, new RegExp(`\\b${code}\\b`));
    assert.match(stderr, /hint: \S/);
    assert.doesNotMatch(stderr, /\n\s+at /);
    machine.expectUnchanged('lockfile', 'project', 'installed', 'store', 'receipts', 'trust');
    return stderr;
  }

  const answers: readonly [
    what: string,
    code: ErrorCode,
    answer: NonNullable<ReturnType<NonNullable<StaticServerOptions['answer']>>>,
  ][] = [
    ['says nothing', 'TRANSFER_LIMIT', 'stall'],
    ['stops midway', 'TRANSFER_LIMIT', 'stall-midway'],
    ['sends a byte now and then', 'TRANSFER_LIMIT', 'drip'],
    ['never ends', 'TRANSFER_LIMIT', 'endless'],
    ['breaks off midway', 'NETWORK_FAILED', 'truncate'],
    ['wants us back in an hour', 'NETWORK_FAILED', { status: 429, headers: { 'retry-after': '3600' } }],
    ['stays busy', 'NETWORK_FAILED', { status: 503, headers: { 'retry-after': '0' } }],
    ['fails', 'NETWORK_FAILED', { status: 500 }],
  ];
  for (const [what, code, answer] of answers) {
    it(`${what}: ${code}, and nothing changed`, async () => {
      world.staticServer.answerWith(({ path: file }) => (file.includes('/trust/') ? answer : undefined));
      await refuses(web, code);
    });
  }

  it('asks us to come back in a moment: we do, and the add succeeds', async () => {
    const machine = world.newMachine('patient');
    await world.begin('main', 'static web server', machine);
    const asked = new Set<string>();
    world.staticServer.answerWith(({ path: file }) => {
      if (asked.has(file)) return undefined;
      asked.add(file);
      return { status: 503, headers: { 'retry-after': '0' } };
    });
    await machine.run('add', 'ada/notes').succeeds();
    assert.ok(asked.size > 3);
  });

  it('is a git server that breaks off its pack, or is busy: NETWORK_FAILED, and nothing changed', async () => {
    world.gitServer.fault = ({ method }) => (method === 'POST' ? { truncateAfter: 100 } : undefined);
    await refuses(git, 'NETWORK_FAILED');
    world.gitServer.fault = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    await refuses(git, 'NETWORK_FAILED');
    world.gitServer.fault = undefined;
    await git.run('add', 'ada/notes').succeeds();
  });

  it('redirects to another origin: refused, and nobody is asked there', async () => {
    const other = await startStaticServer(world.base);
    try {
      world.staticServer.answerWith(({ path: file }) => ({ redirectTo: `${other.url}static${file}` }));
      await refuses(web, 'TRANSFER_REFUSED');
      world.gitServer.fault = () => ({ status: 302, headers: { location: `${other.url}main.git` } });
      const fresh = world.newMachine('redirected');
      await fresh.run('init').succeeds();
      const url = world.url('main', 'git over http');
      await fresh
        .run('registry', 'add', 'main', url, '--id', world.registry('main').id)
        .failsWith('TRANSFER_REFUSED');
      assert.equal(other.connections.count, 0);
    } finally {
      await other.close();
    }
  });

  it('is reached through the proxy that HTTPS_PROXY names, and not without it', async () => {
    const server = await startStaticServer(path.join(world.base, 'static'), { tls: true });
    const tunnels: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const onward = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
      socket.on('close', () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      const authority = path.join(world.base, 'authority.pem');
      writeFileSync(authority, loopbackCertificate.cert);
      const machine = world.newMachine('behind a proxy');
      machine.environment.NODE_EXTRA_CA_CERTS = authority;
      machine.environment.HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      await machine.run('init').succeeds();
      const { id } = world.registry('main');
      await machine.run('registry', 'add', 'main', 'https://registry.test/main', '--id', id).succeeds();
      await machine.run('add', 'ada/notes').succeeds();
      assert.deepEqual([...new Set(tunnels)], ['registry.test:443']);

      const before = tunnels.length;
      machine.environment.NO_PROXY = 'registry.test';
      await machine.run('update').failsWith('NETWORK_FAILED');
      assert.equal(tunnels.length, before);
    } finally {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      await server.close();
    }
  });
});
