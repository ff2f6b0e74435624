import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hasCode } from '../../../src/errors/index.js';
import {
  commitChanges,
  currentBranch,
  initRepository,
  openRepository,
  readRef,
  writeWorkTree,
  type GitRepository,
} from '../../../src/primitives/git/index.js';
import { git, makeSandbox, type Sandbox } from '../../kit/git-cli.js';

describe('a work tree', () => {
  let sandbox: Sandbox;
  let repo: GitRepository;
  const folder = () => sandbox.at('work');
  const status = () => git(folder(), 'status', '--porcelain');

  beforeEach(async () => {
    sandbox = makeSandbox();
    repo = await initRepository({ folder: sandbox.at('work'), bare: false });
  });
  afterEach(() => sandbox.remove());

  const publish = async (changes: Record<string, string | null>) => {
    const map = new Map(
      Object.entries(changes).map(
        ([path, text]) => [path, text === null ? null : Buffer.from(text)] as const,
      ),
    );
    const tip = await readRef(repo, 'refs/heads/main');
    await commitChanges(repo, {
      ref: 'refs/heads/main',
      expected: tip,
      parents: tip === undefined ? [] : [tip],
      base: tip,
      changes: map,
      message: 'Change',
      author: { name: 'Ada', email: 'ada@example.org' },
      seconds: 1_767_225_600,
    });
    await writeWorkTree(repo, map);
  };

  it('is clean for git after a commit and writeWorkTree', async () => {
    await publish({ 'registry.json': '{}\n', 'plugins/ad/ada/notes.json': 'one' });
    assert.equal(status(), '');

    await publish({
      'plugins/ad/ada/notes.json': null,
      'plugins/ad/ada/tasks.json': 'two',
      'ends.txt': 'a\r\nb',
    });

    assert.equal(status(), '');
    assert.equal(readFileSync(sandbox.at('work', 'ends.txt'), 'utf8'), 'a\r\nb');
    assert.ok(!existsSync(sandbox.at('work', 'plugins/ad/ada/notes.json')));
    git(folder(), 'fsck', '--strict');
  });

  it('keeps bytes even where git would convert line ends', async () => {
    git(folder(), 'config', 'core.autocrlf', 'true');
    await publish({ '.gitattributes': '* -text\n', 'ends.txt': 'a\r\nb\n' });

    assert.equal(status(), '');
    assert.equal(git(folder(), 'show', 'HEAD:ends.txt'), 'a\r\nb');
  });

  it('takes away folders that a deletion empties', async () => {
    await publish({ 'a/b/c': '1', keep: '2' });
    await publish({ 'a/b/c': null });

    assert.ok(!existsSync(sandbox.at('work', 'a')));
    assert.equal(status(), '');
  });

  it('leaves other files, staged or not, as their owner has them', async () => {
    await publish({ mine: 'v1', other: 'v1' });
    writeFileSync(sandbox.at('work', 'mine'), 'edited');
    writeFileSync(sandbox.at('work', 'staged'), 'staged');
    git(folder(), 'add', 'staged');

    await publish({ other: 'v2' });

    assert.equal(status(), ' M mine\nA  staged');
  });

  it('writes files that .gitignore names, too', async () => {
    await publish({ '.gitignore': '*.json\n', 'registry.json': '{}' });

    assert.equal(status(), '');
    assert.match(git(folder(), 'ls-files'), /registry\.json/);
  });

  it('keeps the mode of a file that is there', async () => {
    await publish({ 'run.sh': 'v1' });
    git(folder(), 'config', 'core.filemode', 'true');
    chmodSync(sandbox.at('work', 'run.sh'), 0o755);
    git(folder(), 'commit', '--quiet', '--all', '-m', 'executable');

    await publish({ 'run.sh': 'v2' });

    assert.equal(statSync(sandbox.at('work', 'run.sh')).mode & 0o111, 0o111);
    assert.equal(status(), '');
  });

  it('turns a file into a folder', async () => {
    await publish({ thing: 'file' });
    await publish({ thing: null, 'thing/inside': 'x' });

    assert.equal(status(), '');
  });

  it('never writes through a symbolic link', async () => {
    await publish({ 'plugins/a': '1' });
    mkdirSync(sandbox.at('outside'));
    symlinkSync(sandbox.at('outside'), sandbox.at('work', 'linked'));
    writeFileSync(sandbox.at('outside', 'target'), 'safe');
    symlinkSync(sandbox.at('outside', 'target'), sandbox.at('work', 'file-link'));

    await assert.rejects(publish({ 'linked/x': 'x' }), (error) => hasCode(error, 'FILESYSTEM_FAILED'));
    assert.ok(!existsSync(sandbox.at('outside', 'x')));

    await writeWorkTree(repo, new Map([['file-link', Buffer.from('replaced')]]));
    assert.equal(readFileSync(sandbox.at('outside', 'target'), 'utf8'), 'safe');
    assert.equal(readFileSync(sandbox.at('work', 'file-link'), 'utf8'), 'replaced');
  });

  it('keeps out while git holds the index', async () => {
    await publish({ a: '1' });
    writeFileSync(sandbox.at('work', '.git', 'index.lock'), '');

    await assert.rejects(writeWorkTree(repo, new Map([['a', Buffer.from('2')]])), (error) =>
      hasCode(error, 'STATE_LOCKED'),
    );
    assert.equal(readFileSync(sandbox.at('work', 'a'), 'utf8'), '1');
  });

  it('knows its branch, born or not, and a HEAD without one', async () => {
    assert.equal(await currentBranch(repo), 'refs/heads/main');
    await publish({ a: '1' });
    git(folder(), 'checkout', '--quiet', '-b', 'topic/x');
    assert.equal(await currentBranch(repo), 'refs/heads/topic/x');
    git(folder(), 'checkout', '--quiet', '--detach');
    assert.equal(await currentBranch(repo), undefined);
  });

  it('is opened by its folder, and no other folder is', async () => {
    await publish({ 'deep/a': '1' });
    git(sandbox.folder, 'clone', '--quiet', '--bare', folder(), sandbox.at('bare.git'));
    git(folder(), 'worktree', 'add', '--quiet', sandbox.at('linked'));

    assert.equal((await openRepository(folder()))?.workTree, folder());
    assert.equal((await openRepository(sandbox.at('bare.git')))?.workTree, undefined);
    assert.equal((await openRepository(sandbox.at('bare.git')))?.gitdir, sandbox.at('bare.git'));
    assert.equal(await openRepository(sandbox.at('work', 'deep')), undefined);
    assert.equal(await openRepository(sandbox.at('nowhere')), undefined);
    await assert.rejects(openRepository(sandbox.at('linked')), (error) => hasCode(error, 'FILE_INVALID'));
  });
});
