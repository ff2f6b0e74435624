import type { DoctorResult } from '../../operations/doctor.js';
import type { Screen } from '../output.js';
import { plainLine } from '../plain-text.js';
import { wrap } from '../wrap.js';
import { counted } from './count.js';

/** What is wrong, each with what mends it; one line when nothing is. */
export function doctorView({ project, home, problems, warnings }: DoctorResult, screen: Screen): string {
  const looked = project === null ? home : `${home} and ${project}`;
  if (problems.length + warnings.length === 0) return `All is well in ${looked}.`;
  const entries = [
    ...problems.map((one) => ({ ...one, mark: 'x' })),
    ...warnings.map((one) => ({ ...one, mark: '!' })),
  ].map(({ mark, kind, where, message, fix }) =>
    [`${mark} ${kind}: ${where}`, `  ${message}`, `  ${fix}`]
      .map((line) => wrap(plainLine(line), screen.columns ?? Infinity, '    '))
      .join('\n'),
  );
  const counts = [
    ...(problems.length === 0 ? [] : [counted(problems.length, 'problem')]),
    ...(warnings.length === 0 ? [] : [counted(warnings.length, 'warning')]),
  ];
  return [...entries, `${counts.join(' and ')} in ${looked}.`].join('\n\n');
}
