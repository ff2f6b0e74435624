import type { ChangeResult } from '../../operations/add.js';
import type { InstallResult } from '../../operations/install.js';
import type { Screen } from '../output.js';
import { counted } from './count.js';
import { planView } from './plan.js';

export const dryRunNote = 'Nothing was written (--dry-run).';

/** What `add`, `remove` and `update` did to the project. */
export function changeView(result: ChangeResult, screen: Screen): string {
  if (result.plan.changes.length === 0) {
    return result.dryRun
      ? `Nothing would change. ${dryRunNote}`
      : 'Nothing to change: all is as it should be.';
  }
  const end = result.dryRun ? dryRunNote : 'Done. udos-lock.json says what the project has now.';
  return `${planView(result.plan, screen)}\n${end}`;
}

/** What `install` brought to the root. */
export function installView(result: InstallResult, screen: Screen): string {
  const { plan, installed, removed, dryRun } = result;
  const work = [
    ...(installed.length === 0 ? [] : [`${counted(installed.length, 'plugin')} installed`]),
    ...(removed.length === 0 ? [] : [`${counted(removed.length, 'plugin')} removed`]),
  ];
  const done = work.length === 0 ? 'Everything that is locked is installed.' : `${work.join(', ')}.`;
  return [
    ...(plan.changes.length === 0 ? [] : [planView(plan, screen), '']),
    dryRun && work.length > 0 ? `${work.join(', ')} if it were for real. ${dryRunNote}` : done,
  ].join('\n');
}
