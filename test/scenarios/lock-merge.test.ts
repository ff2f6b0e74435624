import assert from 'node:assert/strict';
import path from 'node:path';
import type { Machine } from '../kit/machine.js';
import { gitAway } from '../kit/git-cli.js';
import { scenario, type World } from '../kit/scenario.js';

const binary = path.resolve(import.meta.dirname, '..', '..', 'bin', 'run.js');

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
    machine.write('.gitattributes', 'udos-lock.json merge=udos-lock\nudos.json merge=union\n');
    await git('init', '-b', 'main');
    await git('config', 'merge.udos-lock.driver', `"${process.execPath}" "${binary}" lock merge %O %A %B`);
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
