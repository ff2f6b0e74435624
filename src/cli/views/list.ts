import type { ListedPlugin, ListResult } from '../../operations/list.js';
import type { Screen } from '../output.js';
import { plainLine } from '../plain-text.js';
import { table } from '../table.js';
import { counted } from './count.js';

/** The plugins of a project, one a line. */
export function listView(result: ListResult, screen: Screen): string {
  const { plugins } = result;
  if (plugins.length === 0) return withNotes(result, 'This project has no plugins yet.');
  const rows = plugins.map((plugin) => [
    plugin.name,
    plugin.version,
    plugin.registry ?? plugin.registryId,
    plugin.requirement ?? '',
    stateOf(plugin),
    plugin.permissions.join(' '),
  ]);
  return withNotes(
    result,
    table(screen, ['plugin', 'version', 'registry', 'required', 'state', 'asks for'], rows),
  );
}

/** The same as a tree from `udos.json` down. What stands a second time is not drawn out again. */
export function treeView(result: ListResult): string {
  const byName = new Map(result.plugins.map((plugin) => [plugin.name, plugin]));
  const drawn = new Set<string>();
  const lines: string[] = [];
  const draw = (names: readonly ListedPlugin['name'][], indentation: string) => {
    for (const [at, name] of names.entries()) {
      const plugin = byName.get(name);
      if (plugin === undefined) continue;
      const isLast = at === names.length - 1;
      const isRepeated = drawn.has(name) && plugin.dependencies.length > 0;
      const notes = [stateOf(plugin), isRepeated ? 'see above' : ''].filter((note) => note !== '').join(', ');
      const label = `${name} ${plugin.version}${notes === '' ? '' : ` (${notes})`}`;
      lines.push(`${indentation}${isLast ? '└─' : '├─'} ${label}`);
      drawn.add(name);
      if (!isRepeated) draw(plugin.dependencies, `${indentation}${isLast ? '   ' : '│  '}`);
    }
  };
  const direct = result.plugins.filter((plugin) => plugin.direct).map((plugin) => plugin.name);
  draw(direct, '');
  const body = lines.length === 0 ? 'This project has no plugins yet.' : ['udos.json', ...lines].join('\n');
  return withNotes(result, body);
}

function stateOf(plugin: ListedPlugin): string {
  return [
    plugin.installed ? '' : 'not installed',
    plugin.optional ? 'optional' : '',
    plugin.yanked ? `withdrawn: ${plainLine(plugin.yanked)}` : '',
    plugin.revoked ? `! recalled: ${plainLine(plugin.revoked)}` : '',
  ]
    .filter((word) => word !== '')
    .join(', ');
}

function withNotes({ plugins, unlocked }: ListResult, body: string): string {
  const missing = plugins.filter((plugin) => !plugin.installed).length;
  return [
    body,
    ...(unlocked.length === 0 ? [] : [`Not locked yet: ${unlocked.join(', ')}. Run \`udos install\`.`]),
    ...(missing === 0 ? [] : [`${counted(missing, 'plugin')} not installed here. Run \`udos install\`.`]),
  ].join('\n');
}
