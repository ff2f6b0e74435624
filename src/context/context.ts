import type { HomePaths } from './paths.js';

/** The outside world as operations see it. Nothing below the command line reads clock, environment or terminal itself. */
export interface Context {
  readonly clock: { now(): Date };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: HomePaths;
  readonly prompts: Prompts;
  readonly reporter: Reporter;
  /** True under `--offline`: anything that would reach the network fails with OFFLINE instead. */
  readonly offline: boolean;
  readonly signal: AbortSignal;
  /** From now on `secret` is taken out of every message. What the environment holds needs no telling. */
  conceal(secret: string): void;
}

export interface Prompts {
  /** True on a terminal where questions are allowed. Everywhere else asking throws CONFIRMATION_REQUIRED or PASSWORD_REQUIRED. */
  readonly interactive: boolean;
  confirm(question: string): Promise<boolean>;
  /** Asked without echo. */
  password(question: string): Promise<string>;
}

/** What an operation tells while it works. Results are returned, never reported. */
export interface Reporter {
  /** What is being done now; shown on a terminal only. */
  step(text: string): void;
  /** Something the user should know though the command goes on. */
  warn(text: string): void;
}
