import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { layout } from '../../src/model/index-layout.js';
import { formatJson } from '../../src/primitives/json/index.js';
import { writeCredentialHelper, type TestCredentialHelper } from '../kit/credential-helper.js';
import { git, gitAway } from '../kit/git-cli.js';
import type { Machine } from '../kit/machine.js';
import type { Result } from '../kit/run.js';
import { scenario, type World } from '../kit/scenario.js';
import { startStaticServer, type StaticServer } from '../kit/static-server.js';

const user = 'ada';
const password = 'c4nary-of-the-helper';
const base64 = Buffer.from(`${user}:${password}`).toString('base64');
const right = [`username=${user}`, `password=${password}`];

describe('a private registry, opened by git’s own credential helpers', () => {
  let world: World;
  let web: StaticServer;
  let helper: TestCredentialHelper;
  const outputs: Result[] = [];

  const hostOf = (url: string) => new URL(url).host;
  const gitUrl = () => world.url('main', 'git over http');
  const idOf = (alias = 'main') => world.registry(alias).id;

  /** A machine whose user has the helper. */
  const machineOf = async (name: string, own: TestCredentialHelper = helper): Promise<Machine> => {
    const machine = world.newMachine(name);
    Object.assign(machine.environment, own.environment);
    await machine.run('init').succeeds();
    return machine;
  };
  const keep = async (run: Promise<Result>) => {
    const result = await run;
    outputs.push(result);
    return result;
  };

  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
      })
      .gitServer({ basicAuth: { user, password } })
      .build();
    web = await startStaticServer(path.join(world.base, 'static'), { auth: { user, password } });
  });

  beforeEach(() => {
    helper = writeCredentialHelper(path.join(world.base, 'helper'));
    helper.knows(right);
  });

  after(async () => {
    await web.close();
    await world.end();
  });

  it('reads over git: asked at the first 401, approved once it worked', async () => {
    const machine = await machineOf('git');
    await keep(machine.run('registry', 'add', 'main', gitUrl(), '--id', idOf(), '--verbose').succeeds());
    const place = `http ${hostOf(gitUrl())}`;
    assert.deepEqual(helper.calls(), [`get ${place}`, `store ${place}`]);
    await keep(machine.run('add', 'ada/notes', '--verbose').succeeds());
    await keep(machine.run('install', '--json').succeeds());
    // Each command asks once, and tells that the answer was taken.
    assert.equal(helper.calls().length, 6);
  });

  it('is not asked when the alias has a token, nor when nothing is private', async () => {
    const machine = await machineOf('token');
    machine.environment.UDOS_TOKEN_MAIN = `${user}:${password}`;
    await keep(machine.run('registry', 'add', 'main', gitUrl(), '--id', idOf()).succeeds());
    const open = await machineOf('open');
    await open
      .run('registry', 'add', 'main', world.url('main', 'static web server'), '--id', idOf())
      .succeeds();
    assert.deepEqual(helper.calls(), []);
  });

  it('tells the path only to a user who set credential.useHttpPath', async () => {
    const careful = writeCredentialHelper(path.join(world.base, 'careful'), { useHttpPath: true });
    careful.knows(right);
    const machine = await machineOf('path', careful);
    await keep(machine.run('registry', 'add', 'main', gitUrl(), '--id', idOf()).succeeds());
    assert.equal(careful.calls()[0], `get http ${hostOf(gitUrl())} main.git`);
  });

  it('reads a plain web folder, and the artifacts that lie on the same server', async () => {
    const registry = world.registry('main');
    const file = { name: 'main', description: 'Private.', format: 1, artifacts: `${web.url}main/` };
    await registry.edit(new Map([[layout.registryFile, Buffer.from(formatJson(file))]]));
    await registry.checkpoint();
    const machine = await machineOf('web');
    await keep(machine.run('registry', 'add', 'main', `${web.url}main`, '--id', idOf()).succeeds());
    await keep(machine.run('add', 'ada/notes').succeeds());
    const artifact = web.requests.filter((request) => request.path.endsWith('.tgz'));
    assert.deepEqual(
      artifact.map((request) => [request.headers.authorization, request.status]),
      [[`Basic ${base64}`, 200]],
    );
  });

  it('publishes', async () => {
    const machine = await machineOf('author');
    await machine.run('key', 'generate', 'work', '--no-password').succeeds();
    const { id } = await machine.json<{ id: string }>('registry', 'init', 'acme', '--publisher', 'ada');
    const hosted = path.join(world.base, 'git', 'acme.git');
    mkdirSync(path.dirname(hosted), { recursive: true });
    await gitAway(world.base, 'clone', '--quiet', '--bare', machine.at('acme'), hosted);
    git(hosted, 'config', 'http.receivepack', 'true');
    await keep(
      machine.run('registry', 'add', 'acme', `${world.gitServer.url}/acme.git`, '--id', id).succeeds(),
    );
    await machine.run('plugin', 'init', 'ada/hello').succeeds();
    await keep(machine.run('publish', 'hello', '--verbose', '--json').succeeds());
    assert.equal(git(hosted, 'ls-tree', '-r', '--name-only', 'published').includes('ada/hello.json'), true);
  });

  it('a wrong password is an auth error, and the helper is told to forget it', async () => {
    helper.knows([`username=${user}`, 'password=wr0ng-canary']);
    const machine = await machineOf('wrong');
    const result = await keep(
      machine.run('registry', 'add', 'main', gitUrl(), '--id', idOf(), '--json').failsWith('AUTH_REQUIRED'),
    );
    assert.match(result.stdout, /UDOS_TOKEN_MAIN.*credential helper/);
    const place = `http ${hostOf(gitUrl())}`;
    assert.deepEqual(helper.calls(), [`get ${place}`, `erase ${place}`]);
    machine.expectUnchanged('project', 'trust');
    assert.doesNotMatch(result.stdout + result.stderr, /wr0ng/);
  });

  it('a server that says the password aloud is not repeated', async () => {
    const machine = await machineOf('echo');
    await machine.run('registry', 'add', 'main', gitUrl(), '--id', idOf()).succeeds();
    world.gitServer.fault = (request) =>
      request.authorization === undefined
        ? undefined
        : { status: 403, body: `no entry for ${password} (${request.authorization})` };
    const result = await keep(machine.run('registry', 'sync', '--json').failsWith('AUTH_REQUIRED')).finally(
      () => (world.gitServer.fault = undefined),
    );
    assert.match(result.stdout, /\[redacted\]/);
  });

  it('a helper that knows nothing, or no git at all, leaves the same error', async () => {
    helper.knows([]);
    const machine = await machineOf('empty');
    await machine.run('registry', 'add', 'main', gitUrl(), '--id', idOf()).failsWith('AUTH_REQUIRED');
    machine.environment.PATH = world.base;
    const { stderr } = await machine
      .run('registry', 'add', 'main', gitUrl(), '--id', idOf())
      .failsWith('AUTH_REQUIRED');
    assert.match(stderr, /UDOS_TOKEN_MAIN/);
    assert.deepEqual(helper.calls(), [`get http ${hostOf(gitUrl())}`]);
  });

  it('is never asked for a place that only a cloned project names', async () => {
    const machine = await machineOf('victim');
    machine.write(
      'udos.json',
      formatJson({ plugins: { 'ada/notes': '*' }, registries: { main: { url: gitUrl(), id: idOf() } } }),
    );
    await machine.run('install').failsWith('AUTH_REQUIRED');
    assert.deepEqual(helper.calls(), []);
  });

  it('a project’s own git settings name no helper', async () => {
    helper.knows([]);
    const machine = await machineOf('settings');
    git(machine.at(), 'init', '--quiet');
    const evil = writeCredentialHelper(path.join(world.base, 'evil'));
    git(machine.at(), 'config', 'credential.helper', path.join(world.base, 'evil', 'helper.sh'));
    await machine.run('registry', 'add', 'main', gitUrl(), '--id', idOf()).failsWith('AUTH_REQUIRED');
    assert.deepEqual([helper.calls().length, evil.calls()], [1, []]);
  });

  it('what it knows follows no redirect to another origin', async () => {
    const other = await startStaticServer(path.join(world.base, 'static'));
    web.answerWith((request) => ({ redirectTo: `${other.url}${request.path.slice(1)}` }));
    const machine = await machineOf('redirect');
    await keep(
      machine.run('registry', 'add', 'main', `${web.url}main`, '--id', idOf()).failsWith('TRANSFER_REFUSED'),
    );
    web.answerWith(undefined);
    assert.deepEqual(other.requests, []);
    await other.close();
  });

  it('the password is in no output and in no file', () => {
    assert.ok(outputs.length > 8);
    for (const { stdout, stderr } of outputs) {
      assert.ok(!`${stdout}${stderr}`.includes(password) && !`${stdout}${stderr}`.includes(base64));
    }
    for (const name of ['git', 'token', 'path', 'web', 'author', 'echo', 'redirect']) {
      const machine = world.newMachine(name);
      assert.deepEqual([...machine.filesHolding(password), ...machine.filesHolding(base64)], [], name);
    }
  });
});
