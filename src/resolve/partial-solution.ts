import type { Incompatibility } from './incompatibility.js';
import type { KnownPlugin } from './known-plugin.js';
import { countReleases, isSubset, notChosen, releaseAt, type VersionSet } from './version-set.js';

/** One step of the search: a plugin's outcomes were narrowed, by a choice or by what follows from one. */
export interface Assignment {
  readonly plugin: KnownPlugin;
  /** What was left of the plugin's outcomes after this step. */
  readonly remaining: VersionSet;
  /** The incompatibility it follows from; undefined for a decision. */
  readonly cause: Incompatibility | undefined;
  /** How many decisions had been made, this one included. */
  readonly level: number;
  readonly position: number;
}

interface PluginState {
  readonly assignments: Assignment[];
  remaining: VersionSet;
  decided: number;
}

/** The search's trail: what is decided, what follows, and in which order it came about. */
export class PartialSolution {
  readonly #trail: Assignment[] = [];
  readonly #states = new Map<KnownPlugin, PluginState>();
  readonly #open = new Set<KnownPlugin>();
  #level = 0;

  /** The outcomes that are still possible for `plugin`. */
  remaining(plugin: KnownPlugin): VersionSet {
    return this.#states.get(plugin)?.remaining ?? plugin.everything;
  }

  derive(plugin: KnownPlugin, excluded: VersionSet, cause: Incompatibility): void {
    this.#assign(plugin, this.remaining(plugin) & ~excluded, cause);
  }

  decide(plugin: KnownPlugin, index: number): void {
    this.#level++;
    this.#assign(plugin, releaseAt(index), undefined).decided = index;
    this.#open.delete(plugin);
  }

  /**
   * The plugin to decide next, of those that must be chosen: one that can stay as it is locked, so that locked
   * releases move only when they must; then the one with the fewest releases left; ties by name.
   */
  nextOpen(): KnownPlugin | undefined {
    let best: KnownPlugin | undefined;
    let bestRank = Infinity;
    for (const plugin of this.#open) {
      const remaining = this.remaining(plugin);
      const rank = plugin.isLockedIn(remaining) ? 0 : countReleases(remaining);
      if (best === undefined || rank < bestRank || (rank === bestRank && plugin.key < best.key)) {
        best = plugin;
        bestRank = rank;
      }
    }
    return best;
  }

  /** The earliest assignment after which `plugin`'s outcome is certainly in `set`. */
  satisfier(plugin: KnownPlugin, set: VersionSet): Assignment {
    const assignments = this.#states.get(plugin)?.assignments ?? [];
    let low = 0;
    let high = assignments.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = assignments[middle];
      if (at !== undefined && isSubset(at.remaining, set)) high = middle;
      else low = middle + 1;
    }
    const found = assignments[low];
    if (found === undefined) throw new RangeError(`nothing satisfies the term of ${plugin.key}`);
    return found;
  }

  /** Takes back everything above `level`. */
  backtrack(level: number): void {
    for (let last = this.#trail.at(-1); last !== undefined && last.level > level; last = this.#trail.at(-1)) {
      this.#trail.pop();
      const state = this.#state(last.plugin);
      state.assignments.pop();
      state.remaining = state.assignments.at(-1)?.remaining ?? last.plugin.everything;
      if (last.cause === undefined) state.decided = -1;
      this.#updateOpen(last.plugin, state);
    }
    this.#level = level;
  }

  /** Every decided plugin with the index of its release. */
  decisions(): Map<KnownPlugin, number> {
    const decisions = new Map<KnownPlugin, number>();
    for (const [plugin, { decided }] of this.#states) if (decided >= 0) decisions.set(plugin, decided);
    return decisions;
  }

  #assign(plugin: KnownPlugin, remaining: VersionSet, cause: Incompatibility | undefined): PluginState {
    const state = this.#state(plugin);
    const position = this.#trail.length;
    const assignment: Assignment = { plugin, remaining, cause, level: this.#level, position };
    this.#trail.push(assignment);
    state.assignments.push(assignment);
    state.remaining = remaining;
    this.#updateOpen(plugin, state);
    return state;
  }

  #updateOpen(plugin: KnownPlugin, state: PluginState): void {
    if (state.decided < 0 && (state.remaining & notChosen) === 0n) this.#open.add(plugin);
    else this.#open.delete(plugin);
  }

  #state(plugin: KnownPlugin): PluginState {
    let state = this.#states.get(plugin);
    if (state === undefined) {
      state = { assignments: [], remaining: plugin.everything, decided: -1 };
      this.#states.set(plugin, state);
    }
    return state;
  }
}
