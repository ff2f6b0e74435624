import type { PluginName, RegistryId } from './names.js';
import type { Range, Version } from './version.js';

/** A plugin in one registry. The same name in two registries is two plugins, which never stand in one graph. */
export interface PluginRef {
  readonly registry: RegistryId;
  readonly name: PluginName;
}

/** A requirement whose registry is decided. */
export interface RoutedRequirement extends PluginRef {
  readonly range: Range;
}

/** A dependency as a release declares it. Without `registry` it lies in the declaring plugin's own. */
export interface Dependency {
  readonly name: PluginName;
  readonly range: Range;
  readonly registry?: RegistryId | undefined;
}

/** What the solver must know of a release. */
export interface Candidate {
  readonly version: Version;
  /** False, or the reason it was withdrawn: never chosen anew, kept when locked. */
  readonly yanked: string | false;
  /** False, or why trust forbids it: never chosen, locked or not. */
  readonly revoked: string | false;
  /** The range of host versions it runs on. */
  readonly engine: Range | undefined;
  readonly dependencies: readonly Dependency[];
  readonly optionalDependencies: readonly Dependency[];
}

/** Absence and unreachability are values: the solver explains them, it does not stop at them. */
export type DocumentAnswer =
  | { readonly kind: 'found'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Asked in batches: all of the next level's plugins at once, never one by one. */
export interface DocumentProvider {
  /** Answers in the order of `wanted`. */
  documents(wanted: readonly PluginRef[]): Promise<readonly DocumentAnswer[]>;
}

/** A release that was chosen, and what asked for it. */
export interface ResolvedPlugin extends PluginRef {
  readonly version: Version;
  /** Names of the plugins that it depends on and that were chosen, sorted. Includes optional ones that could be had. */
  readonly dependencies: readonly PluginName[];
  /** True when nothing but optional dependencies leads to it. */
  readonly optional: boolean;
}

/** Chosen releases by name, in name order. */
export type Resolution = ReadonlyMap<PluginName, ResolvedPlugin>;
