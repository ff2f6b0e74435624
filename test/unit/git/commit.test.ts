import assert from 'node:assert/strict';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { hasCode } from '../../../src/errors/index.js';
import {
  commitChanges,
  initRepository,
  listTree,
  readBlob,
  readBlobs,
  readRef,
  type Changes,
  type CommitRequest,
  type GitRepository,
} from '../../../src/primitives/git/index.js';
import { git, makeSandbox, publishTree, type Sandbox } from '../../kit/git-cli.js';

const main = 'refs/heads/main';

describe('commitChanges', () => {
  let sandbox: Sandbox;
  let repo: GitRepository;

  beforeEach(async () => {
    sandbox = makeSandbox();
    repo = await initRepository({ folder: sandbox.at('repo.git'), bare: true });
  });
  afterEach(() => {
    git(repo.gitdir, 'fsck', '--strict', '--no-dangling');
    sandbox.remove();
  });

  const commit = async (changes: Record<string, string | null>, more: Partial<CommitRequest> = {}) => {
    const tip = await readRef(repo, more.ref ?? main);
    return commitChanges(repo, {
      ref: main,
      expected: tip,
      parents: tip === undefined ? [] : [tip],
      base: tip,
      changes: bytesOf(changes),
      message: 'Change something',
      author: { name: 'Ada', email: 'ada@example.org' },
      seconds: 1_767_225_600,
      ...more,
    });
  };
  const files = (ref: string) =>
    git(repo.gitdir, 'ls-tree', '-r', '--name-only', ref).split('\n').filter(Boolean);
  const show = (ref: string, path: string) => git(repo.gitdir, 'show', `${ref}:${path}`);

  it('makes a first commit that git reads as it was meant', async () => {
    const oid = await commit({ 'registry.json': '{}', 'plugins/ad/ada/notes.json': 'notes' });

    assert.equal(git(repo.gitdir, 'rev-parse', main), oid);
    assert.deepEqual(files(main), ['plugins/ad/ada/notes.json', 'registry.json']);
    assert.equal(show(main, 'plugins/ad/ada/notes.json'), 'notes');
    assert.equal(
      git(repo.gitdir, 'log', '-1', '--format=%an|%ae|%at|%cn|%P|%B', main).trim(),
      'Ada|ada@example.org|1767225600|Ada||Change something',
    );
  });

  it('keeps what a change does not name, and drops folders that end up empty', async () => {
    const first = await commit({ 'a/b/one': '1', 'a/two': '2', three: '3' });

    const second = await commit({ 'a/b/one': null, 'a/four': '4', three: 'III', 'no/such/file': null });

    assert.equal(git(repo.gitdir, 'rev-parse', `${second}^`), first);
    assert.deepEqual(files(main), ['a/four', 'a/two', 'three']);
    assert.equal(show(main, 'three'), 'III');
  });

  it('can empty the tree', async () => {
    await commit({ 'a/b': '1' });
    await commit({ 'a/b': null });

    assert.deepEqual(files(main), []);
  });

  it('turns a file into a folder and back', async () => {
    await commit({ thing: 'file' });
    await commit({ 'thing/inside': 'folder' });
    assert.deepEqual(files(main), ['thing/inside']);

    await commit({ thing: 'file again' });
    assert.deepEqual(files(main), ['thing']);
  });

  it('sorts names as git does, where a folder counts with its slash', async () => {
    await commit({ 'a/x': '1', 'a-b': '2', 'a.b': '3', a0: '4' });

    assert.deepEqual(files(main), ['a-b', 'a.b', 'a/x', 'a0']);
  });

  it('keeps the executable bit of a file, and turns a symbolic link into a file', async () => {
    const clone = sandbox.at('clone');
    await commit({ 'run.sh': 'old' });
    git(sandbox.folder, 'clone', '--quiet', '--branch', 'main', repo.gitdir, clone);
    writeFileSync(sandbox.at('clone', 'run.sh'), 'old');
    git(clone, 'update-index', '--chmod=+x', 'run.sh');
    const target = git(clone, 'rev-parse', 'HEAD:run.sh');
    git(clone, 'update-index', '--add', '--cacheinfo', `120000,${target},link`);
    git(clone, 'commit', '--quiet', '-m', 'modes');
    git(clone, 'push', '--quiet', 'origin', 'main');

    await commit({ 'run.sh': 'new', link: 'plain' });

    assert.match(git(repo.gitdir, 'ls-tree', main, 'run.sh'), /^100755/);
    assert.match(git(repo.gitdir, 'ls-tree', main, 'link'), /^100644/);
  });

  it('gives the published branch the tree of main and more, on top of what was published', async () => {
    const source = await commit({ 'registry.json': '{}', 'plugins/a.json': 'a' });
    const ref = 'refs/heads/published';
    const first = await commit(
      { SHA256SUMS: 'sums 1' },
      { ref, expected: undefined, parents: [], base: source },
    );
    const changed = await commit({ 'plugins/a.json': null, 'plugins/b.json': 'b' });

    const second = await commit(
      { SHA256SUMS: 'sums 2' },
      { ref, expected: first, parents: [first], base: changed },
    );

    assert.deepEqual(files(ref), ['SHA256SUMS', 'plugins/b.json', 'registry.json']);
    assert.equal(git(repo.gitdir, 'rev-parse', `${second}^`), first);
    assert.equal(git(repo.gitdir, 'rev-parse', main), changed);
  });

  it('leaves a ref alone that somebody else moved meanwhile', async () => {
    const first = await commit({ a: '1' });
    const theirs = publishTree(repo.gitdir, 'main', { a: 'theirs' });

    await assert.rejects(commit({ a: '2' }, { expected: first, parents: [first], base: first }), (error) =>
      hasCode(error, 'STATE_LOCKED'),
    );

    assert.equal(git(repo.gitdir, 'rev-parse', main), theirs);
  });

  it('sees a moved ref in packed-refs too', async () => {
    const first = await commit({ a: '1' });
    publishTree(repo.gitdir, 'main', { a: 'theirs' });
    git(repo.gitdir, 'pack-refs', '--all');

    await assert.rejects(commit({ a: '2' }, { expected: first, parents: [first], base: first }), (error) =>
      hasCode(error, 'STATE_LOCKED'),
    );
  });

  it('passes over the lock that a dead udos left, whole or torn, once ten seconds are over', async () => {
    const first = await commit({ a: '1' });
    const lock = sandbox.at('repo.git', 'refs', 'heads', 'main.lock');
    for (const left of [`udos ${'0'.repeat(32)}\n`, 'udos 00', 'ud', '']) {
      writeFileSync(lock, left);
      await assert.rejects(commit({ a: '2' }), (error) => hasCode(error, 'STATE_LOCKED'));
      const past = new Date(Date.now() - 11_000);
      utimesSync(lock, past, past);
      const before = git(repo.gitdir, 'rev-parse', main);
      await commit({ a: left }, { expected: before, parents: [first] });
      assert.deepEqual(readdirSync(path.dirname(lock)), ['main']);
    }
  });

  it("never passes over a lock of git's, however old", async () => {
    const first = await commit({ a: '1' });
    const lock = sandbox.at('repo.git', 'refs', 'heads', 'main.lock');
    writeFileSync(lock, `${first}\n`);
    utimesSync(lock, 0, 0);
    await assert.rejects(commit({ a: '2' }, { expected: first }), (error) => hasCode(error, 'STATE_LOCKED'));
    assert.equal(git(repo.gitdir, 'rev-parse', main), first);
  });

  it("keeps out while git holds the ref's lock", async () => {
    const first = await commit({ a: '1' });
    writeFileSync(sandbox.at('repo.git', 'refs', 'heads', 'main.lock'), '');

    await assert.rejects(commit({ a: '2' }), (error) => hasCode(error, 'STATE_LOCKED'));

    assert.equal(await readRef(repo, main), first);
  });

  it('refuses paths that lead out of the tree or into .git', async () => {
    for (const path of [
      '/etc/passwd',
      '../out',
      'a/../b',
      'a//b',
      './a',
      '.git/config',
      'a/.GIT/x',
      'a\\b',
      '',
    ]) {
      await assert.rejects(commit({ [path]: 'x' }), (error) => hasCode(error, 'BUG'), path);
    }
    await assert.rejects(commit({ a: 'x', 'a/b': 'y' }), (error) => hasCode(error, 'BUG'));
  });

  it('keeps a name from forging fields of the commit', async () => {
    await commit({ a: '1' }, { author: { name: 'Eve <eve@x> 1 +0000\nparent 00', email: 'e>\n@x' } });

    assert.equal(git(repo.gitdir, 'log', '-1', '--format=%an|%ae', main), 'Eve eve@x 1 +0000 parent 00|e @x');
  });

  it('agrees with git on any run of changes', async () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'a-b', 'a.b', 'ab', 'c0'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('/'));
    const step = fc.uniqueArray(fc.tuple(path, fc.constantFrom('1', '2', null)), {
      maxLength: 5,
      selector: ([name]) => name,
    });
    const isWellFormed = (changes: readonly (readonly [string, string | null])[]) =>
      changes.every(([name]) => !changes.some(([other]) => other.startsWith(`${name}/`)));
    const filtered = step.filter(isWellFormed);
    let round = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(filtered, { minLength: 1, maxLength: 4 }), async (steps) => {
        round += 1;
        const ref = `refs/heads/round-${round}`;
        let expected = new Map<string, string>();
        for (const changes of steps) {
          const tip = await readRef(repo, ref);
          await commit(Object.fromEntries(changes), {
            ref,
            expected: tip,
            parents: tip === undefined ? [] : [tip],
            base: tip,
          });
          expected = apply(expected, changes);
        }

        assert.deepEqual(files(ref), [...expected.keys()].sort());
        const tip = (await readRef(repo, ref)) ?? '';
        const listed = await listTree(repo, tip);
        assert.deepEqual(
          listed.map((file) => file.path),
          [...expected.keys()].sort(),
        );
        const read = await readBlobs(repo, tip, [...expected.keys()], 10);
        for (const [name, content] of expected) assert.equal(String(Buffer.from(read.get(name)!)), content);
        for (const file of listed) {
          assert.equal(String(Buffer.from(await readBlob(repo, file.oid))), expected.get(file.path));
        }
      }),
      { numRuns: 15, seed: 7 },
    );
  });
});

/** The model: a path that is written replaces what stood above it and below it. */
function apply(
  old: ReadonlyMap<string, string>,
  changes: readonly (readonly [string, string | null])[],
): Map<string, string> {
  const files = new Map(old);
  for (const [name, content] of changes) if (content === null) files.delete(name);
  for (const [name, content] of changes) {
    if (content === null) continue;
    for (const other of files.keys()) {
      if (other.startsWith(`${name}/`) || name.startsWith(`${other}/`)) files.delete(other);
    }
    files.set(name, content);
  }
  return files;
}

function bytesOf(changes: Record<string, string | null>): Changes {
  return new Map(
    Object.entries(changes).map(([path, text]) => [path, text === null ? null : Buffer.from(text)] as const),
  );
}
