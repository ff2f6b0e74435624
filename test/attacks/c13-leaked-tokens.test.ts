import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { ErrorCode } from '../../src/errors/index.js';
import { formatPktLine } from '../../src/primitives/git/pkt-lines.js';
import { formatJson } from '../../src/primitives/json/index.js';
import { writeCredentialHelper } from '../kit/credential-helper.js';
import { git, gitAway } from '../kit/git-cli.js';
import type { Fault, ServedRequest } from '../kit/git-server.js';
import type { Machine } from '../kit/machine.js';
import type { Result } from '../kit/run.js';
import { scenario, type World } from '../kit/scenario.js';
import { threat } from '../kit/threat.js';

/** With characters that a URL encodes, and digits that no ordinary word has. */
const token = 'c4nary+of/the=t0ken';
const keyPassword = 'c4nary of the k3y?';
const user = 'udos';
const pair = Buffer.from(`${user}:${token}`).toString('base64');

/** Everything a secret may look like on its way out. */
function formsOf(secret: string): string[] {
  const plain = [secret, `${user}:${secret}`];
  return [
    secret,
    encodeURIComponent(secret),
    ...plain.flatMap((text) => [
      Buffer.from(text).toString('base64').replace(/=+$/, ''),
      Buffer.from(text).toString('base64url'),
    ]),
  ];
}

function expectNowhere(secret: string, { stdout, stderr }: Result, what: string): void {
  for (const form of formsOf(secret))
    assert.ok(!`${stdout}${stderr}`.includes(form), `${what} shows ${form}`);
}

/** What a server does that has learned the token and says it aloud, in every way it can. */
const loudServers: readonly (readonly [what: string, code: ErrorCode, answer: (loud: string) => Fault])[] = [
  ['401', 'AUTH_REQUIRED', (loud) => ({ status: 401, body: loud })],
  ['403', 'AUTH_REQUIRED', (loud) => ({ status: 403, body: loud })],
  ['500', 'NETWORK_FAILED', (loud) => ({ status: 500, body: loud })],
  [
    'a git ERR line',
    'NETWORK_FAILED',
    (loud) => ({
      status: 200,
      headers: { 'content-type': 'application/x-git-upload-pack-advertisement' },
      body: `${formatPktLine(`ERR ${loud}\n`)}0000`,
    }),
  ],
];

