import type { LockChange, LockDiffResult } from '../../operations/lock-diff.js';
import type { LockMergeResult } from '../../operations/lock-merge.js';
import type { Screen } from '../output.js';
import { plainLine } from '../plain-text.js';
import { wrap } from '../wrap.js';
import { counted } from './count.js';

/** What differs, a plugin at a time; `-` and `+` are the first and the second lockfile. */
export function lockDiffView({ before, after, plugins }: LockDiffResult, screen: Screen): string {
  const [first, second] = [plainLine(before), plainLine(after)];
  if (plugins.length === 0) return `${first} and ${second} lock the same.`;
  const width = screen.columns ?? Infinity;
  const lines = [`- ${first}`, `+ ${second}`, '', ...plugins.flatMap(linesOf)];
  return lines.map((line) => wrap(line, width, '  ')).join('\n');
}

function linesOf({ name, from, to, fields, gained, lost }: LockChange): string[] {
  if (from === null || to === null) return [`${from === null ? '+' : '-'} ${name} ${from ?? to ?? ''}`];
  const others = fields.filter((field) => !['version', 'integrity', 'size', 'permissions'].includes(field));
  return [
    `~ ${name} ${from === to ? from : `${from} -> ${to}`}${others.length === 0 ? '' : `  (${others.join(', ')})`}`,
    ...(from === to && fields.includes('integrity') ? ['    ! other bytes of the same version'] : []),
    ...(gained.length === 0 ? [] : [`    asks for more  ! ${gained.join(', ')}`]),
    ...(lost.length === 0 ? [] : [`    asks no more for ${lost.join(', ')}`]),
  ];
}

export function lockMergeView({ file, plugins, missing }: LockMergeResult): string {
  return [
    `Merged ${counted(plugins, 'plugin')} into ${plainLine(file)}.`,
    ...missing.map((sentence) => `  ${sentence}`),
    ...(missing.length === 0 ? [] : ['Run `udos install` to choose what is missing.']),
  ].join('\n');
}
