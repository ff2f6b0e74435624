import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import type { CredentialHelper, HeldCredential } from '../http/transfer.js';

export interface GitCredentialOptions {
  /** The address of a repository, or of anything else the user keeps a password for: http(s), without user and query. */
  readonly url: string;
  /** The user's own, where git finds its settings and helpers. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A folder that no project and no stranger can put anything into: git and helpers start there. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  /** Told every password before it is used, so that it can be kept out of what is shown. */
  readonly learned: (secret: string) => void;
}

/** A helper may have to unlock a key ring, but asks nobody. */
const patienceMs = 30_000;
const answerBytes = 64 * 1024;

/** What of git's answer belongs into `approve` and `reject` besides the password, so that a helper finds its entry again. */
const passedOn = ['username', 'password', 'password_expiry_utc', 'oauth_refresh_token'];

/**
 * The user's git credential helpers, asked as git itself asks them: `git credential fill`, `approve` and `reject` for
 * protocol, host and path (git leaves the path out unless `credential.useHttpPath` is set).
 *
 * The settings that count are the user's and the machine's; those of a repository around are not read. Nobody is
 * prompted: no terminal, no askpass program. Without git, with an answer that takes too long, or with one that is not a user
 * name and password of one line each, nothing is known.
 */
export function gitCredentialHelper(options: GitCredentialOptions): CredentialHelper {
  const url = new URL(options.url);
  return {
    origin: url.origin,
    async fill() {
      const place = describePlace(url);
      if (place === undefined) return undefined;
      const answer = await runGitCredential(options, 'fill', place);
      const fields = answer === undefined ? undefined : parseAnswer(answer, place);
      return fields === undefined ? undefined : holdCredential(options, place, fields);
    },
  };
}

function holdCredential(
  options: GitCredentialOptions,
  place: readonly string[],
  fields: ReadonlyMap<string, string>,
): HeldCredential | undefined {
  const username = fields.get('username') ?? '';
  const password = fields.get('password') ?? '';
  // RFC 7617: a user name with a colon would move the border to the password.
  if (username.includes(':') || password === '') return undefined;
  const pair = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  for (const secret of [password, pair]) options.learned(secret);
  const lines = [
    ...place,
    ...[...fields].filter(([name]) => passedOn.includes(name)).map(([name, value]) => `${name}=${value}`),
  ];
  const tell = async (verb: 'approve' | 'reject') => {
    await runGitCredential(options, verb, lines);
  };
  return {
    authorization: `Basic ${pair}`,
    approve: () => tell('approve'),
    reject: () => tell('reject'),
  };
}

/** Undefined for an address that does not fit into lines. */
function describePlace(url: URL): string[] | undefined {
  let path: string;
  try {
    path = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  } catch {
    return undefined;
  }
  const lines = [`protocol=${url.protocol.slice(0, -1)}`, `host=${url.host}`, `path=${path}`];
  return lines.some((line) => /\p{Cc}/u.test(line)) ? undefined : lines;
}

/** Undefined for an answer about another place, or one with a value that would not come back as it is. */
function parseAnswer(answer: string, place: readonly string[]): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const line of answer.split('\n')) {
    if (/\p{Cc}/u.test(line)) return undefined;
    const border = line.indexOf('=');
    if (border > 0) fields.set(line.slice(0, border), line.slice(border + 1));
  }
  const isOfPlace = ['protocol', 'host'].every((name) => place.includes(`${name}=${fields.get(name) ?? ''}`));
  return isOfPlace ? fields : undefined;
}

/** What git wrote; undefined when it failed, is not there, or was not done in time. */
function runGitCredential(
  options: GitCredentialOptions,
  verb: 'fill' | 'approve' | 'reject',
  lines: readonly string[],
): Promise<string | undefined> {
  const { folder, signal } = options;
  if (signal?.aborted === true) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const ownGroup = process.platform !== 'win32';
    const child = spawn('git', ['-c', 'credential.interactive=false', 'credential', verb], {
      cwd: folder,
      env: quietEnvironment(options.env),
      stdio: ['pipe', verb === 'fill' ? 'pipe' : 'ignore', 'ignore'],
      windowsHide: true,
      // A session of its own has no terminal that a helper could ask on.
      detached: ownGroup,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (answer: string | undefined) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      resolve(answer);
    };
    const giveUp = () => {
      endChild(child.pid, ownGroup);
      child.stdout?.destroy();
      end(undefined);
    };
    const timer = setTimeout(giveUp, patienceMs);
    signal?.addEventListener('abort', giveUp, { once: true });
    child.on('error', () => end(undefined));
    child.on('close', (status) => end(status === 0 ? Buffer.concat(chunks).toString('utf8') : undefined));
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > answerBytes) giveUp();
      else chunks.push(chunk);
    });
    // A git that ends before it has read everything says so by its status.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${lines.join('\n')}\n\n`);
  });
}

function endChild(pid: number | undefined, ownGroup: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(ownGroup ? -pid : pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/**
 * The user's environment without what could prompt, without a repository of the moment, and without our own secrets. An
 * empty GIT_ASKPASS also overrides `core.askPass`.
 */
function quietEnvironment(env: GitCredentialOptions['env']): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(?:UDOS_TOKEN_.*|UDOS_KEY_PASSWORD|GIT_WORK_TREE|GIT_COMMON_DIR)$/i.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    GIT_DIR: devNull,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GCM_INTERACTIVE: 'never',
  };
}