threat('C13', 'Leaked tokens', () => {
  let world: World;

  const gitUrl = () => world.url('main', 'git over http');
  const addMain = () => ['registry', 'add', 'main', gitUrl(), '--id', world.registry('main').id] as const;

  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
      })
      .gitServer({ basicAuth: { user, password: token } })
      .build();
  });

  afterEach(() => {
    world.gitServer.fault = undefined;
  });

  after(() => world.end());

  async function newcomer(
    name: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Machine> {
    const machine = world.newMachine(name);
    mkdirSync(machine.home, { recursive: true });
    Object.assign(machine.environment, environment);
    await machine.run('init').succeeds();
    return machine;
  }

  /** Runs a command for people and for programs, both with all that is said on the way. */
  async function quietAbout(
    secret: string,
    machine: Machine,
    code: ErrorCode | undefined,
    ...args: readonly string[]
  ): Promise<void> {
    for (const form of [['--verbose'], ['--verbose', '--json']]) {
      const run = machine.run(...args, ...form);
      const result = await (code === undefined ? run.succeeds() : run.failsWith(code));
      expectNowhere(secret, result, run.args.join(' '));
    }
  }

  function expectInNoFile(secret: string, machine: Machine, except: readonly string[] = []): void {
    const holding = formsOf(secret).flatMap((form) => machine.filesHolding(form));
    assert.deepEqual(
      holding.filter((file) => !except.includes(file)),
      [],
    );
  }

  /** The server says what it was told, as it came and decoded. */
  function beLoud(answer: (loud: string) => Fault): void {
    world.gitServer.fault = ({ authorization }: ServedRequest) =>
      authorization === undefined ? undefined : answer(`no ${token} for "${authorization}" (${pair})`);
  }

  const owners = [
    ['of the environment', () => ({ UDOS_TOKEN_MAIN: token })],
    [
      'of a git credential helper',
      () => {
        const helper = writeCredentialHelper(path.join(world.base, 'helper'));
        helper.knows([`username=${user}`, `password=${token}`]);
        return helper.environment;
      },
    ],
  ] as const;
  for (const [whose, environment] of owners) {
    it(`a token ${whose} is in no output and no file, whatever the server does`, async () => {
      const machine = await newcomer(`token ${whose}`, environment());
      await quietAbout(token, machine, undefined, ...addMain());
      await quietAbout(token, machine, undefined, 'add', 'ada/notes');
      await quietAbout(token, machine, undefined, 'verify');
      for (const [what, code, answer] of loudServers) {
        beLoud(answer);
        const human = await machine.run('registry', 'sync', '--verbose').failsWith(code);
        expectNowhere(token, human, what);
        const json = await machine.run('registry', 'sync', '--json').failsWith(code);
        expectNowhere(token, json, what);
        assert.match(json.stdout, /\[redacted\]|wants to know who asks/, what);
        for (const form of [[], ['--json']])
          expectNowhere(token, await machine.run('registry', 'show', 'main', ...form).failsWith(code), what);
        machine.expectUnchanged('project', 'lockfile', 'trust', 'store', 'installed');
      }
      beLoud(() => ({ status: 302, headers: { location: world.url('main', 'static web server') } }));
      await quietAbout(token, machine, 'TRANSFER_REFUSED', 'registry', 'sync');
      assert.deepEqual(
        world.staticServer.requests.filter(({ headers }) => headers.authorization !== undefined),
        [],
      );
      beLoud(() => ({ status: 403, body: `no ${token} (${pair})` }));
      machine.environment.UDOS_DEBUG = '1';
      expectNowhere(token, await machine.run('registry', 'sync').result, 'UDOS_DEBUG');
      expectInNoFile(token, machine);
    });
  }

  it('a login in a URL is refused, and not repeated however the URL is broken', async () => {
    const machine = await newcomer('typed');
    const { id } = world.registry('main');
    for (const url of [
      `https://${user}:${encodeURIComponent(token)}@git.example/index`,
      `https://${user}:${token}@git.example/index`,
      `https://${user}:${token} @git.example/index`,
      `git::https://${user}:${token}@git.example/index`,
      `${user}:${token}@git.example:index`,
      `https://${user}:${token}${'x'.repeat(200)}@git.example/index`,
      `ssh://${user}:${token}@git.example/index`,
    ]) {
      const result = await machine
        .run('registry', 'add', 'main', url, '--id', id)
        .failsWith('URL_INVALID', /cannot be a registry/);
      expectNowhere(token, result, url);
      machine.expectUnchanged('project', 'trust');
    }
    const url = `https://${user}:${token}@git.example/index`;
    await quietAbout(token, machine, 'URL_INVALID', 'registry', 'add', 'main', url, '--id', id);
    await quietAbout(token, machine, 'USAGE', 'registry', 'sync', 'main', url);
    expectInNoFile(token, machine);
  });

  it('a login in the udos.json of a clone is refused, and goes no further', async () => {
    const machine = await newcomer('clone');
    const { id } = world.registry('main');
    const url = `https://${user}:${encodeURIComponent(token)}@git.example/index`;
    const registries = { main: { url, id } };
    machine.write('udos.json', formatJson({ plugins: { 'ada/notes': '*' }, registries }));
    for (const args of [['install'], ['registry', 'list'], ['search', 'notes']])
      await quietAbout(token, machine, 'URL_INVALID', ...args);
    for (const form of [[], ['--json']])
      expectNowhere(token, await machine.run('doctor', ...form).result, 'doctor');
    expectInNoFile(token, machine, [machine.at('udos.json')]);
  });

  it('the password of a key and the token of its author stay where they were, from the first key to a refused push', async () => {
    const author = await newcomer('author', { UDOS_KEY_PASSWORD: keyPassword, UDOS_TOKEN_ACME: token });
    const generated = await author.run('key', 'generate', 'work', '--verbose').succeeds();
    expectNowhere(keyPassword, generated, 'key generate');
    const keys = path.join(author.home, 'keys');
    const secretFiles = readdirSync(keys).filter((file) => file.endsWith('.key'));
    assert.deepEqual(secretFiles, ['work.key']);
    assert.equal(statSync(path.join(keys, 'work.key')).mode & 0o777, 0o600);
    assert.equal(statSync(keys).mode & 0o077, 0);

    const made = await author.run('registry', 'init', 'acme', '--publisher', 'ada', '--json').succeeds();
    const { id } = JSON.parse(made.stdout) as { id: string };
    const hosted = path.join(world.base, 'git', 'acme.git');
    mkdirSync(path.dirname(hosted), { recursive: true });
    await gitAway(world.base, 'clone', '--quiet', '--bare', author.at('acme'), hosted);
    git(hosted, 'config', 'http.receivepack', 'true');
    await author.run('registry', 'add', 'acme', `${world.gitServer.url}/acme.git`, '--id', id).succeeds();
    await author.run('plugin', 'init', 'ada/hello').succeeds();

    const results = [made];
    author.environment.UDOS_KEY_PASSWORD = `${keyPassword} wrong`;
    results.push(await author.run('publish', 'hello', '--json').failsWith('PASSWORD_INVALID', /work/));
    author.environment.UDOS_KEY_PASSWORD = keyPassword;
    results.push(await author.run('publish', 'hello', '--verbose', '--json').succeeds());
    await author.run('plugin', 'init', 'ada/other').succeeds();
    world.gitServer.fault = ({ method, target, authorization }) =>
      method === 'POST' && target.includes('git-receive-pack')
        ? { status: 403, body: `no ${token} for ${String(authorization)}` }
        : undefined;
    results.push(
      await author.run('publish', 'other', '--verbose').failsWith('AUTH_REQUIRED', /403|refused|may not/),
    );
    for (const secret of [token, keyPassword]) {
      for (const [at, result] of results.entries()) expectNowhere(secret, result, `step ${at}`);
      expectInNoFile(secret, author);
    }
    assert.deepEqual(
      formsOf(keyPassword).filter((form) => git(hosted, 'log', '--all', '-p').includes(form)),
      [],
    );
  });

  describe('through a proxy', () => {
    let proxy: Server;
    let connects: string[];
    let says: string;

    before(async () => {
      proxy = createServer();
      proxy.on('connect', (request, socket) => {
        const told = request.headers['proxy-authorization'] ?? '';
        connects.push(told);
        socket.on('error', () => undefined);
        const body = `no ${token} for ${told}`;
        socket.end(`HTTP/1.1 ${says}, ${body}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    });

    beforeEach(() => {
      connects = [];
    });

    after(() => {
      proxy.closeAllConnections();
      proxy.close();
    });

    it('its login is in no output and no file, though the proxy repeats it', async () => {
      const { port } = proxy.address() as AddressInfo;
      const login = `${user}:${encodeURIComponent(token)}`;
      const machine = await newcomer('proxied', { HTTPS_PROXY: `http://${login}@127.0.0.1:${port}` });
      const add = ['registry', 'add', 'far', 'https://registry.example/index', '--id'] as const;
      const { id } = world.registry('main');
      says = '407 Who are you';
      await quietAbout(token, machine, 'NETWORK_FAILED', ...add, id);
      assert.ok(connects.includes(`Basic ${pair}`), connects.join());
      says = '502 Bad gateway';
      machine.environment.UDOS_DEBUG = '1';
      expectNowhere(token, await machine.run(...add, id).result, 'UDOS_DEBUG');
      delete machine.environment.UDOS_DEBUG;
      machine.environment.HTTPS_PROXY = `socks5://${login}@127.0.0.1:${port}`;
      await quietAbout(token, machine, 'URL_INVALID', ...add, id);
      machine.expectUnchanged('project', 'trust');
      expectInNoFile(token, machine);
    });
  });
});
