import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestClock } from '../kit/clock.js';
import { git, gitAway } from '../kit/git-cli.js';
import { startGitServer, type GitServer } from '../kit/git-server.js';
import { Machine } from '../kit/machine.js';

const token = 'ada:s3cret-canary';
const basic = `Basic ${Buffer.from(token).toString('base64')}`;

describe('an author’s day, on a git server that asks who comes', () => {
  const clock = new TestClock();
  let base: string;
  let server: GitServer;
  let url: string;
  let id: string;
  let ada: Machine;
  let bob: Machine;
  let user: Machine;

  before(async () => {
    base = mkdtempSync(path.join(tmpdir(), 'udos-author-'));
    [ada, bob, user] = ['ada', 'bob', 'user'].map((name) => new Machine(path.join(base, name), clock)) as [
      Machine,
      Machine,
      Machine,
    ];
    for (const machine of [ada, bob, user]) machine.environment.UDOS_TOKEN_ACME = token;
    server = await startGitServer(path.join(base, 'git'), {
      basicAuth: { user: 'ada', password: 's3cret-canary' },
    });
    url = `${server.url}/acme.git`;
  });

  after(async () => {
    await server.close();
    rmSync(base, { recursive: true, force: true });
  });

  it('one person makes a registry with one key, and hosts it on any git server', async () => {
    await ada.run('key', 'generate', 'work', '--no-password').succeeds();
    const made = await ada.json<{ id: string }>('registry', 'init', 'acme', '--publisher', 'ada');
    id = made.id;
    mkdirSync(path.join(base, 'git'), { recursive: true });
    await gitAway(base, 'clone', '--quiet', '--bare', ada.at('acme'), path.join(base, 'git', 'acme.git'));
    git(path.join(base, 'git', 'acme.git'), 'config', 'http.receivepack', 'true');
    await ada.run('registry', 'check', '--index', 'acme').succeeds();
    assert.equal(git(ada.at('acme'), 'status', '--porcelain'), '');
  });

  it('without a token the server’s refusal is an auth error, never "not found"', async () => {
    delete user.environment.UDOS_TOKEN_ACME;
    await user.run('init').succeeds();
    await user.run('registry', 'add', 'acme', url, '--id', id).failsWith('AUTH_REQUIRED');
    user.expectUnchanged('project', 'lockfile', 'trust');
    user.environment.UDOS_TOKEN_ACME = token;
    await user.run('registry', 'add', 'acme', url, '--id', id).succeeds();
  });

  it('a fresh plugin passes its check and is published with one command', async () => {
    await ada.run('registry', 'add', 'acme', url, '--id', id).succeeds();
    await ada.run('plugin', 'init', 'ada/hello').succeeds();
    await ada.run('plugin', 'check', 'hello').succeeds();
    const published = await ada.json<{ state: string; sequence: number }>('publish', 'hello');
    assert.deepEqual([published.state, published.sequence], ['published', 2]);
    await user.run('add', 'ada/hello').succeeds();
    assert.match(user.read('usr/share/udos/plugins/installed/ada--hello/index.js'), /Hello/);
  });

  it('a published version never changes', async () => {
    await ada.run('publish', 'hello').failsWith('RELEASE_EXISTS');
  });

  it('a second publisher is granted by the owner and confirmed by its own key', async () => {
    await gitAway(ada.at(), 'clone', '--quiet', authorised(url), 'clone');
    await gitAway(ada.at('clone'), 'branch', '--quiet', 'published', 'origin/published');
    await bob.run('key', 'generate', 'mine', '--no-password').succeeds();
    copyFileSync(path.join(bob.home, 'keys', 'mine.pub'), ada.at('bob.pub'));
    const added = await ada.json<{ file: string; missing: unknown[] }>(
      ...['registry', 'publisher', 'add', 'bob', '--public-key', 'bob.pub', '--index', 'clone'],
    );
    assert.equal(added.missing.length, 1);
    await ada.run('registry', 'check', '--index', 'clone').failsWith('INDEX_INVALID');
    await gitAway(ada.at('clone'), 'push', '--quiet', 'origin', 'main');

    await gitAway(bob.at(), 'clone', '--quiet', authorised(url), 'clone');
    await bob.run('registry', 'sign', `clone/${added.file}`, '--yes').succeeds();
    await gitAway(bob.at('clone'), 'add', '.');
    await gitAway(bob.at('clone'), 'commit', '--quiet', '--message', 'Confirm the namespace bob');
    await gitAway(bob.at('clone'), 'push', '--quiet', 'origin', 'main');

    await gitAway(ada.at('clone'), 'pull', '--quiet', 'origin', 'main');
    await ada.run('registry', 'check', '--index', 'clone').succeeds();
    await ada.run('registry', 'checkpoint', '--index', 'clone').succeeds();
    await gitAway(ada.at('clone'), 'push', '--quiet', 'origin', 'published');
  });

  it('who has no checkpoint key proposes on a branch; its owner merges and checkpoints', async () => {
    await bob.run('registry', 'add', 'acme', url, '--id', id).succeeds();
    await bob.run('plugin', 'init', 'bob/tools').succeeds();
    const proposed = await bob.json<{ state: string; branch: string }>('publish', 'tools');
    assert.equal(proposed.state, 'proposed');
    await user.run('add', 'bob/tools').failsWith('PLUGIN_NOT_FOUND');

    const clone = ada.at('clone');
    await gitAway(clone, 'fetch', '--quiet', 'origin');
    git(clone, 'merge', '--quiet', `origin/${proposed.branch}`);
    await ada.run('registry', 'check', '--index', 'clone').succeeds();
    await ada.run('registry', 'checkpoint', '--index', 'clone').succeeds();
    await gitAway(clone, 'push', '--quiet', 'origin', 'main', 'published');
    await user.run('add', 'bob/tools').succeeds();
    await user.run('verify').succeeds();
  });

  it('nobody releases in a namespace that is not theirs', async () => {
    await bob.run('plugin', 'init', 'ada/hello', 'stolen').succeeds();
    await bob.run('publish', 'stolen').failsWith('KEY_NOT_FOUND');
  });

  it('a host that lost a checkpoint does not get its owner to sign over the gap', async () => {
    const hosted = path.join(base, 'git', 'acme.git');
    const newest = git(hosted, 'rev-parse', 'published');
    git(hosted, 'update-ref', 'refs/heads/published', 'published~1');
    const requests = server.requests.length;
    await ada.run('yank', 'ada/hello@0.1.0', '--reason', 'greets too loudly').failsWith('INDEX_ROLLBACK');
    assert.ok(!server.requests.slice(requests).some((request) => request.target.includes('receive-pack')));
    git(hosted, 'update-ref', 'refs/heads/published', newest);
  });

  it('a yanked release stays where it is locked, and is never chosen anew', async () => {
    await ada.run('yank', 'ada/hello@0.1.0', '--reason', 'greets too loudly').succeeds();
    await user.run('install', '--frozen').succeeds();
    await user.run('update').succeeds();
    assert.match(user.read('udos-lock.json'), /ada\/hello/);
    const other = new Machine(path.join(base, 'other'), clock);
    other.environment.UDOS_TOKEN_ACME = token;
    await other.run('init').succeeds();
    await other.run('registry', 'add', 'acme', url, '--id', id).succeeds();
    await other.run('add', 'ada/hello').failsWith('VERSION_NOT_FOUND');
  });

  it('a token follows no cloned udos.json to an origin of its choice', async () => {
    const sent = server.requests.length;
    const victim = new Machine(path.join(base, 'victim'), clock);
    victim.environment.UDOS_TOKEN_ACME = token;
    victim.write(
      'udos.json',
      JSON.stringify({ plugins: { 'ada/hello': '*' }, registries: { acme: { url, id } } }),
    );
    const { stdout, stderr } = await victim.run('install').failsWith('AUTH_REQUIRED');
    assert.deepEqual(
      [...new Set(server.requests.slice(sent).map((request) => request.authorization))],
      [undefined],
    );
    assert.doesNotMatch(stdout + stderr, /s3cret/);
    const hint = stderr.replaceAll(/\s+/g, ' ');
    assert.ok(hint.includes('UDOS_TOKEN_ACME is set, but it was not sent'), hint);
    assert.ok(hint.includes(`udos registry add acme ${url} --id ${id}`), hint);
  });

  it('a token that was sent and refused is told from one that was not', async () => {
    const stranger = new Machine(path.join(base, 'stranger'), clock);
    stranger.environment.UDOS_TOKEN_ACME = 'wr0ng-canary';
    await stranger.run('init').succeeds();
    const { stdout, stderr } = await stranger
      .run('registry', 'add', 'acme', url, '--id', id)
      .failsWith('AUTH_REQUIRED');
    assert.match(stderr.replaceAll(/\s+/g, ' '), /token in UDOS_TOKEN_ACME was sent, and it was not enough/);
    assert.doesNotMatch(stdout + stderr, /wr0ng/);
  });

  it('the token went to the server, and into no file', () => {
    assert.ok(server.requests.some((request) => request.authorization === basic));
    for (const machine of [ada, bob, user]) assert.deepEqual(machine.filesHolding('s3cret-canary'), []);
  });
});

/** For the stock git only: udos refuses credentials in URLs. */
function authorised(url: string): string {
  return url.replace('http://', `http://${token}@`);
}
