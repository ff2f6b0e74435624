import type { RolledBack } from '../../operations/rollback.js';
import type { EarlierState } from '../../operations/rollback-list.js';
import type { Screen } from '../output.js';
import { plainLine } from '../plain-text.js';
import { table } from '../table.js';
import { wrap } from '../wrap.js';
import { dryRunNote } from './change.js';
import { planView } from './plan.js';

/** What came back, and what became of edits. */
export function rolledBackView(result: RolledBack, screen: Screen): string {
  const width = screen.columns ?? Infinity;
  const head = `Back to state ${result.to}, as it was before ${beforeText(result)}:`;
  const notes = [
    ...(result.project ? ['udos.json is as it was then.'] : []),
    ...(result.edited
      ? ['! udos.json was edited since the last change. That text is kept: see `udos rollback --list`.']
      : []),
    ...result.broken.map((file) => `! ${plainLine(file)} could not be read.`),
    ...result.keptAside.map((file) => `  It is kept as ${plainLine(file)}.`),
    result.dryRun ? dryRunNote : 'Done. The state that was left is kept, too.',
  ];
  return [head, planView(result.plan, screen), ...notes].map((line) => wrap(line, width)).join('\n');
}

/** One earlier state a line, newest first. */
export function earlierStatesView(states: readonly EarlierState[], screen: Screen): string {
  if (states.length === 0) return 'There is no earlier state yet.';
  const rows = states.map((state) => [
    `${state.number}`,
    beforeText(state),
    state.readable ? pluginsText(state) : 'files that cannot be read',
    [state.here ? 'here' : '', state.next ? 'next' : ''].filter((word) => word !== '').join(', '),
  ]);
  return table(screen, ['state', 'before', 'has', ''], rows);
}

function pluginsText({ plugins }: EarlierState): string {
  return plugins.map(({ name, version }) => `${name} ${version}`).join(', ') || 'no plugins';
}

function beforeText({ command, time }: Pick<EarlierState, 'command' | 'time'>): string {
  return `${plainLine(command ?? 'a change')} (${time.slice(0, 16).replace('T', ' ')})`;
}
