import type { ListedVersion, VersionsResult } from '../../operations/versions.js';
import type { Screen } from '../output.js';
import { table } from '../table.js';
import { sizeText } from './size.js';

/** The releases of a plugin, newest first. */
export function versionsView({ name, registry, versions }: VersionsResult, screen: Screen): string {
  if (versions.length === 0) return `${registry}:${name} has no such release.`;
  const rows = versions.map((one) => [
    one.version,
    one.published.slice(0, 10),
    sizeText(one.size),
    one.engines.udos ?? '',
    noteOf(one),
  ]);
  return `${registry}:${name}\n${table(screen, ['version', 'published', 'size', 'needs uDOS', ''], rows)}`;
}

function noteOf({ locked, yanked, revoked }: ListedVersion): string {
  return [
    locked ? 'locked here' : '',
    revoked === false ? '' : `recalled: ${revoked}`,
    yanked === false ? '' : `withdrawn: ${yanked}`,
  ]
    .filter((note) => note !== '')
    .join('; ');
}
