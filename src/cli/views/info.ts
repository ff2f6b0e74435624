import type { InfoResult } from '../../operations/info.js';
import type { Screen } from '../output.js';
import { plain, plainLine } from '../plain-text.js';
import { wrap } from '../wrap.js';
import { fields } from './fields.js';
import { sizeText } from './size.js';

/** Everything about one release that somebody wants to know before adding it. */
export function infoView(info: InfoResult, screen: Screen): string {
  const width = screen.columns ?? Infinity;
  const news = plain(info.changelog).trim();
  return [
    `${info.registry}:${info.name} ${info.version}`,
    wrap(plainLine(info.description), width),
    ...warningsOf(info).map((line) => wrap(line, width, '  ')),
    '',
    fields(screen, [
      ['category', info.category],
      ['keywords', info.keywords.join(', ')],
      ['license', info.license],
      ['tier', info.tier === 'free' ? null : info.tier],
      ['needs uDOS', info.engines.udos],
      ['depends on', dependencyText(info.dependencies)],
      ['optionally', dependencyText(info.optionalDependencies)],
      ['asks for', info.permissions.join(', ') || 'no permissions'],
      ['size', `${sizeText(info.size)} packed, ${sizeText(info.unpackedSize)} in ${info.files} files`],
      ['published', info.published],
      ['signed by', info.signers.map((fp) => fp.slice(0, 16)).join(', ')],
      ['integrity', info.integrity],
      ['registry', `${info.registry} (${info.registryId})`],
      ['latest', info.latest ?? 'none that may be installed'],
      ['versions', `${info.versions}`],
      ['here', info.locked === null ? null : `${info.locked} is locked`],
    ]),
    ...(news === '' ? [] : ['', `What is new in ${info.version}:`, wrap(indented(news), width)]),
  ].join('\n');
}

function warningsOf({ yanked, revoked }: InfoResult): string[] {
  return [
    ...(revoked === false ? [] : [`! Recalled by the registry: ${plainLine(revoked)}`]),
    ...(yanked === false ? [] : [`! Withdrawn by its publisher: ${plainLine(yanked)}`]),
  ];
}

function dependencyText(map: InfoResult['dependencies']): string {
  return Object.entries(map)
    .map(([name, value]) =>
      typeof value === 'string' ? `${name} ${value}` : `${name} ${value.range} from ${value.registry}`,
    )
    .join(', ');
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}
