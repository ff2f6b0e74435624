import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import type { Surroundings } from '../../../src/cli/surroundings.js';

const repository = path.resolve(import.meta.dirname, '../../..');
const mainUrl = pathToFileURL(path.join(repository, 'src/cli/main.ts')).href;

/** A file of the package that lists the sample commands. */
const sampleUrl = pathToFileURL(path.join(import.meta.dirname, 'app', 'commands.ts')).href;

/** A stream that keeps what is written to it. */
class Captured extends Writable {
  text = '';
  constructor(
    readonly isTTY = false,
    readonly columns = 80,
  ) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

/** Keys as they would come from a terminal. */
class Keyboard extends PassThrough {
  readonly isRaw = false;
  constructor(readonly isTTY = false) {
    super();
  }

  setRawMode(): this {
    return this;
  }
}

export interface SampleSurroundings extends Surroundings {
  readonly stdin: Keyboard;
  readonly stdout: Captured;
  readonly stderr: Captured;
}

/** A process without terminals, at a fixed time, unless told otherwise. */
export function sampleSurroundings(
  given: { terminal?: boolean; columns?: number; env?: Record<string, string> } = {},
): SampleSurroundings {
  const terminal = given.terminal ?? false;
  return {
    stdin: new Keyboard(terminal),
    stdout: new Captured(terminal, given.columns),
    stderr: new Captured(terminal, given.columns),
    env: { UDOS_HOME: '/home/ada/.udos', ...given.env },
    cwd: '/project',
    interruption: new AbortController(),
    now: () => new Date('2026-01-02T03:04:05Z'),
  };
}

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a sample command inside this process. The command line is imported the way oclif imports commands, so that both get
 * the same modules: a static import may be loaded as a second copy by the test runner.
 */
export async function runSample(
  argv: readonly string[],
  surroundings: SampleSurroundings = sampleSurroundings(),
): Promise<Outcome> {
  const { runCommandLine } = await import('../../../src/cli/main.js');
  const status = await runCommandLine(argv, sampleUrl, surroundings);
  return { status, stdout: surroundings.stdout.text, stderr: surroundings.stderr.text };
}

/** Starts a sample command as a process of its own, through `main`. */
export function startSample(
  argv: readonly string[],
  env: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
  const script = `import { main } from '${mainUrl}'; await main(process.argv.slice(1), '${sampleUrl}');`;
  return spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script, '--', ...argv],
    { cwd: repository, env: { ...process.env, NODE_ENV: 'production', ...env } },
  );
}

/** Waits for a started process and gives back what it printed. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  const stdout = new Captured();
  const stderr = new Captured();
  child.stdout.pipe(stdout);
  child.stderr.pipe(stderr);
  const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
  return { status, stdout: stdout.text, stderr: stderr.text };
}
