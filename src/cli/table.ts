import Table from 'cli-table3';
import type { Screen } from './output.js';
import { plainLine } from './plain-text.js';
import { displayWidth } from './wrap.js';

const gap = 2;
const narrowestColumn = 12;

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/**
 * Aligned columns without borders, under a line of headings unless `head` is empty. Cells pass `plainLine`.
 *
 * On a terminal too narrow for them, the widest columns are folded at spaces; no word is ever cut. In a file or a pipe each
 * row stays one line.
 */
export function table(screen: Screen, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [...(head.length > 0 ? [head] : []), ...rows].map((row) => row.map(plainLine));
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const colWidths = Array.from({ length: columns }, () => null as number | null);
  if (screen.columns !== undefined) {
    for (const [column, width] of folded(cells, columns, screen.columns).entries()) colWidths[column] = width;
  }
  const drawn = new Table({
    chars: noBorders,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [], compact: true },
    wordWrap: true,
    colWidths,
  });
  drawn.push(...cells);
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The width of each column that has to be folded so that all fit into `available`; null for the others. */
function folded(
  cells: readonly (readonly string[])[],
  columns: number,
  available: number,
): readonly (number | null)[] {
  const indices = Array.from({ length: columns }, (_, column) => column);
  const widest = (measure: (cell: string) => number) =>
    indices.map((column) => Math.max(0, ...cells.map((row) => measure(row[column] ?? ''))) + gap);
  const natural = widest(displayWidth);
  const least = widest((cell) => Math.max(...cell.split(' ').map(displayWidth))).map((width, column) =>
    Math.min(Math.max(width, narrowestColumn), natural[column] ?? width),
  );
  const widths = [...natural];
  for (;;) {
    const excess = widths.reduce((sum, width) => sum + width, 0) - gap - available;
    const shrinkable = indices.filter((column) => (widths[column] ?? 0) > (least[column] ?? 0));
    const target = shrinkable.sort((left, right) => (widths[right] ?? 0) - (widths[left] ?? 0))[0];
    if (excess <= 0 || target === undefined) break;
    widths[target] = Math.max(least[target] ?? 0, (widths[target] ?? 0) - excess);
  }
  return widths.map((width, column) => (width === natural[column] ? null : width));
}
