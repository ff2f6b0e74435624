import type { UdosError } from '../errors/index.js';
import type { Colours } from './colours.js';
import { plain, plainLine } from './plain-text.js';
import { redact } from './redact.js';
import { usualHint } from './usual-hint.js';
import { wrap } from './wrap.js';

export interface ErrorScreen {
  readonly colours: Colours;
  /** `Infinity` where lines are not broken. */
  readonly width: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How an error looks to people: what failed and its code, what to try, where the manual explains it. */
export function errorView(error: UdosError, { colours, width, env }: ErrorScreen): string {
  const clean = (text: string) => redact(plain(text), env).trim();
  const lines = [labelled('error: ', colours.red, `${clean(error.message)} [${error.code}]`, width)];
  const hint = error.hint ?? usualHint(error.code);
  if (hint !== undefined) lines.push(labelled('hint: ', colours.cyan, clean(hint), width));
  lines.push(colours.dim(`see ${error.docs}`));
  return `${lines.join('\n')}\n`;
}

/** A warning, shown while the command goes on. */
export function warningView(text: string, { colours, width, env }: ErrorScreen): string {
  return `${labelled('warning: ', colours.yellow, redact(plainLine(text), env).trim(), width)}\n`;
}

/** What `--json` prints in place of a result. */
export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    /** What to try next; null when there is nothing. */
    readonly hint: string | null;
    /** Facts of this failure: names, places, both sides of a comparison. */
    readonly data: Readonly<Record<string, unknown>>;
  };
}

export function errorDocument(error: UdosError): ErrorDocument {
  const { code, message, data } = error;
  return { error: { code, message, hint: error.hint ?? usualHint(code) ?? null, data } };
}

/**
 * Wrapped with the label's width counted, and painted afterwards, because colours have no width. Every further line is
 * indented, so that text from elsewhere cannot pose as a label.
 */
function labelled(label: string, paint: (text: string) => string, text: string, width: number): string {
  const indented = (label + text).replaceAll('\n', '\n  ');
  return paint(label.trimEnd()) + wrap(indented, width, '  ').slice(label.length - 1);
}
