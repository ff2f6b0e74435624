import type { Version } from '../model/version.js';

/** What a release record carries of a changelog, at most. */
const maxLength = 4096;

/**
 * The section of a Markdown changelog that is about `version`: below the first `##` heading that names it, up to the next
 * heading of that level. Empty when there is none. Cut at 4,096 UTF-16 units, never within a character.
 */
export function changelogSection(markdown: string, version: Version): string {
  const lines = markdown.replaceAll('\r\n', '\n').split('\n');
  const start = lines.findIndex((line) => line.startsWith('## ') && namesVersion(line, version));
  if (start < 0) return '';
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('## ') || line.startsWith('# '));
  const section = lines
    .slice(start + 1, length < 0 ? undefined : start + 1 + length)
    .join('\n')
    .trim();
  if (section.length <= maxLength) return section;
  return `${section.slice(0, maxLength - 2).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function namesVersion(heading: string, version: Version): boolean {
  return heading
    .slice(3)
    .split(/[\s[\]()]+/)
    .some((word) => word === version || word === `v${version}`);
}
