import type { RegistryId } from '../model/names.js';
import type { RoutedRequirement } from '../model/resolution.js';
import type { Fact, Terms } from './incompatibility.js';
import type { KnownPlugin, Obstacle } from './known-plugin.js';
import { notChosen, releasesIn, type VersionSet } from './version-set.js';

export type AliasOf = (registry: RegistryId) => string;

/** How many versions a sentence lists before it only counts the others. */
const listed = 4;

/** A fact as a clause without capital or full stop: "ada/lint 2.0.0 needs ada/core ^3". */
export function clauseOf(fact: Fact, aliasOf: AliasOf): string {
  switch (fact.kind) {
    case 'requirement':
      return `${projectClause([fact.needs])}${deadEnd(fact.needs, fact.target, aliasOf)}`;
    case 'dependency': {
      const { plugin, dependers, needs, target } = fact;
      const verb = isMany(plugin, dependers) ? 'need' : 'needs';
      return `${subject(plugin, dependers)} ${verb} ${nameAndRange(needs)}${deadEnd(needs, target, aliasOf)}`;
    }
    case 'obstacle':
      return obstacleClause(fact.plugin, fact.obstacle);
    case 'twoRegistries': {
      const [one, other] = [aliasOf(fact.one.registry), aliasOf(fact.other.registry)].sort();
      return `${fact.one.name} would come from two registries, ${one} and ${other}, but a name may come from one only`;
    }
    case 'settled':
      return `${fact.plugin.name} is chosen already`;
  }
}

/** What the project needs, in one clause. */
export function projectClause(needs: readonly RoutedRequirement[]): string {
  const items = [...new Set(needs.map(nameAndRange))].sort();
  return `this project needs ${enumerated(items, 'and')}`;
}

/** True for a fact that says by itself that something cannot be had: it makes a sentence of its own. */
export function isDeadEnd(fact: Fact): boolean {
  if (fact.kind === 'requirement' || fact.kind === 'dependency') {
    return fact.target.matching(fact.needs.range) === 0n;
  }
  return true;
}

/** What an incompatibility means for the user: "ada/lint ^2 cannot be installed". */
export function conclusionOf(terms: Terms): string {
  const together: string[] = [];
  const needed: string[] = [];
  let isPlural = false;
  for (const [plugin, set] of terms) {
    if ((set & notChosen) === 0n) {
      const label = releasesIn(set).length > 1 ? plugin.labelOf(set) : undefined;
      isPlural = label === undefined && isMany(plugin, set);
      together.push(label === undefined ? subject(plugin, set) : `${plugin.name} ${label}`);
    } else {
      needed.push(object(plugin, plugin.everything & ~set));
    }
  }
  const [first] = together;
  if (first === undefined) {
    if (needed.length === 0) return "this project's requirements cannot all be met";
    return `${enumerated(needed, 'or')} must be installed`;
  }
  if (needed.length > 0) {
    const verb = together.length > 1 ? 'together need' : isPlural ? 'need' : 'needs';
    return `${enumerated(together, 'and')} ${verb} ${enumerated(needed, 'or')}`;
  }
  return together.length > 1
    ? `${enumerated(together, 'and')} cannot be installed together`
    : `${first} cannot be installed`;
}

