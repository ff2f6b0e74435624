import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestClock } from '../kit/clock.js';
import { git, gitAway } from '../kit/git-cli.js';
import { startGitServer, type GitServer } from '../kit/git-server.js';
import { Guide } from '../kit/guide.js';
import { Machine } from '../kit/machine.js';

interface Key {
  readonly name: string;
  readonly fingerprint: string;
}

describe('bad days of a publisher and of a registry’s owner', () => {
  const clock = new TestClock();
  const stolen = new Guide('stolen-key.md');
  const lost = new Guide('lost-key.md');
  const recall = new Guide('recall-release.md');
  const inClone = ['--index', 'clone'];
  let base: string;
  let server: GitServer;
  let url: string;
  let id: string;
  let owner: Machine;
  let bob: Machine;
  let thief: Machine;
  let user: Machine;
  /** The first 16 digits of the key that gets stolen. */
  let laptop: string;

  const newMachine = (name: string) => new Machine(path.join(base, name), clock);
  const ownerPushes = (...branches: string[]) =>
    gitAway(owner.at('clone'), 'push', '--quiet', 'origin', ...branches);
  const ownerPulls = () => gitAway(owner.at('clone'), 'pull', '--quiet', 'origin', 'main');

  /** What the owner does with a pull request. */
  async function merge(branch: string): Promise<void> {
    await ownerPulls();
    await gitAway(owner.at('clone'), 'fetch', '--quiet', 'origin');
    git(owner.at('clone'), 'merge', '--quiet', '--no-edit', `origin/${branch}`);
  }

  async function mergeAndCheckpoint(branch: string): Promise<void> {
    await merge(branch);
    await owner.run('registry', 'checkpoint', ...inClone).succeeds();
    await ownerPushes('main', 'published');
  }

  async function publish(machine: Machine, folder: string, version?: string): Promise<string> {
    if (version !== undefined) {
      const manifest = JSON.parse(machine.read(folder, 'udos-plugin.json')) as object;
      machine.write(`${folder}/udos-plugin.json`, JSON.stringify({ ...manifest, version }));
    }
    const { branch } = await machine.json<{ branch: string }>('publish', folder);
    return branch;
  }

  async function know(machine: Machine): Promise<Machine> {
    await machine.run('init').succeeds();
    await machine.run('registry', 'add', 'acme', url, '--id', id).succeeds();
    return machine;
  }

  /** A machine that knows the registry as it was when it had no plugin yet. */
  function knowing(name: string): Machine {
    const machine = newMachine(name);
    cpSync(path.join(base, 'template'), path.join(base, name), { recursive: true });
    return machine;
  }

  /** A colleague, or CI: what the user committed, on a machine that has seen nothing. */
  function colleague(name: string, from = user): Machine {
    const machine = knowing(name);
    machine.copyFrom(from, 'udos.json', 'udos-lock.json');
    return machine;
  }

  const lockedVersion = (name: string) =>
    (JSON.parse(user.read('udos-lock.json')) as { plugins: Record<string, { version: string }> }).plugins[
      name
    ]?.version;

  before(async () => {
    base = mkdtempSync(path.join(tmpdir(), 'udos-bad-days-'));
    mkdirSync(path.join(base, 'git'));
    server = await startGitServer(path.join(base, 'git'));
    url = `${server.url}/acme.git`;
    [owner, bob] = [newMachine('owner'), newMachine('bob')];
    await owner.run('key', 'generate', 'work', '--no-password').succeeds();
    id = (await owner.json<{ id: string }>('registry', 'init', 'index')).id;
    await gitAway(base, 'clone', '--quiet', '--bare', owner.at('index'), path.join(base, 'git', 'acme.git'));
    git(path.join(base, 'git', 'acme.git'), 'config', 'http.receivepack', 'true');
    await gitAway(owner.at(), 'clone', '--quiet', url, 'clone');
    git(owner.at('clone'), 'branch', '--quiet', 'published', 'origin/published');
    for (const [key, value] of [
      ['user.name', 'Owner'],
      ['user.email', 'owner@example.org'],
      ['pull.rebase', 'false'],
    ] as const)
      git(owner.at('clone'), 'config', key, value);

    await bob.run('key', 'generate', 'safe', '--no-password').succeeds();
    laptop = (await bob.json<Key>('key', 'generate', 'laptop', '--no-password')).fingerprint.slice(0, 16);
    copyFileSync(path.join(bob.home, 'keys', 'safe.pub'), owner.at('bob.pub'));
    const { file } = await owner.json<{ file: string }>(
      ...['registry', 'publisher', 'add', 'bob', '--public-key', 'bob.pub', ...inClone],
    );
    await ownerPushes('main');
    await gitAway(bob.at(), 'clone', '--quiet', url, 'clone');
    await bob.run('registry', 'sign', `clone/${file}`, '--key', 'safe', '--yes').succeeds();
    await gitAway(bob.at('clone'), 'add', '.');
    await gitAway(bob.at('clone'), 'commit', '--quiet', '--message', 'Confirm the namespace bob');
    await gitAway(bob.at('clone'), 'push', '--quiet', 'origin', 'main');
    await ownerPulls();
    await owner.run('registry', 'checkpoint', ...inClone).succeeds();
    await ownerPushes('published');
    await know(newMachine('template'));
    user = knowing('user');
    cpSync(path.join(base, 'template'), path.join(base, 'bob'), { recursive: true });
  });

  after(async () => {
    await server.close();
    rmSync(base, { recursive: true, force: true });
  });

  it('a careful publisher releases with a key of its own, and keeps the owner’s key elsewhere', async () => {
    const rotated = await bob.json<{ state: string; branch: string; plugins: unknown[]; changes: unknown[] }>(
      ...['key', 'rotate', 'bob', '--role', 'release', '--new', 'laptop', '--yes'],
    );
    assert.deepEqual([rotated.state, rotated.plugins.length, rotated.changes.length], ['proposed', 0, 1]);
    await mergeAndCheckpoint(rotated.branch);
    for (const name of ['tools', 'lists']) {
      await bob.run('plugin', 'init', `bob/${name}`).succeeds();
      await mergeAndCheckpoint(await publish(bob, name));
    }
    await user.run('add', 'bob/tools', 'bob/lists').succeeds();
  });

  it('a yank can be taken back', async () => {
    const yanked = recall.follow(bob, 'udos yank bob/tools@0.1.0 --reason "loses notes on Windows"', [
      '--json',
    ]);
    await mergeAndCheckpoint(branchIn((await yanked.succeeds()).stdout));
    const brought = recall.follow(bob, 'udos yank bob/tools@0.1.0 --undo', ['--json']);
    await mergeAndCheckpoint(branchIn((await brought.succeeds()).stdout));
  });

  it('a thief with the release key publishes, and a user gets it', async () => {
    thief = knowing('thief');
    mkdirSync(path.join(thief.home, 'keys'), { recursive: true });
    for (const file of ['laptop.key', 'laptop.pub'])
      copyFileSync(path.join(bob.home, 'keys', file), path.join(thief.home, 'keys', file));
    await thief.run('plugin', 'init', 'bob/tools').succeeds();
    await mergeAndCheckpoint(await publish(thief, 'tools', '0.1.1'));
    await user.run('update').succeeds();
    assert.equal(lockedVersion('bob/tools'), '0.1.1');
  });

  describe('a key was stolen', () => {
    const line = 'udos registry revoke 3f5e0c9ab71d2e64 --reason "stolen laptop"';
    const meant = () => ({ '3f5e0c9ab71d2e64': laptop });

    it('the owner sees what stops being installable, before anything is signed', async () => {
      await ownerPulls();
      const head = git(owner.at('clone'), 'rev-parse', 'main');
      const { stdout } = await stolen.follow(owner, line, [...inClone, '--dry-run'], meant()).succeeds();
      assert.match(stdout, /bob\/lists 0\.1\.0\n/);
      assert.match(stdout, /bob\/tools 0\.1\.0, 0\.1\.1\n/);
      await stolen.follow(owner, line, inClone, meant()).failsWith('CONFIRMATION_REQUIRED');
      assert.equal(git(owner.at('clone'), 'rev-parse', 'main'), head);
      assert.equal(git(owner.at('clone'), 'status', '--porcelain'), '');
    });

    it('a revoked key vouches for nothing', async () => {
      const run = stolen.follow(owner, line, [...inClone, '--yes', '--json'], meant());
      const revoked = JSON.parse((await run.succeeds()).stdout) as Record<string, unknown>;
      assert.deepEqual(
        [revoked.state, revoked.serial, revoked.missing, revoked.closes],
        ['published', 1, [], []],
      );
      await ownerPushes('main', 'published');
      const fresh = knowing('fresh');
      await fresh.run('add', 'bob/lists').failsWith('DOCUMENT_INVALID');
      fresh.expectUnchanged('lockfile', 'project', 'installed', 'store');
      const ci = colleague('ci-closed');
      await ci.run('install', '--frozen').failsWith('DOCUMENT_INVALID');
      ci.expectUnchanged('lockfile', 'installed', 'store');
    });

    it('the thief publishes nothing more', async () => {
      const manifest = JSON.parse(thief.read('tools', 'udos-plugin.json')) as object;
      thief.write('tools/udos-plugin.json', JSON.stringify({ ...manifest, version: '0.1.9' }));
      await thief.run('publish', 'tools').failsWith('KEY_NOT_FOUND');
    });

    it('the publisher looks at every release, and signs for none unasked', async () => {
      await stolen.follow(bob, 'udos key generate fresh', ['--no-password']).succeeds();
      const { stdout } = await stolen
        .follow(bob, 'udos key rotate bob --role release --new fresh --dry-run')
        .succeeds();
      const published = clock.now().toISOString().slice(0, 10);
      assert.match(stdout, new RegExp(`bob/tools\n +0\\.1\\.0 +${published}.*sha512-`));
      assert.match(stdout, new RegExp(` 0\\.1\\.1 +${published}.*sha512-`));
      await stolen
        .follow(bob, 'udos key rotate bob --role release --new fresh')
        .failsWith('CONFIRMATION_REQUIRED');
      assert.match(await gitAway(bob.at('clone'), 'ls-remote', 'origin', 'udos/bob-keys-3'), /^$/);
    });

    it('the rogue release is revoked by name, the new key vouches for the rest', async () => {
      await stolen
        .follow(owner, 'udos registry revoke bob/tools@0.1.1 --reason "published by a thief"', [
          ...inClone,
          '--yes',
        ])
        .succeeds();
      await ownerPushes('main', 'published');
      const { stdout } = await stolen
        .follow(bob, 'udos key rotate bob --role release --new fresh', ['--yes'])
        .succeeds();
      assert.match(stdout, / 0\.1\.1 .* revoked: published by a thief/);
      assert.match(stdout, new RegExp(`old key laptop .*${path.join('keys', 'laptop.key')}`));
      await merge('udos/bob-keys-3');
      await stolen.follow(owner, 'udos registry check', inClone).succeeds();
      await stolen.follow(owner, 'udos registry checkpoint', inClone).succeeds();
      await ownerPushes('main', 'published');
    });

    it('what is locked under the old key is asked for, and refused under --frozen', async () => {
      const lists = knowing('lists');
      lists.write(
        'udos.json',
        user
          .read('udos.json')
          .replace(/"bob\/tools": "[^"]*",?/, '')
          .replace(/,(\s*})/, '$1'),
      );
      const lock = JSON.parse(user.read('udos-lock.json')) as { plugins: Record<string, unknown> };
      delete lock.plugins['bob/tools'];
      lists.write('udos-lock.json', JSON.stringify(lock));
      await lists.run('install', '--frozen').failsWith('SIGNER_CHANGED');
      await lists.run('install').failsWith('SIGNER_CHANGED');
      lists.expectUnchanged('lockfile', 'project', 'installed');
      await lists.run('install', '--yes').succeeds();
      await lists.run('verify').succeeds();
    });

    it('the rogue release is refused wherever it is locked, and an update moves away from it', async () => {
      const locked = colleague('locked');
      await locked.run('install', '--yes').failsWith('RELEASE_REVOKED');
      locked.expectUnchanged('lockfile', 'project', 'installed', 'store');
      await stolen.follow(user, 'udos update').failsWith('SIGNER_CHANGED');
      await stolen.follow(user, 'udos update', ['--yes']).succeeds();
      assert.equal(lockedVersion('bob/tools'), '0.1.0');
      await user.run('verify').succeeds();
      const ci = colleague('ci-after');
      await ci.run('install', '--frozen').succeeds();
    });

    it('the guide says nothing else', () => stolen.assertFollowed());
  });

  describe('all keys are lost', () => {
    it('curators put a new key in place, and nothing changes before the plugins are signed by it', async () => {
      rmSync(path.join(bob.home, 'keys'), { recursive: true });
      await lost.follow(bob, 'udos key generate again', ['--no-password']).succeeds();
      copyFileSync(path.join(bob.home, 'keys', 'again.pub'), owner.at('again.pub'));
      await ownerPulls();
      const line = 'udos registry publisher recover bob --new again.pub';
      await lost.follow(owner, line, inClone).failsWith('CONFIRMATION_REQUIRED');
      const { stdout } = await lost.follow(owner, line, [...inClone, '--yes']).succeeds();
      assert.match(stdout, /bob\/lists\n +bob\/tools/);
      await ownerPushes('main');
      const checkpoint = await lost.follow(owner, 'udos registry checkpoint', inClone).succeeds();
      assert.match(checkpoint.stdout, /kept back plugins\/bo\/bob\/publisher: .* bob\/lists, bob\/tools/);
      await ownerPushes('published');
      const ci = colleague('ci-waiting');
      await ci.run('install', '--frozen').succeeds();
    });

    it('the new holder signs the plugins, and both come out together', async () => {
      const { stdout } = await lost.follow(bob, 'udos key rotate bob --dry-run').succeeds();
      assert.match(stdout, /bob\/tools\n +0\.1\.0 /);
      await lost.follow(bob, 'udos key rotate bob', ['--yes']).succeeds();
      await merge('udos/bob-keys-4');
      await lost.follow(owner, 'udos registry check', inClone).succeeds();
      const { stdout: published } = await lost.follow(owner, 'udos registry checkpoint', inClone).succeeds();
      assert.doesNotMatch(published, /kept back/);
      await ownerPushes('main', 'published');
      assert.match((await bob.run('key', 'rotate', 'bob').succeeds()).stdout, /nothing to do/);
    });

    it('a recovery is refused under --frozen and unattended, and accepted by somebody who says so', async () => {
      const ci = colleague('ci-recovered');
      await ci.run('install', '--frozen').failsWith('PUBLISHER_RECOVERED');
      ci.expectUnchanged('lockfile', 'project', 'installed', 'store');
      await ci.run('install').failsWith('PUBLISHER_RECOVERED');
      ci.expectUnchanged('lockfile', 'project', 'installed', 'store');
      await lost.follow(user, 'udos update --yes').succeeds();
      ci.copyFrom(user, 'udos-lock.json');
      await ci.run('install', '--frozen').succeeds();
    });

    it('the guide says nothing else', () => lost.assertFollowed());
  });

  describe('a release did harm', () => {
    it('is refused for everybody, one version or the whole plugin', async () => {
      await mergeAndCheckpoint(await publish(bob, 'tools', '0.1.2'));
      const other = knowing('other');
      await other.run('add', 'bob/tools@0.1.2').succeeds();
      const more = [...inClone, '--yes'];
      await recall
        .follow(owner, 'udos registry revoke bob/tools@0.1.2 --reason "sends notes to strangers"', more)
        .succeeds();
      await recall
        .follow(owner, 'udos registry revoke "bob/lists@*" --reason "sends notes to strangers"', more)
        .succeeds();
      await ownerPushes('main', 'published');
      const victim = colleague('victim', other);
      await victim.run('install', '--frozen').failsWith('RELEASE_REVOKED');
      victim.expectUnchanged('lockfile', 'installed', 'store');
      await victim.run('add', 'bob/lists').failsWith('VERSION_NOT_FOUND');
    });

    it('what was revoked before stays revoked', () => {
      const list = JSON.parse(readFileSync(owner.at('clone', 'trust', 'revocations.json'), 'utf8')) as {
        serial: number;
        keys: { fp: string }[];
        releases: { name: string; version: string }[];
      };
      assert.equal(list.serial, 4);
      assert.deepEqual(
        [
          ...list.keys.map((key) => key.fp.slice(0, 16)),
          ...list.releases.map((one) => `${one.name}@${one.version}`),
        ],
        [laptop, 'bob/tools@0.1.1', 'bob/tools@0.1.2', 'bob/lists@*'],
      );
    });

    it('the guide says nothing else', () => recall.assertFollowed());
  });
}).timeout(300_000);

function branchIn(json: string): string {
  return (JSON.parse(json) as { branch: string }).branch;
}
