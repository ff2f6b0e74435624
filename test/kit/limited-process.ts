import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Result } from './run.js';

/** One command for the process. */
export interface LimitedRequest {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly now: string;
}

const child = fileURLToPath(new URL('limited-child.ts', import.meta.url));

/**
 * Runs commands in a process that is ended when one of them takes too much CPU time: what never comes to an end fails its own
 * test, and not the whole run. Time that other processes take does not count.
 */
export class LimitedProcess {
  readonly #limitMs: number;
  #child: ChildProcess | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** One command at a time. What loads the program is not counted. */
  async run(request: LimitedRequest): Promise<Result> {
    if (this.#child === undefined) {
      this.#child = fork(child, [String(this.#limitMs)], { execArgv: ['--import', 'tsx'] });
      await this.#ask(this.#child, { ...request, args: ['--version'] });
    }
    return this.#ask(this.#child, request);
  }

  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async #ask(process: ChildProcess, request: LimitedRequest): Promise<Result> {
    const ended = new AbortController();
    process.send(request);
    const answer = once(process, 'message', { signal: ended.signal }) as Promise<[Result]>;
    const end = once(process, 'exit', { signal: ended.signal });
    try {
      const result = await Promise.race([answer, end.then(() => undefined)]);
      if (result !== undefined) return result[0];
      this.#child = undefined;
      const words = request.args.map((word) => word.slice(0, 40)).join(' ');
      throw new Error(`udos ${words} took more than ${this.#limitMs} ms of CPU time, and was ended`);
    } finally {
      ended.abort();
      await Promise.allSettled([answer, end]);
    }
  }
}
