import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from '../kit/machine.js';
import { Guide } from '../kit/guide.js';
import { gitAway } from '../kit/git-cli.js';
import { scenario, type World } from '../kit/scenario.js';

const repository = path.resolve(import.meta.dirname, '..', '..');
const binary = path.join(repository, 'bin', 'run.js');

/** What the guide tells to write into git's settings. */
function said(line: RegExp): string {
  const text = readFileSync(path.join(repository, 'docs', 'guides', 'lockfile-in-git.md'), 'utf8');
  const [, found] = line.exec(text) ?? [];
  assert.ok(found, `the guide does not say ${String(line)}`);
  return found;
}

describe('a lockfile in git', () => {
  let world: World;
  let machine: Machine;
  const git = (...args: readonly string[]) => gitAway(machine.project, ...args);

  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publisher('bob');
        await registry.publish('ada/notes', '1.0.0');
        await registry.publish('ada/notes', '1.1.0');
        await registry.publish('ada/notes', '1.2.0');
        await registry.publish('bob/base', '1.0.0');
        await registry.publish('bob/tasks', '1.0.0', { needs: { 'bob/base': '^1.0.0' } });
      })
      .build();
    machine = world.machine;
    await world.begin();
    await machine.run('add', 'ada/notes@1.0.0').succeeds();
    machine.write('.gitignore', 'usr\n');
    machine.write('.gitattributes', `${said(/^echo '(.*)' >> \.gitattributes$/m)}\nudos.json merge=union\n`);
    await git('init', '-b', 'main');
    const [, key = '', driver = ''] = /^(\S+) "(.*)"$/.exec(said(/^git config (merge\..*)$/m)) ?? [];
    await git('config', key, driver.replace(/^udos /, `"${process.execPath}" "${binary}" `));
    await commit('Begin');
  });

  after(() => world.end());

  async function commit(message: string): Promise<void> {
    await git('add', '.');
    await git('commit', '-m', message);
  }

  /** A branch off main on which a command ran. */
  async function branch(name: string, ...args: readonly string[]): Promise<void> {
    await git('checkout', '-b', name, 'main');
    await machine.run(...args).succeeds();
    await git('add', 'udos-lock.json');
    await git('commit', '-m', name);
    await git('checkout', '-f', name);
  }

  it('is merged by the driver, plugin by plugin, into what udos itself would write', async () => {
    await branch('one', 'add', 'ada/notes@1.1.0');
    await branch('other', 'add', 'bob/tasks');
    await git('merge', 'one', '-m', 'Merge');
    const text = machine.read('udos-lock.json');
    const { plugins } = JSON.parse(text) as { plugins: Record<string, { version: string }> };
    assert.deepEqual(
      Object.entries(plugins).map(([name, { version }]) => `${name} ${version}`),
      ['ada/notes 1.1.0', 'bob/base 1.0.0', 'bob/tasks 1.0.0'],
    );
    await machine.run('add', 'ada/notes@1.1.0', 'bob/tasks').succeeds();
    assert.equal(machine.read('udos-lock.json'), text);
  });

  it('is a conflict, and ours stays, when both branches moved one plugin', async () => {
    await git('checkout', '-f', 'main');
    await machine.run('install').succeeds();
    await branch('newer', 'add', 'ada/notes@1.2.0');
    const ours = machine.read('udos-lock.json');
    await assert.rejects(
      git('merge', 'one', '-m', 'Merge'),
      (error: { stderr?: string; stdout?: string }) => {
        assert.match(`${error.stdout}${error.stderr}`, /LOCKFILE_CONFLICT/);
        assert.match(`${error.stdout}${error.stderr}`, /ada\/notes is 1\.2\.0 in ours and 1\.1\.0 in theirs/);
        return true;
      },
    );
    assert.equal(machine.read('udos-lock.json'), ours);
    assert.equal(await git('diff', '--name-only', '--diff-filter=U'), 'udos-lock.json');
    await git('merge', '--abort');
  });

  it('is compared with what it was, and with another', async () => {
    const { stdout } = await machine.run('lock', 'diff').succeeds();
    assert.match(stdout, /~ ada\/notes 1\.0\.0 -> 1\.2\.0/);
    machine.write('other.json', await git('show', 'other:udos-lock.json'));
    const other = (await machine.run('lock', 'diff', 'other.json').succeeds()).stdout;
    assert.match(other, /- bob\/base 1\.0\.0\n- bob\/tasks 1\.0\.0/);
    const same = await machine.run('lock', 'diff', 'other.json', 'other.json').succeeds();
    assert.match(same.stdout, /lock the same/);
  });

  it('says what a merge leaves to be chosen', async () => {
    const lock = JSON.parse(machine.read('other.json')) as { plugins: Record<string, unknown> };
    delete lock.plugins['bob/base'];
    machine.write('less.json', JSON.stringify(lock));
    const { stdout } = await machine.run('lock', 'merge', 'other.json', 'less.json', 'other.json').succeeds();
    assert.match(stdout, /bob\/tasks 1\.0\.0 needs bob\/base/);
    assert.match(stdout, /udos install/);
  });
});

