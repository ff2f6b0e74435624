/**
 * The version solver: PubGrub over finite sets.
 *
 * A plugin's document names all its releases, so what may become of a plugin is a finite set: one of these releases,
 * or "not chosen" (`version-set.ts`). Everything the solver knows is a list of *incompatibilities* (`incompatibility.ts`):
 * combinations of such sets that cannot all hold. "ada/lint 2.0.0 needs ada/core ^3" is one: { lint in {2.0.0}, core
 * outside ^3 }. So are the project's requirements, yanks, revocations, engines, and the rule that a name comes from one
 * registry.
 *
 * The search (`solver.ts`) takes turns. *Unit propagation*: where all terms of an incompatibility hold but one, that
 * one must not, which narrows a plugin's outcomes (`watch-list.ts` finds them quickly). *Decision*: with nothing left
 * to conclude, a plugin that must be chosen gets its locked or else its newest release, and what that release needs
 * becomes incompatibilities too: one for all releases that declare the same need. *Conflict resolution*: where all
 * terms hold, the incompatibility is combined with the one that made its last term hold, again and again, until what
 * results would have excluded an earlier decision. That is learnt, everything since is taken back in one jump
 * (`partial-solution.ts`), and the same mistake is never made again. If an incompatibility without terms results,
 * there is no solution, and the combinations that led to it are the proof, which `explanation.ts` tells in sentences.
 *
 * A release is tried only after the documents of all it needs were read, but these are read ahead, a level of the graph
 * in one batch (`documents.ts`). Optional dependencies are tried afterwards, against a solution that stays as it is
 * (`optional-dependencies.ts`). Nothing depends on the order in which requirements, releases or dependencies are listed.
 */
import { UdosError } from '../errors/index.js';
import type { PluginName } from '../model/names.js';
import type { DocumentProvider, Resolution, ResolvedPlugin, RoutedRequirement } from '../model/resolution.js';
import type { Version } from '../model/version.js';
import { Documents } from './documents.js';
import { explain, type ConflictLine } from './explanation.js';
import type { Incompatibility } from './incompatibility.js';
import { compareNeeds, type LockedReleases } from './known-plugin.js';
import { withOptional } from './optional-dependencies.js';
import type { AliasOf } from './sentences.js';
import { solve, type ChosenRelease } from './solver.js';
import { suggest } from './suggestion.js';
import { hasRelease } from './version-set.js';

export interface ResolveInput {
  /** The project's own, in any order. */
  readonly requirements: readonly RoutedRequirement[];
  /** Preferred where allowed, even if yanked. */
  readonly locked: LockedReleases;
  /** What a release's `engine` must contain. */
  readonly hostVersion: Version;
  readonly provider: DocumentProvider;
  /** What sentences call a registry; its id if this is left out. */
  readonly aliasOf?: AliasOf;
  /** How many decisions, derivations and inferences are worth an answer: 200,000 unless told otherwise. */
  readonly steps?: number;
}

const usualSteps = 200_000;
/** An explanation with more lines loses its middle. */
const maximumLines = 30;

/**
 * Chooses one release of every plugin that the requirements lead to, or says why that cannot be done.
 *
 * Guarantees: every requirement and required dependency is met by a release that is not revoked, whose engine contains
 * the host, and that is not yanked unless locked; no name comes from two registries; nothing is chosen that nothing
 * asks for; a locked release stays where it can, all else is as new as the choices before it allow; no plugin is asked
 * for twice; the same input has the same result.
 *
 * @throws UNSATISFIABLE with `data.conflict`, the explanation line by line; also when the steps are used up.
 */
export async function resolve(input: ResolveInput): Promise<Resolution> {
  const aliasOf: AliasOf = input.aliasOf ?? ((registry) => registry);
  const requirements = input.requirements.toSorted(compareNeeds);
  const documents = new Documents(input.provider, input);
  const steps = input.steps ?? usualSteps;
  const outcome = await solve({ requirements, documents, steps });
  if (outcome.kind === 'gaveUp') throw gaveUp(requirements, outcome.conflict, steps, aliasOf);
  if (outcome.kind === 'unsatisfiable') {
    const hint = await suggest(requirements, outcome.conflict, documents, aliasOf);
    throw unsatisfiable(requirements, explain(outcome.conflict, aliasOf), hint);
  }
  const required = new Map(outcome.chosen.map((release) => [release.plugin.name, release]));
  return describe(await withOptional(required, documents), required);
}

function describe(
  chosen: ReadonlyMap<PluginName, ChosenRelease>,
  required: ReadonlyMap<PluginName, ChosenRelease>,
): Resolution {
  const names = [...chosen.keys()].sort();
  return new Map(
    names.flatMap((name): [PluginName, ResolvedPlugin][] => {
      const release = chosen.get(name);
      if (release === undefined) return [];
      const { plugin, index } = release;
      const { version } = plugin.candidate(index);
      const dependencies = linksOf(release, chosen);
      const optional = !required.has(name);
      return [[name, { registry: plugin.registry, name, version, dependencies, optional }]];
    }),
  );
}

/** The chosen plugins that `release` depends on, itself left out. An optional one counts if its range is met. */
function linksOf(release: ChosenRelease, chosen: ReadonlyMap<PluginName, ChosenRelease>): PluginName[] {
  const { dependencies, optionalDependencies } = release.plugin.candidate(release.index);
  const links = new Set<PluginName>();
  for (const dependency of [...dependencies, ...optionalDependencies]) {
    const { registry, name, range } = release.plugin.routed(dependency);
    const target = chosen.get(name);
    if (target === undefined || target === release || target.plugin.registry !== registry) continue;
    if (hasRelease(target.plugin.matching(range), target.index)) links.add(name);
  }
  return [...links].sort();
}

function unsatisfiable(
  requirements: readonly RoutedRequirement[],
  lines: readonly ConflictLine[],
  hint: string,
): UdosError {
  const conflict = withoutMiddle(lines);
  return new UdosError('UNSATISFIABLE', told(conflict), { hint, data: { requirements, conflict } });
}

function gaveUp(
  requirements: readonly RoutedRequirement[],
  conflict: Incompatibility | undefined,
  steps: number,
  aliasOf: AliasOf,
): UdosError {
  const lines = conflict === undefined ? [] : withoutMiddle(explain(conflict, aliasOf));
  const partial = lines.length === 0 ? '' : ` The last conflict seen was:\n${told(lines)}`;
  return new UdosError('UNSATISFIABLE', `Gave up choosing releases after ${steps} steps.${partial}`, {
    hint: 'Narrow the ranges in udos.json, so that there is less to try.',
    data: { requirements, conflict: lines },
  });
}

function withoutMiddle(lines: readonly ConflictLine[]): readonly ConflictLine[] {
  if (lines.length <= maximumLines) return lines;
  return [...lines.slice(0, maximumLines / 2), ...lines.slice(-maximumLines / 2)];
}

/** One line stands alone; several are numbered, so that later ones can name earlier ones. */
function told(lines: readonly ConflictLine[]): string {
  const [first] = lines;
  if (lines.length === 1 && first !== undefined) return first.text;
  return lines
    .flatMap(({ number, text }, at) => {
      const left = number - (lines[at - 1]?.number ?? 0) - 1;
      return [...(left > 0 ? [`… ${left} lines left out …`] : []), `${number}. ${text}`];
    })
    .join('\n');
}
