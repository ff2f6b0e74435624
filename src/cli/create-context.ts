import { homedir } from 'node:os';
import path from 'node:path';
import { homePaths, type Context } from '../context/index.js';
import { createPrompts } from './prompts.js';
import { learnSecret } from './redact.js';
import { createReporter, type Loudness, type TerminalReporter } from './reporter.js';
import type { Surroundings } from './surroundings.js';

export interface ContextFlags extends Loudness {
  readonly json: boolean;
  readonly offline: boolean;
}

/**
 * The context of one command. Home is `UDOS_HOME`, relative to the current folder if it is relative, else `~/.udos`;
 * offline is the flag or `UDOS_OFFLINE` (`1` or `true`).
 */
export function createContext(
  surroundings: Surroundings,
  flags: ContextFlags,
): { readonly context: Context; readonly reporter: TerminalReporter } {
  const { env, cwd } = surroundings;
  const reporter = createReporter(surroundings, flags);
  const context: Context = {
    clock: { now: () => surroundings.now() },
    env,
    cwd,
    home: homePaths(path.resolve(cwd, env.UDOS_HOME || path.join(homedir(), '.udos'))),
    prompts: createPrompts(surroundings, { json: flags.json, beforeAsking: () => reporter.clear() }),
    reporter,
    offline: flags.offline || env.UDOS_OFFLINE === '1' || env.UDOS_OFFLINE === 'true',
    signal: surroundings.interruption.signal,
    conceal: (secret) => {
      learnSecret(env, secret);
    },
  };
  return { context, reporter };
}
