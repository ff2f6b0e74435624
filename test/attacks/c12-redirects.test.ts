import assert from 'node:assert/strict';
import path from 'node:path';
import { layout } from '../../src/model/index-layout.js';
import type { PluginName } from '../../src/model/names.js';
import type { Version } from '../../src/model/version.js';
import { formatJson } from '../../src/primitives/json/index.js';
import type { SourceKind } from '../kit/scenario.js';
import { startStaticServer, type StaticServer } from '../kit/static-server.js';
import { threat } from '../kit/threat.js';
import { Stage } from './stage.js';

const token = 's3cret-canary';
const overHttp = 'static web server';
const overGit = 'git over http';
const base = 'bob/base' as PluginName;

threat('C12', 'Credentials across a redirect', () => {
  const stage = new Stage({ kinds: [overHttp, overGit] });
  let other: StaticServer;

  beforeEach(async () => {
    other = await startStaticServer(path.join(stage.world.base, 'static'));
  });
  afterEach(() => other.close());

  /** Somebody with a token for `main`, which goes where they typed. */
  function victimWithToken(kind: SourceKind = overHttp) {
    const victim = stage.victim(kind);
    victim.environment.UDOS_TOKEN_MAIN = token;
    stage.world.staticServer.requests.length = 0;
    stage.world.gitServer.requests.length = 0;
    return victim;
  }

  /** The token was on its way, so that it could have been carried on. */
  const sentHome = (kind: SourceKind = overHttp) =>
    kind === overHttp
      ? stage.world.staticServer.requests.filter(({ headers }) => headers.authorization !== undefined)
      : stage.world.gitServer.requests.filter(({ authorization }) => authorization !== undefined);
  const home = () => new URL(stage.world.staticServer.url).origin;
  const behave = () => {
    stage.world.staticServer.answerWith(undefined);
    stage.world.gitServer.fault = undefined;
    return Promise.resolve();
  };

  for (const [what, file] of [
    ['the checkpoint', layout.checkpoint],
    ['the sums of a folder', 'plugins/bo/bob/SHA256SUMS'],
    ['a plugin document', layout.document(base)],
    ['an artifact', layout.artifact(base, '1.0.0' as Version)],
  ] as const) {
    it(`${what} of a web server, sent on to another origin`, async () => {
      const victim = victimWithToken();
      stage.world.staticServer.answerWith((request) =>
        request.path === `/main/${file}` ? { redirectTo: `${other.url}main/${file}` } : undefined,
      );
      const { stdout, stderr } = await stage.refuses(
        'TRANSFER_REFUSED',
        { from: home(), to: other.url.slice(0, -1) },
        ['add', base],
        {
          victim,
          moves: what === 'an artifact' ? ['trust/plugins/bob--base', 'trust/publishers/bob'] : [],
          recover: behave,
        },
      );
      assert.notEqual(sentHome().length, 0);
      assert.deepEqual(other.requests, []);
      assert.ok(!`${stdout}${stderr}`.includes(token));
    });
  }

  for (const [what, target, because] of [
    [
      'the same machine by another name',
      (port: number) => `http://localhost:${port}/main/`,
      (port: number) => ({ to: `http://localhost:${port}` }),
    ],
    [
      'the same machine and port over TLS',
      (port: number) => `https://127.0.0.1:${port}/main/`,
      (port: number) => ({ to: `https://127.0.0.1:${port}` }),
    ],
    [
      'itself with a password',
      (port: number) => `http://ada:${token}@127.0.0.1:${port}/main/`,
      () => /it redirects to a URL with a password/,
    ],
    ['a file on this machine', () => 'file:///etc/hostname', () => ({ to: 'file://' })],
  ] as const) {
    it(`a web server that sends on to ${what}`, async () => {
      const { staticServer } = stage.world;
      const victim = victimWithToken();
      const to = target(staticServer.port);
      staticServer.answerWith((request) =>
        request.path === `/main/${layout.checkpoint}` ? { redirectTo: to } : undefined,
      );
      const { stdout, stderr } = await stage.refuses(
        'TRANSFER_REFUSED',
        because(staticServer.port),
        ['update'],
        {
          victim,
          recover: behave,
        },
      );
      assert.notEqual(sentHome().length, 0);
      assert.ok(!`${stdout}${stderr}`.includes(token));
    });
  }

  for (const status of [301, 307] as const) {
    it(`a git server that sends on to another origin, with status ${status}`, async () => {
      const victim = victimWithToken(overGit);
      stage.world.gitServer.fault = ({ target }) => ({
        status,
        headers: { location: `${other.url.slice(0, -1)}${target}` },
      });
      await stage.refuses(
        'TRANSFER_REFUSED',
        { from: /^http:\/\/127/, to: other.url.slice(0, -1) },
        ['update'],
        { victim, kind: overGit, recover: behave },
      );
      assert.notEqual(sentHome(overGit).length, 0);
      assert.deepEqual(other.requests, []);
    });
  }

  it('a git server that sends on what is fetched, not what is asked', async () => {
    const victim = victimWithToken(overGit);
    await stage.registry.checkpoint();
    stage.world.gitServer.fault = ({ method, target }) =>
      method === 'POST'
        ? { status: 307, headers: { location: `${other.url.slice(0, -1)}${target}` } }
        : undefined;
    await stage.refuses(
      'TRANSFER_REFUSED',
      { from: /^http:\/\/127/, to: other.url.slice(0, -1) },
      ['update'],
      { victim, kind: overGit, recover: behave },
    );
    assert.notEqual(sentHome(overGit).length, 0);
    assert.deepEqual(other.requests, []);
  });

  it('nothing in a mirror on another origin: it is read, without the token', async () => {
    const victim = victimWithToken();
    const project = JSON.parse(victim.read('udos.json')) as { registries: { main: object } };
    project.registries.main = { ...project.registries.main, mirrors: [`${other.url}main/`] };
    victim.write('udos.json', JSON.stringify(project));
    stage.world.staticServer.answerWith(() => ({ status: 404 }));

    await victim.run('update').succeeds();

    assert.match(victim.read('udos-lock.json'), /"version": "1\.1\.0"/);
    assert.notEqual(sentHome().length, 0);
    assert.notEqual(other.requests.length, 0);
    for (const { headers } of other.requests) assert.ok(!JSON.stringify(headers).includes('uthorization'));
    assert.deepEqual(victim.filesHolding(token), []);
  });

  it('nothing in artifacts on another origin that the registry names: they are fetched, without the token', async () => {
    const victim = victimWithToken();
    const file = {
      name: 'main',
      description: 'The registry main.',
      format: 1,
      artifacts: `${other.url}main/`,
    };
    await stage.registry.forge(new Map([[layout.registryFile, Buffer.from(formatJson(file))]]));

    await victim.run('add', base).succeeds();

    assert.notEqual(sentHome().length, 0);
    assert.deepEqual(
      other.requests.map(({ path: asked, headers }) => [asked, headers.authorization]),
      [[`/main/${layout.artifact(base, '1.0.0' as Version)}`, undefined]],
    );
  });
});
