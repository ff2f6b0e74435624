import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { errorCodes, exitStatus, type ErrorCode } from '../../src/errors/index.js';
import type { TestClock } from './clock.js';

const repository = path.resolve(import.meta.dirname, '..', '..');
const binary = path.join(repository, 'bin', 'run.js');
const builtMain = path.join(repository, 'dist', 'src', 'cli', 'main.js');

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running, and what is expected of it. */
export class Run {
  constructor(
    readonly args: readonly string[],
    readonly result: Promise<Result>,
  ) {}

  async succeeds(): Promise<Result> {
    return this.exits(0);
  }

  async exits(status: number): Promise<Result> {
    const result = await this.result;
    assert.equal(result.status, status, `udos ${this.args.join(' ')}\n${result.stdout}\n${result.stderr}`);
    assert.doesNotMatch(result.stderr, /\n\s+at /, 'a stack trace');
    return result;
  }

  /**
   * Fails with this code and its exit status, one clear error and a hint, and no stack trace.
   *
   * @param because what it must say, as one code stands for many reasons.
   */
  async failsWith(code: ErrorCode, because?: RegExp): Promise<Result> {
    const result = await this.exits(exitStatus[errorCodes[code]]);
    const text = `${result.stdout}${result.stderr}`;
    assert.match(text, new RegExp(`\\b${code}\\b`), `expected ${code}:\n${text}`);
    if (because !== undefined) assert.match(text, because, `expected another reason for ${code}`);
    return result;
  }
}

/** The built binary, as a process of its own. */
export function runProcess(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}

/** The built command line inside this process, which saves the start of one: the clock goes on from where the test set it. */
export async function runHere(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  clock: TestClock,
): Promise<Result> {
  const main = pathToFileURL(builtMain).href;
  const { runCommandLine } = (await import(main)) as typeof import('../../src/cli/main.js');
  const [stdout, stderr] = [new Captured(), new Captured()];
  const status = await runCommandLine(args, pathToFileURL(binary).href, {
    stdin: Readable.from([]),
    stdout,
    stderr,
    env,
    cwd,
    interruption: new AbortController(),
    now: clock.goingOn(),
  });
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

/** A stream that keeps what is written to it. */
class Captured extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
