import type { PluginName } from '../model/names.js';
import type { RoutedRequirement } from '../model/resolution.js';
import type { Documents } from './documents.js';
import { incompatibilityOf, resolvent, type Fact, type Incompatibility } from './incompatibility.js';
import { compareNeeds, type DeclaredDependency, type KnownPlugin } from './known-plugin.js';
import { PartialSolution, type Assignment } from './partial-solution.js';
import { isSubset, notChosen, releaseAt, type VersionSet } from './version-set.js';
import { WatchList } from './watch-list.js';

/** A release that was chosen. */
export interface ChosenRelease {
  readonly plugin: KnownPlugin;
  readonly index: number;
}

export interface Problem {
  readonly requirements: readonly RoutedRequirement[];
  readonly documents: Documents;
  /** Chosen already: each stays exactly as it is, and what it needs is known to be met. */
  readonly settled?: ReadonlyMap<PluginName, ChosenRelease>;
  /** How many decisions, derivations and inferences may be made. */
  readonly steps: number;
}

export type Outcome =
  | { readonly kind: 'solved'; readonly chosen: readonly ChosenRelease[] }
  | { readonly kind: 'unsatisfiable'; readonly conflict: Incompatibility }
  /** Out of steps, with the last conflict seen. */
  | { readonly kind: 'gaveUp'; readonly conflict: Incompatibility | undefined };

/** Solves one problem. The same problem has the same outcome, in whatever order its requirements stand. */
export async function solve(problem: Problem): Promise<Outcome> {
  return new Solver(problem).run();
}

/** Ends the search from within: the empty incompatibility was found, or the steps are used up. */
class SearchEnded extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome.kind);
  }
}

class Solver {
  readonly #solution = new PartialSolution();
  readonly #watches = new WatchList(this.#solution);
  /** Incompatibilities of one term: they bind from the first touch of their plugin. */
  readonly #exclusions = new Map<KnownPlugin, Incompatibility[]>();
  /** Added and not yet looked at. */
  readonly #fresh: Incompatibility[] = [];
  readonly #byName = new Map<PluginName, KnownPlugin[]>();
  readonly #added = new Map<DeclaredDependency, Incompatibility | undefined>();
  #stepsLeft: number;
  #lastConflict: Incompatibility | undefined;

  constructor(private readonly problem: Problem) {
    this.#stepsLeft = problem.steps;
  }

