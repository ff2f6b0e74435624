/**
 * What can become of one plugin, as a set: bit 0 is "not chosen", bit i + 1 is its i-th release, oldest first.
 *
 * With "not chosen" as an outcome like any other, a term and its negation are both plain sets: "is in ^2" is the bits
 * of those releases, "is not in ^2" all the other bits with bit 0 among them. Equal sets are equal values.
 */
export type VersionSet = bigint;

export const notChosen: VersionSet = 1n;

/** Every outcome of a plugin with `count` releases. */
export function everyOutcome(count: number): VersionSet {
  return (1n << BigInt(count + 1)) - 1n;
}

export function releaseAt(index: number): VersionSet {
  return 1n << BigInt(index + 1);
}

export function releasesWhere<T>(releases: readonly T[], accept: (release: T) => boolean): VersionSet {
  // Built as text: adding bits one by one would copy the number once for each of them.
  let bits = '0';
  for (const release of releases) bits = (accept(release) ? '1' : '0') + bits;
  return BigInt(`0b${bits}`);
}

export function isSubset(part: VersionSet, whole: VersionSet): boolean {
  return (part & whole) === part;
}

export function hasRelease(set: VersionSet, index: number): boolean {
  return (set & releaseAt(index)) !== 0n;
}

/** The indices of the releases in `set`, oldest first. */
export function releasesIn(set: VersionSet): number[] {
  const bits = set.toString(2);
  const indices: number[] = [];
  for (let bit = 1; bit < bits.length; bit++) {
    if (bits[bits.length - 1 - bit] === '1') indices.push(bit - 1);
  }
  return indices;
}

/** The index of the newest release in `set`, or -1 when it holds none. */
export function newestIn(set: VersionSet): number {
  return set.toString(2).length - 2;
}

export function countReleases(set: VersionSet): number {
  let count = 0;
  const bits = set.toString(2);
  for (let at = 0; at < bits.length - 1; at++) if (bits[at] === '1') count++;
  return count;
}
