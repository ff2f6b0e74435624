import semver from 'semver';
import type { PluginName, RegistryId } from '../model/names.js';
import type {
  Candidate,
  Dependency,
  DocumentAnswer,
  PluginRef,
  RoutedRequirement,
} from '../model/resolution.js';
import { compareVersions, isInRange, type Range, type Version } from '../model/version.js';
import {
  everyOutcome,
  hasRelease,
  newestIn,
  notChosen,
  releasesWhere,
  type VersionSet,
} from './version-set.js';

/** The releases that the lockfile names. */
export type LockedReleases = ReadonlyMap<
  PluginName,
  { readonly registry: RegistryId; readonly version: Version }
>;

/** What a release is judged by before anything depends on it. */
export interface Circumstances {
  readonly hostVersion: Version;
  readonly locked: LockedReleases;
}

/** Why some releases of a plugin can never be chosen, whatever else is. */
export type Obstacle =
  | { readonly kind: 'revoked' | 'yanked'; readonly versions: VersionSet; readonly reason: string }
  | {
      readonly kind: 'engine';
      readonly versions: VersionSet;
      readonly range: Range;
      readonly hostVersion: Version;
    };

/** One dependency and every release that declares exactly it. */
export interface DeclaredDependency {
  readonly dependers: VersionSet;
  readonly needs: RoutedRequirement;
}

/** A plugin whose document was asked for. An absent or unavailable one is a plugin without releases. */
export class KnownPlugin {
  readonly registry: RegistryId;
  readonly name: PluginName;
  readonly key: string;
  readonly answer: DocumentAnswer;
  /** Oldest first: a release's index here is its place in every version set of this plugin. */
  readonly candidates: readonly Candidate[];
  readonly everything: VersionSet;
  /** Obstacles name each release at most once: revoked before yanked before engine. */
  readonly obstacles: readonly Obstacle[];
  /** The index of the locked release, or -1. */
  readonly locked: number;
  readonly #usable: VersionSet;
  readonly #matching = new Map<Range, VersionSet>();
  readonly #labels = new Map<VersionSet, Range>();
  #declared: ReadonlyMap<string, DeclaredDependency> | undefined;

  constructor(ref: PluginRef, answer: DocumentAnswer, circumstances: Circumstances) {
    this.registry = ref.registry;
    this.name = ref.name;
    this.key = refKey(ref);
    this.answer = answer;
    const candidates = answer.kind === 'found' ? answer.candidates : [];
    this.candidates = candidates.toSorted((left, right) => compareVersions(left.version, right.version));
    this.everything = everyOutcome(candidates.length);
    const locked = circumstances.locked.get(ref.name);
    this.locked =
      locked?.registry === ref.registry
        ? this.candidates.findIndex((candidate) => candidate.version === locked.version)
        : -1;
    this.obstacles = this.#findObstacles(circumstances.hostVersion);
    this.#usable = this.obstacles.reduce((left, { versions }) => left & ~versions, this.everything);
  }

  /** The releases in `range`, whether or not they can be chosen. */
  matching(range: Range): VersionSet {
    let set = this.#matching.get(range);
    if (set === undefined) {
      set = releasesWhere(this.candidates, ({ version }) => isInRange(version, range));
      this.#matching.set(range, set);
      if (!this.#labels.has(set)) this.#labels.set(set, range);
    }
    return set;
  }

  /** How somebody wrote the range that is exactly `set`. */
  labelOf(set: VersionSet): Range | undefined {
    return this.#labels.get(set);
  }

  /** The index of the release to try first among `set`: the locked one, else the newest; -1 when there is none. */
  preferred(set: VersionSet): number {
    const usable = set & this.#usable & ~notChosen;
    return this.isLockedIn(usable) ? this.locked : newestIn(usable);
  }

  isLockedIn(set: VersionSet): boolean {
    return this.locked >= 0 && hasRelease(set, this.locked);
  }

  candidate(index: number): Candidate {
    const candidate = this.candidates[index];
    if (candidate === undefined) throw new RangeError(`${this.key} has no release number ${index}`);
    return candidate;
  }

  /** The required dependencies of the release at `index`, in name order, each with all releases that share it. */
  declaredBy(index: number): DeclaredDependency[] {
    const declared = (this.#declared ??= this.#collectDeclared());
    const keys = new Set(
      this.candidate(index).dependencies.map((dependency) => needKey(this.routed(dependency))),
    );
    return [...keys].sort().flatMap((key) => declared.get(key) ?? []);
  }

  /** `dependency` with its registry decided: the one it names, else this plugin's own. */
  routed(dependency: Dependency): RoutedRequirement {
    return {
      registry: dependency.registry ?? this.registry,
      name: dependency.name,
      range: dependency.range,
    };
  }

  #collectDeclared(): ReadonlyMap<string, DeclaredDependency> {
    const needs = new Map<string, { need: RoutedRequirement; dependers: Set<Candidate> }>();
    for (const candidate of this.candidates) {
      for (const dependency of candidate.dependencies) {
        const need = this.routed(dependency);
        const known = needs.get(needKey(need)) ?? { need, dependers: new Set() };
        known.dependers.add(candidate);
        needs.set(needKey(need), known);
      }
    }
    return new Map(
      [...needs].map(([key, { need, dependers }]) => [
        key,
        { needs: need, dependers: releasesWhere(this.candidates, (candidate) => dependers.has(candidate)) },
      ]),
    );
  }

  #findObstacles(hostVersion: Version): Obstacle[] {
    const facts = new Map<string, { fact: ObstacleFact; releases: Set<Candidate> }>();
    this.candidates.forEach((candidate, index) => {
      const fact = obstacleOf(candidate, hostVersion, index === this.locked);
      if (fact === undefined) return;
      const key = JSON.stringify(fact);
      const known = facts.get(key) ?? { fact, releases: new Set() };
      known.releases.add(candidate);
      facts.set(key, known);
    });
    return [...facts.values()].map(({ fact, releases }) => ({
      ...fact,
      versions: releasesWhere(this.candidates, (candidate) => releases.has(candidate)),
    }));
  }
}

/** Orders and tells apart plugins: by name, then by registry. */
export function refKey(ref: PluginRef): string {
  return `${ref.name} ${ref.registry}`;
}

/** Tells apart requirements. */
export function needKey(need: RoutedRequirement): string {
  return `${refKey(need)} ${need.range}`;
}

/** Orders requirements: by name, registry, range. */
export function compareNeeds(left: RoutedRequirement, right: RoutedRequirement): number {
  const [one, other] = [needKey(left), needKey(right)];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

type ObstacleFact =
  | { readonly kind: 'revoked' | 'yanked'; readonly reason: string }
  | { readonly kind: 'engine'; readonly range: Range; readonly hostVersion: Version };

function obstacleOf(candidate: Candidate, hostVersion: Version, isLocked: boolean): ObstacleFact | undefined {
  const { revoked, yanked, engine } = candidate;
  if (revoked !== false) return { kind: 'revoked', reason: revoked };
  if (yanked !== false && !isLocked) return { kind: 'yanked', reason: yanked };
  if (engine !== undefined && !semver.satisfies(hostVersion, engine, { includePrerelease: true })) {
    return { kind: 'engine', range: engine, hostVersion };
  }
  return undefined;
}
