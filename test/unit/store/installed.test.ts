import assert from 'node:assert/strict';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectPaths } from '../../../src/context/index.js';
import { inspectInstalled } from '../../../src/store/index.js';
import { plugin, receiptOf, temporaryFolder, writeFiles } from './world.js';

describe('an installed plugin', () => {
  const temporary = temporaryFolder();
  const files = { 'main.js': 'one', 'bin/run!': 'two', 'bin/deep/data': 'three', 'read me.md': '' };
  let count = 0;
  let folder: string;
  let inspect: () => Promise<string[]>;

  beforeEach(async () => {
    count += 1;
    const root = path.join(temporary.path, `root ${count}`);
    const paths = projectPaths(root);
    folder = paths.installed(plugin('ada/notes'));
    await writeFiles(folder, files);
    inspect = async () => {
      const problems = await inspectInstalled(paths, receiptOf(root, 'ada/notes', files));
      return problems.map((problem) => `${problem.kind} ${problem.path}`);
    };
  });

  const inFolder = (name: string) => path.join(folder, name);

  it('is as its receipt says', async () => {
    assert.deepEqual(await inspect(), []);
  });

  const damage: [string, () => Promise<unknown>, string[]][] = [
    ['a changed file', () => writeFile(inFolder('main.js'), 'eno'), ['changed main.js']],
    ['a longer file', () => writeFile(inFolder('main.js'), 'one more'), ['changed main.js']],
    ['a missing file', () => rm(inFolder('bin/deep/data')), ['missing bin/deep/data']],
    ['a file too many', () => writeFile(inFolder('bin/more'), ''), ['extra bin/more']],
    ['a folder too many', () => mkdir(inFolder('bin/more')), ['extra bin/more']],
    ['a lost executable bit', () => chmod(inFolder('bin/run'), 0o644), ['mode bin/run']],
    ['a gained executable bit', () => chmod(inFolder('main.js'), 0o755), ['mode main.js']],
    ['a missing folder', () => rm(folder, { recursive: true }), ['folder-missing .']],
    [
      'a link in place of a file',
      async () => {
        await rename(inFolder('main.js'), path.join(folder, '..', 'main.js'));
        await symlink('../main.js', inFolder('main.js'));
      },
      ['link main.js'],
    ],
    [
      'a link in place of a folder',
      async () => {
        await rename(inFolder('bin'), path.join(folder, '..', 'bin'));
        await symlink('../bin', inFolder('bin'));
      },
      ['link bin', 'missing bin/deep/data', 'missing bin/run'],
    ],
    ['a link too many, to nowhere', () => symlink('/nowhere', inFolder('x')), ['link x']],
    [
      'a folder in place of a file',
      async () => {
        await rm(inFolder('main.js'));
        await mkdir(inFolder('main.js'));
      },
      ['changed main.js'],
    ],
    [
      'a file in place of a folder',
      async () => {
        await rm(inFolder('bin'), { recursive: true });
        await writeFile(inFolder('bin'), '');
      },
      ['extra bin', 'missing bin/deep/data', 'missing bin/run'],
    ],
    [
      'a link in place of its folder',
      async () => {
        await rename(folder, `${folder}-elsewhere`);
        await symlink(`${folder}-elsewhere`, folder);
      },
      ['link .'],
    ],
    [
      'a link above its folder',
      async () => {
        const parent = path.dirname(folder);
        await rename(parent, `${parent}-elsewhere`);
        await symlink(`${parent}-elsewhere`, parent);
      },
      ['link .'],
    ],
  ];
  for (const [what, harm, expected] of damage) {
    it(`shows ${what}`, async () => {
      await harm();
      assert.deepEqual(await inspect(), expected);
    });
  }
});
