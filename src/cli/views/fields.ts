import type { Screen } from '../output.js';
import { plainLine } from '../plain-text.js';
import { wrap } from '../wrap.js';

/** Aligned `label  value` lines, for facts about one thing. Rows without a value are left out; values pass `plainLine`. */
export function fields(
  screen: Screen,
  rows: readonly (readonly [label: string, value: string | null | undefined])[],
): string {
  const shown = rows.flatMap(([label, value]) => (value ? [[label, value] as const] : []));
  const width = Math.max(0, ...shown.map(([label]) => label.length)) + 2;
  const indentation = ' '.repeat(width);
  return shown
    .map(([label, value]) => {
      const text = wrap(indentation + plainLine(value), screen.columns ?? Infinity);
      return label.padEnd(width) + text.slice(width);
    })
    .join('\n');
}
