import { spawn } from 'node:child_process';
import path from 'node:path';

/** The sides of a file that an unfinished merge left; undefined for a side that does not have it. */
export interface MergeStages {
  readonly base: Uint8Array | undefined;
  readonly ours: Uint8Array | undefined;
  readonly theirs: Uint8Array | undefined;
}

const mostBytes = 64 * 1024 * 1024;

/**
 * Whoever made the repository wrote its settings: none of them may start a program or reach a network. A folder that only
 * looks like a bare repository, as any project can hold one, is none.
 */
const quiet = ['--no-replace-objects', '-c', 'core.fsmonitor=false', '-c', 'safe.bareRepository=explicit'];
/** No protocol has this name, so that nothing is fetched, whatever the settings allow. */
const noProtocol = { GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' };

/**
 * Reads the sides of `name` in `folder` out of git's own index, while a merge, rebase or cherry-pick has left it in
 * conflict. Needs the user's git; runs nothing of the repository. All sides are undefined where there is no conflict, no
 * repository or no git.
 *
 * @param name without a folder.
 */
export async function readMergeStages(
  folder: string,
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<MergeStages> {
  const stage = (number: 1 | 2 | 3) => readObject(folder, `:${number}:./${name}`, env);
  const [base, ours, theirs] = [await stage(1), await stage(2), await stage(3)];
  return { base, ours, theirs };
}

function readObject(
  folder: string,
  object: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Uint8Array | undefined> {
  const kept = Object.fromEntries(
    Object.entries(env).filter(([variable]) => !/^(?:UDOS_TOKEN_.*|UDOS_KEY_PASSWORD)$/i.test(variable)),
  );
  return new Promise((resolve) => {
    const child = spawn('git', [...quiet, '-C', folder, 'cat-file', 'blob', object], {
      // Windows looks for programs where a process starts: never among the files of a project.
      cwd: path.parse(folder).root,
      env: { ...kept, ...noProtocol, GIT_TERMINAL_PROMPT: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.on('error', () => {
      resolve(undefined);
    });
    child.on('close', (status) => {
      resolve(status === 0 && size <= mostBytes ? Buffer.concat(chunks) : undefined);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostBytes) child.kill();
      else chunks.push(chunk);
    });
  });
}
