import type { RoutedRequirement } from '../model/resolution.js';
import type { KnownPlugin, Obstacle } from './known-plugin.js';
import type { VersionSet } from './version-set.js';

/** A fact that came from outside: from the project, a document or a rule. */
export type Fact =
  | { readonly kind: 'requirement'; readonly needs: RoutedRequirement; readonly target: KnownPlugin }
  | {
      readonly kind: 'dependency';
      readonly plugin: KnownPlugin;
      readonly dependers: VersionSet;
      readonly needs: RoutedRequirement;
      readonly target: KnownPlugin;
    }
  | { readonly kind: 'obstacle'; readonly plugin: KnownPlugin; readonly obstacle: Obstacle }
  | { readonly kind: 'twoRegistries'; readonly one: KnownPlugin; readonly other: KnownPlugin }
  | { readonly kind: 'settled'; readonly plugin: KnownPlugin };

/** A conclusion: what follows from two incompatibilities that are known already. */
export interface Derivation {
  readonly kind: 'derived';
  readonly conflict: Incompatibility;
  readonly cause: Incompatibility;
}

export type Terms = ReadonlyMap<KnownPlugin, VersionSet>;

/**
 * A set of terms that can not all hold: no solution has the outcome of each plugin in its set.
 *
 * A term that always holds (the set of every outcome) is left out, so an incompatibility without terms says that
 * there is no solution.
 */
export interface Incompatibility {
  readonly terms: Terms;
  readonly origin: Fact | Derivation;
}

/** An incompatibility of `terms`, or nothing when they can never hold together anyway. */
export function incompatibilityOf(
  terms: Iterable<readonly [KnownPlugin, VersionSet]>,
  origin: Fact | Derivation,
): Incompatibility | undefined {
  const sets = new Map<KnownPlugin, VersionSet>();
  for (const [plugin, set] of terms) {
    const both = (sets.get(plugin) ?? plugin.everything) & set;
    if (both === 0n) return undefined;
    sets.set(plugin, both);
  }
  for (const [plugin, set] of sets) if (set === plugin.everything) sets.delete(plugin);
  return { terms: sets, origin };
}

/**
 * What follows from `conflict` and `cause` once `pivot` is taken out of the argument: with its outcome in either set
 * and all other terms of both holding, one of the two would hold whole.
 */
export function resolvent(
  conflict: Incompatibility,
  cause: Incompatibility,
  pivot: KnownPlugin,
): Incompatibility {
  const terms = new Map(conflict.terms);
  for (const [plugin, set] of cause.terms) {
    const mine = terms.get(plugin) ?? plugin.everything;
    terms.set(plugin, plugin === pivot ? mine | set : mine & set);
  }
  if (terms.get(pivot) === pivot.everything) terms.delete(pivot);
  return { terms, origin: { kind: 'derived', conflict, cause } };
}
