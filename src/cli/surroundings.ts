import { AsyncLocalStorage } from 'node:async_hooks';
import type { Readable, Writable } from 'node:stream';

/**
 * Everything the command line takes from the process it runs in. Commands and `main` read these, never `process`, so that
 * a test can run the whole command line inside its own process: `withSurroundings`.
 */
export interface Surroundings {
  readonly stdin: Readable & TerminalSide;
  readonly stdout: Writable & TerminalSide;
  readonly stderr: Writable & TerminalSide;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted with an `Interruption` when the user or the system asks to stop. */
  readonly interruption: AbortController;
  now(): Date;
}

/** What tells a terminal from a file or a pipe. */
export interface TerminalSide {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const given = new AsyncLocalStorage<Surroundings>();

/** Runs `work` as if the process were `surroundings`; concurrent runs do not see each other's. */
export function withSurroundings<T>(surroundings: Surroundings, work: () => Promise<T>): Promise<T> {
  return given.run(surroundings, work);
}

/** What `withSurroundings` gave to the running call, else the process itself. */
export function currentSurroundings(): Surroundings {
  return given.getStore() ?? processSurroundings;
}

const interruption = new AbortController();

/** The streams are getters because merely touching `process.stdin` opens it. */
const processSurroundings: Surroundings = {
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return process.stdout;
  },
  get stderr() {
    return process.stderr;
  },
  get env() {
    return process.env;
  },
  get cwd() {
    return process.cwd();
  },
  interruption,
  now: () => new Date(),
};
