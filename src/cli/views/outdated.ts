import type { OutdatedPlugin, OutdatedResult } from '../../operations/outdated.js';
import type { Screen } from '../output.js';
import { table } from '../table.js';
import { counted } from './count.js';

/** What is newer than what is locked, and the commands that get it. */
export function outdatedView({ checked, plugins }: OutdatedResult, screen: Screen): string {
  if (plugins.length === 0) return `Nothing newer exists for ${counted(checked, 'plugin')}.`;
  const rows = plugins.map((plugin) => [
    plugin.name,
    plugin.current,
    plugin.wanted,
    plugin.latest,
    plugin.registry,
    plugin.requirement ?? '(needed by others)',
    noteOf(plugin),
  ]);
  const isBehind = plugins.some((plugin) => plugin.current !== plugin.wanted);
  const isHeldBack = plugins.some((plugin) => plugin.wanted !== plugin.latest);
  return [
    table(screen, ['plugin', 'current', 'wanted', 'latest', 'registry', 'required', ''], rows),
    ...(isBehind || isHeldBack ? [''] : []),
    ...(isBehind ? ['`udos update` moves to wanted.'] : []),
    ...(isHeldBack ? ['`udos update --latest` widens the ranges of udos.json first.'] : []),
  ].join('\n');
}

function noteOf({ unfit, yanked, revoked }: OutdatedPlugin): string {
  return [
    revoked === false ? '' : `! recalled: ${revoked}`,
    yanked === false ? '' : `withdrawn: ${yanked}`,
    unfit === null ? '' : `${unfit.version} needs uDOS ${unfit.udos}`,
  ]
    .filter((note) => note !== '')
    .join('; ');
}