/** "a", "a and b", "a, b and c". */
export function enumerated(items: readonly string[], conjunction: 'and' | 'or'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** Starts with a capital, unless it starts with a plugin's name, which has none. */
export function sentence(clause: string): string {
  const [word = ''] = clause.split(' ', 1);
  return `${word.includes('/') ? clause : clause.charAt(0).toUpperCase() + clause.slice(1)}.`;
}

function nameAndRange(needs: RoutedRequirement): string {
  return `${needs.name} ${needs.range}`;
}

/** Why nothing can meet `needs`, when nothing can. */
function deadEnd(needs: RoutedRequirement, target: KnownPlugin, aliasOf: AliasOf): string {
  const registry = `registry ${aliasOf(target.registry)}`;
  const { answer } = target;
  if (answer.kind === 'absent') return `, but ${registry} has no plugin ${needs.name}`;
  if (answer.kind === 'unavailable') return `, but ${registry} could not be asked (${answer.reason})`;
  if (target.matching(needs.range) !== 0n) return '';
  const newest = target.candidates.at(-1);
  if (newest === undefined) return `, but ${registry} has no release of it`;
  return `, but ${registry} has no release of it in that range (the newest is ${newest.version})`;
}

function obstacleClause(plugin: KnownPlugin, obstacle: Obstacle): string {
  const what = subject(plugin, obstacle.versions);
  const many = isMany(plugin, obstacle.versions);
  if (obstacle.kind === 'engine') {
    return `${what} ${many ? 'need' : 'needs'} uDOS ${obstacle.range}, and this is ${obstacle.hostVersion}`;
  }
  const reason = obstacle.reason === '' ? '' : ` (${obstacle.reason})`;
  return `${what} ${many ? 'were' : 'was'} ${obstacle.kind}${reason}`;
}

/** True when `subject` lists several releases, so that its verb is a plural. */
function isMany(plugin: KnownPlugin, set: VersionSet): boolean {
  return releasesIn(set).length > 1 && runOf(plugin, set) === undefined;
}

/** "ada/lint 2.0.0", "every release of ada/lint from 2.0.0 on", "ada/lint 1.0.0 and 3.0.0". */
function subject(plugin: KnownPlugin, set: VersionSet): string {
  const run = runOf(plugin, set);
  return run === undefined
    ? versionList(plugin, set, 'and')
    : `every${run.kind} release of ${plugin.name}${run.extent}`;
}

/** "ada/lint ^2", "any release of ada/lint", "ada/lint 1.0.0 or 3.0.0". */
function object(plugin: KnownPlugin, set: VersionSet): string {
  const label = plugin.labelOf(set);
  if (label !== undefined) return `${plugin.name} ${label}`;
  const run = runOf(plugin, set);
  return run === undefined
    ? versionList(plugin, set, 'or')
    : `any${run.kind} release of ${plugin.name}${run.extent}`;
}

function versionList(plugin: KnownPlugin, set: VersionSet, conjunction: 'and' | 'or'): string {
  const versions = releasesIn(set).map((index) => plugin.candidate(index).version as string);
  const shown = versions.length > listed + 1 ? versions.slice(0, listed) : versions;
  const others = versions.length - shown.length;
  const items = others > 0 ? [...shown, `${others} more`] : shown;
  return `${plugin.name} ${enumerated(items, conjunction)}`;
}

/** Several releases without a gap, counted among all releases or, failing that, among those that are no pre-releases. */
function runOf(plugin: KnownPlugin, set: VersionSet): { kind: '' | ' stable'; extent: string } | undefined {
  const inside = releasesIn(set);
  if (inside.length < 2) return undefined;
  const all = plugin.candidates.map((_, index) => index);
  const stable = all.filter((index) => !plugin.candidate(index).version.split('+', 1)[0]?.includes('-'));
  for (const among of [all, stable]) {
    const start = among.indexOf(inside[0] ?? -1);
    const end = start + inside.length;
    if (start < 0 || among[end - 1] !== inside.at(-1)) continue;
    if (!inside.every((index, at) => among[start + at] === index)) continue;
    const from = plugin.candidate(inside[0] ?? 0).version;
    const to = plugin.candidate(inside.at(-1) ?? 0).version;
    const kind = among === all ? '' : ' stable';
    if (start === 0 && end === among.length) return { kind, extent: '' };
    if (end === among.length) return { kind, extent: ` from ${from} on` };
    return { kind, extent: start === 0 ? ` up to ${to}` : ` from ${from} to ${to}` };
  }
  return undefined;
}
