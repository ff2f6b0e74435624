import type { Incompatibility } from './incompatibility.js';
import type { KnownPlugin } from './known-plugin.js';
import type { PartialSolution } from './partial-solution.js';
import { isSubset, type VersionSet } from './version-set.js';

/** An incompatibility of at least two terms, its two watched terms first. */
interface Watch {
  readonly incompatibility: Incompatibility;
  readonly terms: [KnownPlugin, VersionSet][];
}

/**
 * Finds the incompatibilities that matter when a plugin's outcomes were narrowed, without looking at the others.
 *
 * As long as two terms of an incompatibility do not hold, nothing follows from it. So only two such terms are watched:
 * when one of them comes to hold, another takes its place, and only where there is none, something follows. Taking
 * steps back makes no term hold, so watches need not be moved back.
 */
export class WatchList {
  readonly #watches = new Map<KnownPlugin, Watch[]>();

  constructor(private readonly solution: PartialSolution) {}

  /** An incompatibility of which all terms but one hold already is watched at the one that came to hold last. */
  add(incompatibility: Incompatibility): void {
    const terms = [...incompatibility.terms];
    if (terms.length > 2) {
      const since = new Map(terms.map(([plugin, set]) => [plugin, this.#holdsSince(plugin, set)]));
      terms.sort(([one], [other]) => ((since.get(one) ?? 0) < (since.get(other) ?? 0) ? 1 : -1));
    }
    const watch: Watch = { incompatibility, terms };
    for (const [plugin] of terms.slice(0, 2)) this.#watch(plugin, watch);
  }

  /**
   * Looks at what is watched at `plugin`, which was just narrowed. Calls `conclude` for each incompatibility of which all
   * terms but that of `last` hold. Stops at one of which all hold, and returns it.
   */
  visit(
    plugin: KnownPlugin,
    conclude: (incompatibility: Incompatibility, last: KnownPlugin) => void,
  ): Incompatibility | undefined {
    const watches = this.#watches.get(plugin) ?? [];
    let kept = 0;
    let conflict: Incompatibility | undefined;
    for (const watch of watches) {
      if (conflict === undefined) {
        const found = this.#inspect(watch, plugin);
        if (found === 'moved') continue;
        if (found === 'conflict') conflict = watch.incompatibility;
        else if (found !== 'open') conclude(watch.incompatibility, found);
      }
      watches[kept++] = watch;
    }
    watches.length = kept;
    return conflict;
  }

  #inspect(watch: Watch, plugin: KnownPlugin): KnownPlugin | 'open' | 'conflict' | 'moved' {
    const { terms } = watch;
    if (terms[0]?.[0] === plugin) swap(terms, 0, 1);
    const [other, own] = terms;
    if (other === undefined || own === undefined || !this.#holds(own)) return 'open';
    const remaining = this.solution.remaining(other[0]);
    const inside = remaining & other[1];
    if (inside === 0n) return 'open';
    for (let at = 2; at < terms.length; at++) {
      const term = terms[at];
      if (term === undefined || this.#holds(term)) continue;
      swap(terms, 1, at);
      this.#watch(term[0], watch);
      return 'moved';
    }
    return inside === remaining ? 'conflict' : other[0];
  }

  #holds([plugin, set]: readonly [KnownPlugin, VersionSet]): boolean {
    return isSubset(this.solution.remaining(plugin), set);
  }

  #holdsSince(plugin: KnownPlugin, set: VersionSet): number {
    return this.#holds([plugin, set]) ? this.solution.satisfier(plugin, set).position : Infinity;
  }

  #watch(plugin: KnownPlugin, watch: Watch): void {
    const watches = this.#watches.get(plugin);
    if (watches === undefined) this.#watches.set(plugin, [watch]);
    else watches.push(watch);
  }
}

function swap(items: Watch['terms'], one: number, other: number): void {
  const [first, second] = [items[one], items[other]];
  if (first === undefined || second === undefined) return;
  items[one] = second;
  items[other] = first;
}
