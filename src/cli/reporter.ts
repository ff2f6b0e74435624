import type { Reporter } from '../context/index.js';
import { coloursFor } from './colours.js';
import { warningView } from './error-view.js';
import { proseWidth, screenOf } from './output.js';
import { plainLine, printable } from './plain-text.js';
import { redact } from './redact.js';
import type { Surroundings } from './surroundings.js';
import { displayWidth } from './wrap.js';

/** A reporter that must be told before anything else writes to the terminal. */
export interface TerminalReporter extends Reporter {
  /** Takes the current step off the screen. */
  clear(): void;
}

export interface Loudness {
  readonly quiet: boolean;
  readonly verbose: boolean;
}

const eraseLine = '\r\u001b[2K';

/**
 * Tells what goes on, on stderr only: the current step as one rewritten line of a terminal, or as a plain line each under
 * `--verbose`, with or without a terminal. Warnings always show, unless `--quiet`.
 */
export function createReporter(surroundings: Surroundings, { quiet, verbose }: Loudness): TerminalReporter {
  const { stderr, env } = surroundings;
  const colours = coloursFor(stderr, env);
  const rewrites = !quiet && !verbose && stderr.isTTY === true && env.TERM !== 'dumb';
  let shown = false;
  const clear = () => {
    if (shown) stderr.write(eraseLine);
    shown = false;
  };
  return {
    clear,
    step(text) {
      const line = redact(plainLine(text), env);
      if (rewrites) {
        const columns = screenOf(stderr).columns ?? 80;
        stderr.write(eraseLine + colours.dim(fitted(line, columns - 1)));
        shown = true;
      } else if (verbose && !quiet) {
        stderr.write(`${printable(line)}\n`);
      }
    },
    warn(text) {
      if (quiet) return;
      clear();
      stderr.write(warningView(text, { colours, width: proseWidth(stderr), env }));
    },
  };
}

/** A rewritten line must stay one line: a step that is too long ends in an ellipsis. */
function fitted(line: string, columns: number): string {
  if (displayWidth(line) <= columns) return line;
  let kept = '';
  for (const character of line) {
    if (displayWidth(kept + character) > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
