import type { PluginName } from '../model/names.js';
import type { RoutedRequirement } from '../model/resolution.js';
import type { Documents } from './documents.js';
import { compareNeeds, needKey } from './known-plugin.js';
import { solve, type ChosenRelease } from './solver.js';

/** How much work one optional dependency is worth. */
const stepsPerAttempt = 20_000;

/**
 * Adds to `chosen` what its releases would like to have, and returns it all.
 *
 * Names are tried in order, each against everything chosen so far, which stays as it is: so an optional dependency can
 * neither move nor remove a required one, and an earlier name wins over a later. What cannot be had is left out.
 * Several wishes for one name are first tried together, then one by one.
 */
export async function withOptional(
  chosen: ReadonlyMap<PluginName, ChosenRelease>,
  documents: Documents,
): Promise<Map<PluginName, ChosenRelease>> {
  const all = new Map(chosen);
  const tried = new Set<string>();
  for (;;) {
    const open = wishesOf(all.values()).filter((wish) => !all.has(wish.name) && !tried.has(needKey(wish)));
    const [first] = open;
    if (first === undefined) return all;
    await documents.ask(open);
    const wishes = open.filter((wish) => wish.name === first.name);
    for (const wish of wishes) tried.add(needKey(wish));
    for (const added of await firstPossible(wishes, all, documents)) all.set(added.plugin.name, added);
  }
}

async function firstPossible(
  wishes: readonly RoutedRequirement[],
  settled: ReadonlyMap<PluginName, ChosenRelease>,
  documents: Documents,
): Promise<readonly ChosenRelease[]> {
  const alone = wishes.length > 1 ? wishes.map((wish) => [wish]) : [];
  for (const requirements of [wishes, ...alone]) {
    const outcome = await solve({ requirements, documents, settled, steps: stepsPerAttempt });
    if (outcome.kind === 'solved') return outcome.chosen;
  }
  return [];
}

/** In name order, each once. */
function wishesOf(releases: Iterable<ChosenRelease>): RoutedRequirement[] {
  const wishes = new Map<string, RoutedRequirement>();
  for (const { plugin, index } of releases) {
    for (const dependency of plugin.candidate(index).optionalDependencies) {
      const wish = plugin.routed(dependency);
      wishes.set(needKey(wish), wish);
    }
  }
  return [...wishes.values()].sort(compareNeeds);
}
