import type { FoundPlugin, SearchResult } from '../../operations/search.js';
import type { Screen } from '../output.js';
import { plainLine } from '../plain-text.js';
import { wrap } from '../wrap.js';
import { counted } from './count.js';

/** The plugins that were found, best first, two or three lines each. */
export function searchView(result: SearchResult, screen: Screen): string {
  const where = result.searched.join(', ');
  if (result.plugins.length === 0) return `Nothing in ${where} fits "${plainLine(result.text)}".`;
  const width = screen.columns ?? Infinity;
  const rest = result.total - result.plugins.length;
  return [
    ...result.plugins.flatMap((plugin) => [...linesOf(plugin).map((line) => wrap(line, width, '  ')), '']),
    `${counted(result.total, 'plugin')} in ${where}.${rest === 0 ? '' : ` ${rest} more with a larger --limit.`}`,
  ].join('\n');
}

function linesOf(plugin: FoundPlugin): string[] {
  const tier = plugin.tier === 'free' ? '' : `  ${plugin.tier}`;
  return [
    `${plugin.registry}:${plugin.name} ${plugin.latest}  [${plugin.category}]${tier}`,
    `    ${plainLine(plugin.description)}`,
    ...(plugin.permissions.length === 0 ? [] : [`    asks for ${plugin.permissions.join(', ')}`]),
  ];
}