  async run(): Promise<Outcome> {
    const requirements = this.problem.requirements.toSorted(compareNeeds);
    await this.problem.documents.ask(requirements);
    try {
      for (const needs of requirements) this.#require(needs);
      for (;;) {
        const next = this.#solution.nextOpen();
        if (next === undefined) break;
        const index = next.preferred(this.#solution.remaining(next));
        await this.#choose(next, index);
      }
    } catch (error) {
      if (error instanceof SearchEnded) return error.outcome;
      throw error;
    }
    const chosen = [...this.#solution.decisions()].map(([plugin, index]) => ({ plugin, index }));
    return { kind: 'solved', chosen };
  }

  #require(needs: RoutedRequirement): void {
    const target = this.#meet(needs);
    this.#add([[target, ~target.matching(needs.range) & target.everything]], {
      kind: 'requirement',
      needs,
      target,
    });
    this.#propagate(target);
  }

  /** Decides for a release, or finds at once that what it needs rules it out. */
  async #choose(plugin: KnownPlugin, index: number): Promise<void> {
    const declared = this.problem.settled?.has(plugin.name) ? [] : plugin.declaredBy(index);
    if (declared.some(({ needs }) => !this.problem.documents.isKnown(needs))) {
      await this.problem.documents.ask(declared.map(({ needs }) => needs));
    }
    let ruledOut: Incompatibility | undefined;
    for (const dependency of declared) {
      const incompatibility = this.#need(plugin, dependency);
      if (incompatibility && this.#holdsWith(incompatibility, plugin, index)) ruledOut ??= incompatibility;
    }
    if (ruledOut === undefined) {
      this.#step();
      this.#solution.decide(plugin, index);
    } else {
      this.#fresh.push(ruledOut);
    }
    this.#propagate(plugin);
  }

  #need(plugin: KnownPlugin, declared: DeclaredDependency): Incompatibility | undefined {
    if (this.#added.has(declared)) return this.#added.get(declared);
    const { dependers, needs } = declared;
    const target = this.#meet(needs);
    const terms: [KnownPlugin, VersionSet][] = [
      [plugin, dependers],
      [target, ~target.matching(needs.range) & target.everything],
    ];
    const incompatibility = this.#add(terms, { kind: 'dependency', plugin, dependers, needs, target });
    this.#added.set(declared, incompatibility);
    return incompatibility;
  }

  /** True when choosing the release at `index` would make all terms of `incompatibility` hold. */
  #holdsWith(incompatibility: Incompatibility, chosen: KnownPlugin, index: number): boolean {
    for (const [plugin, set] of incompatibility.terms) {
      const outcomes = plugin === chosen ? releaseAt(index) : this.#solution.remaining(plugin);
      if (!isSubset(outcomes, set)) return false;
    }
    return true;
  }

  /** The plugin that `needs` points to; what holds of it whatever depends on it is added the first time. */
  #meet(needs: RoutedRequirement): KnownPlugin {
    const plugin = this.problem.documents.get(needs);
    const namesakes = this.#byName.get(plugin.name) ?? [];
    if (namesakes.includes(plugin)) return plugin;
    this.#byName.set(plugin.name, [...namesakes, plugin]);
    for (const obstacle of plugin.obstacles) {
      this.#add([[plugin, obstacle.versions]], { kind: 'obstacle', plugin, obstacle });
    }
    const chosen = plugin.everything & ~notChosen;
    for (const one of namesakes) {
      const terms: [KnownPlugin, VersionSet][] = [
        [one, one.everything & ~notChosen],
        [plugin, chosen],
      ];
      this.#add(terms, { kind: 'twoRegistries', one, other: plugin });
    }
    const settled = this.problem.settled?.get(plugin.name);
    if (settled !== undefined) {
      const allowed = settled.plugin === plugin ? releaseAt(settled.index) : 0n;
      this.#add([[plugin, chosen & ~allowed]], { kind: 'settled', plugin });
    }
    return plugin;
  }

  #add(terms: readonly (readonly [KnownPlugin, VersionSet])[], origin: Fact): Incompatibility | undefined {
    const incompatibility = incompatibilityOf(terms, origin);
    if (incompatibility === undefined) return undefined;
    if (incompatibility.terms.size === 0) {
      throw new SearchEnded({ kind: 'unsatisfiable', conflict: incompatibility });
    }
    this.#remember(incompatibility);
    this.#fresh.push(incompatibility);
    return incompatibility;
  }

  #remember(incompatibility: Incompatibility): void {
    const [plugin] = incompatibility.terms.keys();
    if (plugin === undefined || incompatibility.terms.size > 1) this.#watches.add(incompatibility);
    else this.#exclusions.set(plugin, [...(this.#exclusions.get(plugin) ?? []), incompatibility]);
  }

  /** Unit propagation: draws every conclusion that the outcomes of `start`, just narrowed, allow. */
  #propagate(start: KnownPlugin): void {
    const changed = new Set([start]);
    const conclude = (incompatibility: Incompatibility, last: KnownPlugin): void => {
      this.#step();
      this.#solution.derive(last, incompatibility.terms.get(last) ?? 0n, incompatibility);
      changed.add(last);
    };
    for (;;) {
      const fresh = this.#fresh.pop();
      const [plugin] = changed;
      let conflict: Incompatibility | undefined;
      if (fresh !== undefined) {
        conflict = this.#consider(fresh, conclude);
      } else if (plugin !== undefined) {
        changed.delete(plugin);
        this.#fresh.push(...(this.#exclusions.get(plugin) ?? []));
        conflict = this.#watches.visit(plugin, conclude);
      } else {
        return;
      }
      if (conflict !== undefined) {
        changed.clear();
        // What was learnt lacks one term of holding, so something follows from it.
        this.#fresh.push(this.#learn(conflict));
      }
    }
  }

  /** All terms hold: a conflict, which is returned. All but one: something follows. Else nothing does. */
  #consider(
    incompatibility: Incompatibility,
    conclude: (incompatibility: Incompatibility, last: KnownPlugin) => void,
  ): Incompatibility | undefined {
    let last: KnownPlugin | undefined;
    for (const [plugin, set] of incompatibility.terms) {
      const remaining = this.#solution.remaining(plugin);
      const inside = remaining & set;
      if (inside === remaining) continue;
      if (inside === 0n || last !== undefined) return undefined;
      last = plugin;
    }
    if (last === undefined) return incompatibility;
    conclude(incompatibility, last);
    return undefined;
  }

  /**
   * Conflict resolution: walks back from a conflict to its root cause, which would have excluded the deciding choice
   * earlier, and takes back everything since that cause applied. What it returns lacks one term of holding.
   */
  #learn(conflict: Incompatibility): Incompatibility {
    let learnt = conflict;
    for (;;) {
      this.#lastConflict = learnt;
      this.#step();
      if (learnt.terms.size === 0) throw new SearchEnded({ kind: 'unsatisfiable', conflict: learnt });
      const { latest, level } = this.#lastToHold(learnt);
      if (latest.cause === undefined || level < latest.level) {
        this.#solution.backtrack(level);
        if (learnt !== conflict) this.#remember(learnt);
        return learnt;
      }
      learnt = resolvent(learnt, latest.cause, latest.plugin);
    }
  }

  /** The assignment that made the last term hold, and the level at which all that it builds on stood. */
  #lastToHold(incompatibility: Incompatibility): { latest: Assignment; level: number } {
    let latest: Assignment | undefined;
    let level = 0;
    for (const [plugin, set] of incompatibility.terms) {
      const satisfier = this.#solution.satisfier(plugin, set);
      const earlier = latest === undefined || satisfier.position > latest.position ? latest : satisfier;
      if (earlier !== satisfier) latest = satisfier;
      level = Math.max(level, earlier?.level ?? 0);
    }
    if (latest === undefined) throw new RangeError('an incompatibility without terms holds from the start');
    const { plugin, cause } = latest;
    const own = incompatibility.terms.get(plugin) ?? 0n;
    const withCause = own | (cause?.terms.get(plugin) ?? 0n);
    if (cause !== undefined && withCause !== plugin.everything) {
      level = Math.max(level, this.#solution.satisfier(plugin, withCause).level);
    }
    return { latest, level };
  }

  #step(): void {
    if (this.#stepsLeft-- <= 0) throw new SearchEnded({ kind: 'gaveUp', conflict: this.#lastConflict });
  }
}
