import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readMergeStages } from '../../../src/primitives/git/index.js';
import { git, gitEnvironment, makeSandbox, type Sandbox } from '../../kit/git-cli.js';

const env = { PATH: process.env.PATH, ...gitEnvironment };
const name = 'udos-lock.json';

/** What the three sides of a conflict are, as text. */
async function sidesOf(folder: string) {
  const stages = await readMergeStages(folder, name, env);
  return Object.values(stages).map((bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString());
}

describe('the sides of a file that git could not merge', () => {
  let sandbox: Sandbox;
  let canary: string;

  beforeEach(() => {
    sandbox = makeSandbox();
    canary = sandbox.at('ran');
  });

  afterEach(() => sandbox.remove());

  /** A program that leaves the canary and answers as a file system monitor does. */
  function monitor(): string {
    const program = sandbox.at('monitor.sh');
    writeFileSync(program, `#!/bin/sh\n: > '${canary}'\nprintf 'token\\0/\\0'\n`);
    chmodSync(program, 0o755);
    return program;
  }

  /** A repository with a conflict, whose index asks the monitor of its settings whenever it is read. */
  function conflicted(...where: readonly string[]): string {
    const folder = sandbox.at('project');
    mkdirSync(folder, { recursive: true });
    const run = (...args: readonly string[]) => git(folder, ...where, ...args);
    const commit = (text: string, ...more: readonly string[]) => {
      writeFileSync(path.join(folder, name), text);
      run('add', name);
      run('commit', '-m', text, ...more);
    };
    run('init', '-b', 'main');
    commit('base');
    run('branch', 'other');
    commit('ours');
    run('checkout', 'other');
    commit('theirs');
    assert.throws(() => run('merge', 'main'));
    run('config', 'core.fsmonitor', monitor());
    run('update-index', '--fsmonitor');
    rmSync(canary);
    return folder;
  }

  it('are read, and no program that the settings of the repository name is run', async () => {
    const folder = conflicted();
    git(folder, 'cat-file', 'blob', `:1:./${name}`);
    assert.ok(existsSync(canary), 'git itself would not have run the monitor');
    rmSync(canary);
    assert.deepEqual(await sidesOf(folder), ['base', 'theirs', 'ours']);
    assert.ok(!existsSync(canary));
  });

  it('are not read from a folder of a project that only looks like a bare repository', async () => {
    const folder = conflicted('--git-dir=.', '--work-tree=.');
    git(folder, '--git-dir=.', 'config', 'core.bare', 'false');
    git(folder, '--git-dir=.', 'config', 'core.worktree', '.');
    rmSync(canary, { force: true });
    assert.deepEqual(await sidesOf(folder), [undefined, undefined, undefined]);
    assert.ok(!existsSync(canary));
  });
});
