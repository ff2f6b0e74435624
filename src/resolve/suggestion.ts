import type { RoutedRequirement } from '../model/resolution.js';
import { parseRange } from '../model/version.js';
import type { Documents } from './documents.js';
import { factsBehind } from './explanation.js';
import type { Incompatibility } from './incompatibility.js';
import type { KnownPlugin } from './known-plugin.js';
import type { AliasOf } from './sentences.js';
import { solve } from './solver.js';

/** How many requirements are tried without their range, and how much work each may cost. */
const attempts = 4;
const stepsPerAttempt = 20_000;

/**
 * What to do about `conflict`: the requirement that, with another range, would leave the rest as it is; else where to
 * look next. Costs no request: it closes `documents`.
 */
export async function suggest(
  requirements: readonly RoutedRequirement[],
  conflict: Incompatibility,
  documents: Documents,
  aliasOf: AliasOf,
): Promise<string> {
  documents.close();
  const facts = factsBehind(conflict);
  const blamed = facts.flatMap((fact) => (fact.kind === 'requirement' ? [fact] : []));
  for (const { needs, target } of blamed.slice(0, attempts)) {
    const other = await withoutRange(needs, target, requirements, documents);
    if (other !== undefined) return `Try \`udos add ${needs.name}@^${other}\`.`;
  }
  for (const fact of facts) {
    const target = fact.kind === 'requirement' || fact.kind === 'dependency' ? fact.target : undefined;
    if (target?.answer.kind === 'unavailable') {
      return `Try again once registry ${aliasOf(target.registry)} can be reached.`;
    }
    if (target?.answer.kind === 'absent') return `\`udos search ${target.name}\` looks for it elsewhere.`;
  }
  for (const fact of facts) {
    if (fact.kind === 'twoRegistries') return `\`udos info ${fact.one.name}\` shows where it can come from.`;
    if (fact.kind === 'obstacle' && fact.obstacle.kind === 'engine') {
      return `Update uDOS, or look for an older release: \`udos versions ${fact.plugin.name}\`.`;
    }
  }
  const about = blamed[0]?.needs.name ?? [...conflict.terms.keys()][0]?.name;
  return about === undefined
    ? 'Loosen a range in udos.json.'
    : `\`udos versions ${about}\` lists what there is.`;
}

/** The version of `target` that could be had if the project did not say which. */
async function withoutRange(
  needs: RoutedRequirement,
  target: KnownPlugin,
  requirements: readonly RoutedRequirement[],
  documents: Documents,
): Promise<string | undefined> {
  const isSame = (other: RoutedRequirement): boolean =>
    other.name === needs.name && other.registry === needs.registry;
  const loosened = requirements.filter((other) => !isSame(other));
  const outcome = await solve({
    requirements: [...loosened, { ...needs, range: parseRange('*') }],
    documents,
    steps: stepsPerAttempt,
  });
  if (outcome.kind !== 'solved') return undefined;
  const chosen = outcome.chosen.find(({ plugin }) => plugin === target);
  return chosen && target.candidate(chosen.index).version;
}
