import { UdosError } from '../errors/index.js';
import type { Prompts } from '../context/index.js';
import { Interruption } from './interruption.js';
import { plain } from './plain-text.js';
import type { Surroundings } from './surroundings.js';

export interface PromptRules {
  /** Under `--json` nothing is asked: a program is reading. */
  readonly json: boolean;
  /** Called before a question is drawn. */
  readonly beforeAsking: () => void;
}

/**
 * Questions on stderr, so that a redirected stdout stays clean.
 *
 * - Asked only when stdin and stderr are terminals, `CI` is not set and `--json` is not given.
 * - `confirm`: the default is no. Where nothing may be asked: CONFIRMATION_REQUIRED.
 * - `password`: `UDOS_KEY_PASSWORD` answers first, everywhere, unless it is empty. Where nothing may be asked:
 *   PASSWORD_REQUIRED.
 * - Ctrl-C and Escape stop the command: the context's signal aborts, and an `Interruption` is thrown.
 */
export function createPrompts(surroundings: Surroundings, rules: PromptRules): Prompts {
  const { env } = surroundings;
  const isInteractive = () =>
    !rules.json && !isSet(env.CI) && surroundings.stdin.isTTY === true && surroundings.stderr.isTTY === true;

  /** The library is loaded only for a question: most runs ask none. */
  async function ask<T>(
    question: string,
    put: (
      library: typeof import('@clack/prompts'),
      options: {
        message: string;
        input: Surroundings['stdin'];
        output: Surroundings['stderr'];
        signal: AbortSignal;
      },
    ) => Promise<T | symbol>,
  ): Promise<T> {
    rules.beforeAsking();
    const library = await import('@clack/prompts');
    const answer = await put(library, {
      message: plain(question),
      input: surroundings.stdin,
      output: surroundings.stderr,
      signal: surroundings.interruption.signal,
    });
    surroundings.interruption.signal.throwIfAborted();
    if (typeof answer !== 'symbol') return answer;
    const interruption = new Interruption('SIGINT');
    surroundings.interruption.abort(interruption);
    throw interruption;
  }

  return {
    get interactive() {
      return isInteractive();
    },
    async confirm(question) {
      if (!isInteractive()) {
        throw new UdosError(
          'CONFIRMATION_REQUIRED',
          `Confirmation is needed, and nobody can be asked here: ${question}`,
          {
            hint: 'Run it on a terminal, or add --yes to agree beforehand.',
            data: { question },
          },
        );
      }
      return ask<boolean>(question, (library, options) =>
        library.confirm({ ...options, initialValue: false }),
      );
    },
    async password(question) {
      if (env.UDOS_KEY_PASSWORD) return env.UDOS_KEY_PASSWORD;
      if (!isInteractive()) {
        throw new UdosError(
          'PASSWORD_REQUIRED',
          `A password is needed, and nobody can be asked here: ${question}`,
          {
            hint: 'Run it on a terminal, or set UDOS_KEY_PASSWORD in the environment.',
            data: { question },
          },
        );
      }
      return ask<string>(question, (library, options) => library.password(options));
    },
  };
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && !['', '0', 'false'].includes(variable.toLowerCase());
}
