import semver from 'semver';
import { UdosError } from '../../errors/index.js';
import type { PluginName } from '../../model/names.js';
import type { Release } from '../../model/formats/index.js';
import { compareVersions, isInRange, isPrerelease, type Range, type Version } from '../../model/version.js';
import type { VerifiedPlugin } from '../../model/verified-index.js';

/** What {@link newestRelease} must know of a plugin. */
export interface ReleaseList {
  readonly document: { readonly releases: readonly Release[] };
  readonly revocationOf: VerifiedPlugin['revocationOf'];
}

/** All releases, newest first. */
export function newestFirst(plugin: ReleaseList): Release[] {
  return [...plugin.document.releases].sort((left, right) => compareVersions(right.version, left.version));
}

/** True for a release that may be chosen anew: neither withdrawn nor recalled. */
export function isOffered(plugin: ReleaseList, release: Release): boolean {
  return release.yanked === false && plugin.revocationOf(release) === undefined;
}

/** The newest release that may be chosen and lies in all of `ranges`. Pre-releases count where a range names one. */
export function newestInRanges(plugin: ReleaseList, ranges: readonly Range[]): Release | undefined {
  return newestFirst(plugin).find(
    (release) => isOffered(plugin, release) && ranges.every((range) => isInRange(release.version, range)),
  );
}

/** The newest release that may be chosen: a stable one where there is any. */
export function newestRelease(plugin: ReleaseList): Release | undefined {
  const offered = newestFirst(plugin).filter((release) => isOffered(plugin, release));
  return offered.find((release) => !isPrerelease(release.version)) ?? offered[0];
}

/**
 * `^` of the newest release that may be chosen and runs on this uDOS; of the newest at all when none runs, so that the
 * solver can say so.
 *
 * @throws VERSION_NOT_FOUND when there is no release that may be chosen
 */
export function newestRange(name: PluginName, plugin: ReleaseList, host: Version): Range {
  const newest = newestRelease(runningOn(plugin, host)) ?? newestRelease(plugin);
  if (newest !== undefined) return `^${newest.version.split('+')[0] ?? newest.version}` as Range;
  throw new UdosError('VERSION_NOT_FOUND', `${name} has no release that may be installed.`, {
    hint: `See \`udos versions ${name}\`.`,
    data: { plugin: name },
  });
}

/** Only the releases that run on this uDOS. */
export function runningOn(plugin: ReleaseList, host: Version): ReleaseList {
  const releases = plugin.document.releases.filter(({ engines }) => runsOn(engines.udos, host));
  return { revocationOf: plugin.revocationOf, document: { releases } };
}

function runsOn(engine: Range | undefined, host: Version): boolean {
  return engine === undefined || semver.satisfies(host, engine, { includePrerelease: true });
}
