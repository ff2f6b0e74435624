import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The real git, free of the settings of whoever runs the tests. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.org',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.org',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
  LC_ALL: 'C',
};

/** Runs git in `folder` and answers what it printed, without the last line end. Throws when git fails. */
export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...gitEnvironment },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  }).replace(/\n$/, '');
}

/** Runs git without blocking: for a server that lives in this very process. Throws when git fails or takes a minute. */
export async function gitAway(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args], {
    env: { PATH: process.env.PATH, ...gitEnvironment },
    timeout: 60_000,
  });
  return stdout.replace(/\n$/, '');
}

export interface Sandbox {
  readonly folder: string;
  at(...parts: readonly string[]): string;
  remove(): void;
}

/** A folder of its own for one test. */
export function makeSandbox(): Sandbox {
  const folder = mkdtempSync(path.join(tmpdir(), 'udos-test-'));
  return {
    folder,
    at: (...parts) => path.join(folder, ...parts),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Replaces the whole tree of `branch` in the repository `gitdir` by `files`, in one commit on top of the branch, or
 * without a parent when `orphan` is set. Answers the commit id.
 */
export function publishTree(
  gitdir: string,
  branch: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  options: { orphan?: boolean } = {},
): string {
  const sandbox = makeSandbox();
  try {
    for (const [file, content] of Object.entries(files)) {
      const target = sandbox.at('tree', ...file.split('/'));
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
    mkdirSync(sandbox.at('tree'), { recursive: true });
    const run = (...args: readonly string[]) =>
      execFileSync('git', [`--git-dir=${gitdir}`, `--work-tree=${sandbox.at('tree')}`, ...args], {
        encoding: 'utf8',
        cwd: sandbox.at('tree'),
        env: {
          PATH: process.env.PATH,
          ...gitEnvironment,
          GIT_INDEX_FILE: sandbox.at('index'),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }).trim();
    run('add', '--all', '--force', '.');
    const tree = run('write-tree');
    const old = run('for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`);
    const parents = old === '' || options.orphan === true ? [] : ['-p', old];
    const commit = run('commit-tree', tree, ...parents, '-m', `publish to ${branch}`);
    run('update-ref', `refs/heads/${branch}`, commit);
    return commit;
  } finally {
    sandbox.remove();
  }
}
