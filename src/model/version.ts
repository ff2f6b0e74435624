import semver from 'semver';
import { UdosError } from '../errors/index.js';
import type { Branded } from './brand.js';

/** A strict semantic version (semver.org 2.0), at most 64 characters, no `v` prefix. */
export type Version = Branded<string, 'Version'>;
/** A range in npm's syntax, at most 256 characters. */
export type Range = Branded<string, 'Range'>;

export function isVersion(text: string): text is Version {
  return text.length <= 64 && /^\d[0-9A-Za-z.+-]*$/.test(text) && semver.valid(text) !== null;
}

/**
 * True for a range of plain ASCII that `semver` understands, which would take any white space of Unicode too. The length
 * is capped before any pattern runs on it (THREATS F13).
 */
export function isRange(text: string): text is Range {
  return text.length <= 256 && /^[\x20-\x7E]*$/.test(text) && semver.validRange(text) !== null;
}

/** @throws VERSION_INVALID */
export function parseVersion(text: string): Version {
  if (isVersion(text)) return text;
  throw new UdosError('VERSION_INVALID', `${JSON.stringify(text.slice(0, 80))} is not a version.`, {
    hint: 'Versions are three numbers, with an optional pre-release: 1.4.0, 2.0.0-beta.1.',
  });
}

/** @throws RANGE_INVALID */
export function parseRange(text: string): Range {
  if (isRange(text)) return text;
  throw new UdosError('RANGE_INVALID', `${JSON.stringify(text.slice(0, 80))} is not a version range.`, {
    hint: "Ranges are written as npm's: ^1.2.0, ~1.4, >=2 <3, 1.x.",
  });
}

/** Orders versions oldest first; build metadata breaks ties so that the order is total. */
export function compareVersions(left: Version, right: Version): number {
  return semver.compareBuild(left, right);
}

/** True for two versions that no range can tell apart: at most their build metadata differs. */
export function isSamePrecedence(left: Version, right: Version): boolean {
  return semver.compare(left, right) === 0;
}

/** True when `version` lies in `range`. A pre-release lies in a range only when the range names one of the same triple. */
export function isInRange(version: Version, range: Range): boolean {
  return semver.satisfies(version, range);
}

/** True for a version before its release: `2.0.0-beta.1`. A hyphen in build metadata makes none. */
export function isPrerelease(version: Version): boolean {
  return semver.prerelease(version) !== null;
}