describe('a lockfile that git could not merge', () => {
  let world: World;
  let machine: Machine;
  const git = (...args: readonly string[]) => gitAway(machine.project, ...args);
  const reading = [
    'list',
    'why ada/notes',
    'outdated',
    'install',
    'update',
    'add bob/tasks',
    'remove ada/notes',
  ];

  /** Two branches that changed the files next to each other, merged without any setting. */
  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        for (const name of ['more', 'notes', 'oak', 'pine']) await registry.publish(`ada/${name}`, '1.0.0');
        await registry.publish('ada/notes', '1.1.0');
      })
      .build();
    machine = world.machine;
    await world.begin();
    await machine.run('add', 'ada/notes@1.0.0').succeeds();
    machine.write('.gitignore', 'usr\n');
    await git('init', '-b', 'main');
    await git('add', '.');
    await git('commit', '-m', 'Begin');
    for (const [branch, spec] of [
      ['one', 'ada/oak'],
      ['two', 'ada/pine'],
    ] as const) {
      await git('checkout', '-b', branch, 'main');
      await machine.run('add', spec).succeeds();
      await git('commit', '-a', '-m', branch);
    }
    await assert.rejects(git('merge', 'one', '-m', 'Merge'));
    assert.match(machine.read('udos-lock.json'), /<<<<<<</);
  });

  after(() => world.end());

  it('is named with its line by every command that reads it, as is udos.json, which is mended by hand', async () => {
    const marked = machine.read('udos.json');
    const line = marked.split('\n').findIndex((text) => text.startsWith('<<<<<<<')) + 1;
    assert.ok(line > 0, marked);
    for (const command of reading) {
      const { stderr } = await machine.run(...command.split(' ')).failsWith('PROJECT_INVALID');
      assert.match(stderr, new RegExp(`from line ${line} on[^]*udos lock merge`));
    }
    const [, one = '', other = ''] = /^<{7}[^\n]*\n([^]*?)^={7}\n([^]*?)^>{7}[^\n]*\n/m.exec(marked) ?? [];
    const both = `${one.trimEnd()},\n${other}`;
    machine.write('udos.json', marked.replace(/^<{7}[^]*^>{7}[^\n]*\n/m, both));
    for (const command of [...reading, 'lock diff', 'verify']) {
      const { stderr } = await machine.run(...command.split(' ')).failsWith('LOCKFILE_INVALID');
      assert.match(stderr, /udos-lock\.json: git left a merge conflict[^]*udos lock merge/);
    }
    const { stdout } = await machine.run('doctor').exits(7);
    assert.match(stdout, /lockfile-invalid[^]*udos lock merge/);
  });

  it('is merged as the guide says, from what git remembers of both sides', async () => {
    const guide = new Guide('lockfile-in-git.md');
    await guide.follow(machine, 'udos lock merge').succeeds();
    await guide.follow(machine, 'udos install').succeeds();
    await git('add', 'udos.json', 'udos-lock.json');
    await git('commit', '-m', 'Merge');
    await machine.run('install', '--frozen').succeeds();
    await machine.run('verify').succeeds();
    const { plugins } = JSON.parse(machine.read('udos-lock.json')) as {
      plugins: Record<string, { version: string }>;
    };
    assert.deepEqual(
      Object.entries(plugins).map(([name, { version }]) => `${name} ${version}`),
      ['ada/notes 1.0.0', 'ada/oak 1.0.0', 'ada/pine 1.0.0'],
    );
    await guide.follow(machine, 'udos lock diff').succeeds();
    guide.assertFollowed();
    const { stderr } = await machine.run('lock', 'merge').failsWith('USAGE');
    assert.match(stderr, /no unmerged udos-lock\.json/);
  });

  it('is left as it is when both sides moved one plugin; either side and an install end that', async () => {
    for (const [branch, spec] of [
      ['three', 'ada/more'],
      ['four', 'ada/pine'],
    ] as const) {
      await git('checkout', '-f', '-b', branch, 'main');
      await machine.run('add', spec, ...(branch === 'three' ? ['ada/notes@1.1.0'] : [])).succeeds();
      if (branch === 'four') await machine.run('remove', 'ada/notes').succeeds();
      await git('commit', '-a', '-m', branch);
    }
    await assert.rejects(git('merge', 'three', '-m', 'Merge'));
    machine.write('udos.json', await git('show', 'three:udos.json'));
    const marked = machine.read('udos-lock.json');
    const { stderr } = await machine.run('lock', 'merge').failsWith('LOCKFILE_CONFLICT');
    assert.match(stderr, /ada\/notes is taken out in ours and 1\.1\.0 in theirs/);
    assert.equal(machine.read('udos-lock.json'), marked);
    await git('checkout', '--ours', 'udos-lock.json');
    await machine.run('install').succeeds();
    await machine.run('verify').succeeds();
  });
});
