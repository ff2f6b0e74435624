import type { Plan, PlannedChange } from '../../operations/steps/plan.js';
import type { Screen } from '../output.js';
import { plain } from '../plain-text.js';
import { wrap } from '../wrap.js';
import { counted } from './count.js';
import { sizeText } from './size.js';

const signs: Readonly<Record<PlannedChange['kind'], string>> = {
  add: '+',
  update: '^',
  downgrade: 'v',
  reinstall: '=',
  remove: '-',
};

const verbs: readonly (readonly [PlannedChange['kind'], string])[] = [
  ['add', 'to add'],
  ['update', 'to update'],
  ['downgrade', 'to take back'],
  ['reinstall', 'with other signers'],
  ['remove', 'to remove'],
];

/** What will become of each plugin: versions, size, who signed it, what it asks for, and what its publisher says is new. */
export function planView(plan: Plan, screen: Screen): string {
  if (plan.changes.length === 0) return 'Nothing changes.';
  const width = screen.columns ?? Infinity;
  return [
    ...plan.changes.flatMap((change) => linesOf(change).map((line) => wrap(line, width, '  '))),
    '',
    summaryOf(plan),
  ].join('\n');
}

/** For the question on a terminal, where the screen's width is not at hand. */
export function describePlan(plan: Plan): string {
  return planView(plan, { columns: 80 });
}

function linesOf(change: PlannedChange): string[] {
  const { name, kind, from, to, size } = change;
  const moved = kind === 'update' || kind === 'downgrade';
  const versions = moved ? `${from ?? ''} -> ${to ?? ''}` : (to ?? from ?? '');
  const head = `${signs[kind]} ${name} ${versions}`;
  if (kind === 'remove') return [head];
  return [
    `${head}  (${sizeText(size)})`,
    ...signerLines(change),
    ...permissionLines(change),
    ...noteLines(change),
  ];
}

function signerLines({ signers, signerChanged, recovered }: PlannedChange): string[] {
  const names = signers.map((fp) => fp.slice(0, 16)).join(', ');
  return [
    `    signed by ${names}${signerChanged ? '  ! other keys than before' : ''}`,
    ...(recovered ? ['    ! curators, not its owners, gave its publisher new keys'] : []),
  ];
}

/** Widened ones stand apart: they are what the question is about. */
function permissionLines({ kind, permissions, widened }: PlannedChange): string[] {
  const isNew = kind === 'add';
  const known = isNew ? permissions : permissions.filter((one) => !widened.includes(one));
  return [
    ...(known.length === 0 ? [] : [`    asks for ${known.join(', ')}`]),
    ...(isNew || widened.length === 0 ? [] : [`    asks for more  ! ${widened.join(', ')}`]),
  ];
}

function noteLines({ notes }: PlannedChange): string[] {
  return notes
    .filter((note) => note.text.trim() !== '')
    .flatMap((note) => [
      `    ${note.version}:`,
      ...plain(note.text)
        .trim()
        .split('\n')
        .map((line) => `      ${line}`.trimEnd()),
    ]);
}

function summaryOf({ changes, size }: Plan): string {
  const counts = verbs.flatMap(([kind, verb]) => {
    const count = changes.filter((change) => change.kind === kind).length;
    return count === 0 ? [] : [`${count} ${verb}`];
  });
  const weight = size === 0 ? '' : `; ${sizeText(size)} of artifacts`;
  return `${counted(changes.length, 'plugin')}: ${counts.join(', ')}${weight}.`;
}
