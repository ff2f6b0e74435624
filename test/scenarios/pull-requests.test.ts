import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestClock } from '../kit/clock.js';
import { git, gitAway } from '../kit/git-cli.js';
import { startGitServer, type GitServer } from '../kit/git-server.js';
import { Machine } from '../kit/machine.js';

interface Proposed {
  readonly state: string;
  readonly branch: string | null;
  readonly compareUrl: string | null;
}

describe('a registry whose host wants pull requests', () => {
  const clock = new TestClock();
  let base: string;
  let server: GitServer;
  let hosted: string;
  let ada: Machine;

  before(async () => {
    base = mkdtempSync(path.join(tmpdir(), 'udos-pull-'));
    ada = new Machine(path.join(base, 'ada'), clock);
    hosted = path.join(base, 'git', 'acme.git');
    server = await startGitServer(path.join(base, 'git'));
    await ada.run('key', 'generate', 'work', '--no-password').succeeds();
    const made = await ada.json<{ id: string }>('registry', 'init', 'acme', '--publisher', 'ada');
    mkdirSync(path.dirname(hosted), { recursive: true });
    await gitAway(base, 'clone', '--quiet', '--bare', ada.at('acme'), hosted);
    git(hosted, 'config', 'http.receivepack', 'true');
    await ada.run('registry', 'add', 'acme', `${server.url}/acme.git`, '--id', made.id).succeeds();
    await ada.run('plugin', 'init', 'ada/hello').succeeds();
    await ada.run('publish', 'hello').succeeds();
  });

  after(async () => {
    await server.close();
    rmSync(base, { recursive: true, force: true });
  });

  const hook = (name: string, lines: readonly string[]) => {
    const file = path.join(hosted, 'hooks', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
    chmodSync(file, 0o755);
    return () => rmSync(file);
  };
  const branches = () => git(hosted, 'for-each-ref', '--format=%(refname:short) %(objectname)');
  const raiseVersion = (version: string) => {
    const manifest = JSON.parse(ada.read('hello', 'udos-plugin.json')) as object;
    ada.write('hello/udos-plugin.json', JSON.stringify({ ...manifest, version }));
  };

  it('shows the page that the host names, and nothing where it names none', async () => {
    const page = `${server.url}/acme/pull/new/quiet`;
    const silent = await ada.json<Proposed>(
      ...['yank', 'ada/hello@0.1.0', '--reason', 'loud', '--branch', 'silent'],
    );
    assert.deepEqual([silent.state, silent.compareUrl], ['proposed', null]);

    const remove = hook('post-receive', [
      "echo 'Create a pull request on this host by visiting:'",
      'echo "  https://evil.example/acme/pull/new/quiet"',
      `printf '  \\033[32m%s\\033[0m\\n' '${page}'`,
    ]);
    const yanked = await ada.json<Proposed>(
      ...['yank', 'ada/hello@0.1.0', '--reason', 'loud', '--branch', 'quiet'],
    );
    assert.deepEqual([yanked.branch, yanked.compareUrl], ['quiet', page]);
    raiseVersion('0.2.0');
    const { stdout } = await ada.run('publish', 'hello', '--branch', 'next').succeeds();
    remove();
    assert.ok(stdout.includes(`Open a pull request from it: ${page}\n`), stdout);
    assert.ok(!stdout.includes('evil') && !stdout.includes('\u001b'));
  });

  it('says --branch when the branch main is protected, and leaves no half-done publish behind', async () => {
    const before = branches();
    const allow = hook('update', [
      '[ "$1" != refs/heads/main ] || { echo "main is protected" >&2; exit 1; }',
    ]);
    const { stderr } = await ada.run('publish', 'hello').failsWith('PUSH_REFUSED');
    assert.match(stderr, /--branch NAME/);
    ada.expectUnchanged('trust');
    assert.equal(branches(), before);

    await ada.run('publish', 'hello', '--branch', 'proposal').succeeds();
    allow();
    const published = await ada.json<{ state: string; sequence: number }>('publish', 'hello');
    assert.deepEqual([published.state, published.sequence], ['published', 3]);
  });

  it('forgets a publish that the host did not let this account push, whatever runs next', async () => {
    for (const [version, method] of [
      ['0.2.1', 'GET'],
      ['0.2.2', 'POST'],
    ]) {
      raiseVersion(String(version));
      const [main, published] = [git(hosted, 'rev-parse', 'main'), git(hosted, 'rev-parse', 'published')];
      server.fault = (request) =>
        request.method === method && request.target.includes('git-receive-pack')
          ? { status: 403 }
          : undefined;
      await ada.run('publish', 'hello').failsWith('AUTH_REQUIRED');
      ada.expectUnchanged('trust');
      server.fault = undefined;
      await ada.run('publish', 'hello', '--branch', `later-${method}`).succeeds();
      assert.equal(git(hosted, 'rev-parse', 'main'), main);
      assert.equal(git(hosted, 'rev-parse', 'published'), published);
      assert.equal(git(hosted, 'rev-parse', `later-${method}^`), main);
    }
  });

  it('pushes the signed checkpoint first when only the branch published was closed for a while', async () => {
    raiseVersion('0.3.0');
    const open = hook('update', ['[ "$1" != refs/heads/published ]']);
    const { stderr } = await ada.run('publish', 'hello').failsWith('PUSH_REFUSED');
    assert.match(stderr, /Let this account push to the branch\s+published/);
    open();
    raiseVersion('0.4.0');
    const next = await ada.json<{ sequence: number }>('publish', 'hello');
    assert.equal(next.sequence, 5);
    assert.match(git(hosted, 'log', '--format=%s', 'published'), /Checkpoint 5\n.*Checkpoint 4\n/);
  });
});
