import type { ChangeResult } from '../../operations/add.js';
import type { InstallResult } from '../../operations/install.js';
import type { Screen } from '../output.js';
import type { ProjectChange } from '../../operations/steps/project-changes.js';
import { wrap } from '../wrap.js';
import { counted } from './count.js';
import { planView } from './plan.js';

export const dryRunNote = 'Nothing was written (--dry-run).';

/** What `add`, `remove` and `update` did to the project. */
export function changeView(result: ChangeResult, screen: Screen): string {
  const { plan, project, dryRun } = result;
  if (plan.changes.length + project.length === 0) {
    return dryRun ? `Nothing would change. ${dryRunNote}` : 'Nothing to change: all is as it should be.';
  }
  const done =
    plan.changes.length === 0
      ? 'Done. What is locked and installed fits, and stays.'
      : 'Done. udos-lock.json says what the project has now.';
  const lines = project.map((change) => wrap(projectLine(change), screen.columns ?? Infinity, '  '));
  return [
    ...(plan.changes.length === 0 ? [] : [planView(plan, screen)]),
    ...lines,
    dryRun ? dryRunNote : done,
  ].join('\n');
}

function projectLine({ kind, name, from, to }: ProjectChange): string {
  const moved = from === null ? (to ?? '') : `${from} -> ${to ?? 'not asked for'}`;
  if (kind === 'range') return `udos.json: ${name} ${moved}`;
  return to === null ? `udos.json: ${name} from no certain registry` : `udos.json: ${name} from ${to}`;
}

/** What `install` brought to the root. */
export function installView(result: InstallResult, screen: Screen): string {
  const { plan, installed, removed, dryRun } = result;
  const verb = dryRun ? ' would be' : '';
  const work = [
    ...(installed.length === 0 ? [] : [`${counted(installed.length, 'plugin')}${verb} installed`]),
    ...(removed.length === 0 ? [] : [`${counted(removed.length, 'plugin')}${verb} removed`]),
  ];
  const done =
    work.length === 0
      ? 'Nothing to install: what is locked is there. `udos verify` looks at every file.'
      : `${work.join(', ')}.`;
  return [
    ...(plan.changes.length === 0 ? [] : [planView(plan, screen), '']),
    dryRun && work.length > 0 ? `${done} ${dryRunNote}` : done,
  ].join('\n');
}
