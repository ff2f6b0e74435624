import type { Release } from '../../model/formats/index.js';
import { compareVersions, isInRange, type Range } from '../../model/version.js';
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
  return offered.find((release) => !isPrerelease(release)) ?? offered[0];
}

function isPrerelease({ version }: Release): boolean {
  return (version.split('+')[0] ?? version).includes('-');
}
