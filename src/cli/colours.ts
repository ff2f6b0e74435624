import type { TerminalSide } from './surroundings.js';

export interface Colours {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/**
 * Colours for one output stream. `NO_COLOR` (any value but the empty one: no-color.org) turns them off, `FORCE_COLOR` on
 * (`0` and `false`: off), else they are for terminals that are not `dumb`.
 */
export function coloursFor(stream: TerminalSide, env: Readonly<Record<string, string | undefined>>): Colours {
  const paint = isColoured(stream, env)
    ? (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`
    : () => (text: string) => text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

function isColoured(stream: TerminalSide, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}
