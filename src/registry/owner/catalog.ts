import type { CatalogLine, PluginDocument } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import { compareVersions, isPrerelease } from '../../model/version.js';

/** The catalogue's files: one line a plugin that has releases, sorted by name, by the publisher's first two letters. */
export function generateCatalog(documents: readonly PluginDocument[]): ReadonlyMap<string, Uint8Array> {
  const byLetters = new Map<string, string[]>();
  for (const document of [...documents].sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const line = catalogLineOf(document);
    if (line === undefined) continue;
    const letters = document.name.slice(0, 2);
    byLetters.set(letters, [...(byLetters.get(letters) ?? []), `${JSON.stringify(line)}\n`]);
  }
  return new Map(
    [...byLetters].map(([letters, lines]) => [layout.catalog(letters), Buffer.from(lines.join(''), 'utf8')]),
  );
}

function catalogLineOf(document: PluginDocument): CatalogLine | undefined {
  const newestFirst = [...document.releases].sort((left, right) =>
    compareVersions(right.version, left.version),
  );
  const latest =
    newestFirst.find((release) => release.yanked === false && !isPrerelease(release.version)) ??
    newestFirst.find((release) => release.yanked === false) ??
    newestFirst[0];
  if (latest === undefined) return undefined;
  const { description, category, keywords } = document;
  const { license, permissions, tier, version } = latest;
  return {
    name: document.name,
    latest: version,
    description,
    category,
    keywords,
    license,
    permissions,
    tier,
  };
}
