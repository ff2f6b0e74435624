import type { Derivation, Fact, Incompatibility, Terms } from './incompatibility.js';
import {
  clauseOf,
  conclusionOf,
  enumerated,
  isDeadEnd,
  projectClause,
  sentence,
  type AliasOf,
} from './sentences.js';

/** One step of an explanation. */
export interface ConflictLine {
  readonly number: number;
  /** The facts it rests on, as clauses. */
  readonly facts: readonly string[];
  /** The numbers of the lines that it rests on. */
  readonly by: readonly number[];
  readonly conclusion: string;
  /** The same as a sentence or two. */
  readonly text: string;
}

/** How many facts a line may join before the argument is broken into a further line. */
const factsPerLine = 3;

/** A derived incompatibility; only these become lines. */
interface Derived {
  readonly terms: Terms;
  readonly origin: Derivation;
}

/** What the line of `derived` is made from, once short chains of reasoning are joined. */
interface Argument {
  readonly derived: Derived;
  readonly facts: readonly Fact[];
  readonly parents: readonly Derived[];
}

/**
 * Why `conflict` holds, in lines that each rest on facts and earlier lines; the last one says what it comes to.
 *
 * The derivations form a graph without cycles. Each line ends at a node that several others use or where a chain grew
 * too long to be read in one breath. Without recursion, because a chain may be as long as the plugins' graph is deep.
 */
export function explain(conflict: Incompatibility, aliasOf: AliasOf): ConflictLine[] {
  if (!isDerived(conflict)) return factsBehind(conflict).map((fact) => factLine(fact, aliasOf));
  const uses = countUses(conflict);
  const numbers = new Map<Derived, number>();
  const lines: ConflictLine[] = [];
  const stack = [argumentOf(conflict, uses)];
  for (let argument = stack.at(-1); argument !== undefined; argument = stack.at(-1)) {
    const missing = argument.parents.find((parent) => !numbers.has(parent));
    if (missing !== undefined) {
      stack.push(argumentOf(missing, uses));
      continue;
    }
    stack.pop();
    if (numbers.has(argument.derived)) continue;
    const number = lines.length + 1;
    const by = argument.parents.map((parent) => numbers.get(parent) ?? 0).sort((one, other) => one - other);
    lines.push(lineOf(argument, number, by, aliasOf));
    numbers.set(argument.derived, number);
  }
  return lines;
}

/** The facts from outside that `conflict` rests on, each once. */
export function factsBehind(conflict: Incompatibility): Fact[] {
  const seen = new Set<Incompatibility>([conflict]);
  const facts: Fact[] = [];
  for (const { origin } of seen) {
    if (origin.kind === 'derived') seen.add(origin.conflict).add(origin.cause);
    else facts.push(origin);
  }
  return facts;
}

function isDerived(incompatibility: Incompatibility): incompatibility is Derived {
  return incompatibility.origin.kind === 'derived';
}

function causesOf(derived: Derived): { facts: Fact[]; derived: Derived[] } {
  const facts: Fact[] = [];
  const others: Derived[] = [];
  for (const cause of [derived.origin.conflict, derived.origin.cause]) {
    if (isDerived(cause)) others.push(cause);
    else facts.push(cause.origin as Fact);
  }
  return { facts, derived: others };
}

function countUses(root: Derived): Map<Derived, number> {
  const uses = new Map<Derived, number>([[root, 1]]);
  for (const [node] of uses) {
    for (const cause of causesOf(node).derived) uses.set(cause, (uses.get(cause) ?? 0) + 1);
  }
  return uses;
}

function argumentOf(derived: Derived, uses: ReadonlyMap<Derived, number>): Argument {
  const facts: Fact[] = [];
  for (let node = derived; ;) {
    const causes = causesOf(node);
    for (const fact of causes.facts) if (!facts.includes(fact)) facts.push(fact);
    const [next] = causes.derived;
    const isChain = causes.derived.length === 1 && next !== undefined && uses.get(next) === 1;
    if (!isChain || facts.length >= factsPerLine || causesOf(next).derived.length > 1) {
      return { derived, facts, parents: [...new Set(causes.derived)] };
    }
    node = next;
  }
}

function factLine(fact: Fact, aliasOf: AliasOf): ConflictLine {
  const clause = clauseOf(fact, aliasOf);
  const conclusion = conclusionOf(new Map());
  return { number: 1, facts: [clause], by: [], conclusion, text: sentence(clause) };
}

/** "By 2 and because F and G, C." Facts that end with a "but" become sentences before it. */
function lineOf(argument: Argument, number: number, by: readonly number[], aliasOf: AliasOf): ConflictLine {
  const deadEnds = clausesOf(argument.facts.filter(isDeadEnd), aliasOf);
  const reasons = clausesOf(inReadingOrder(argument.facts.filter((fact) => !isDeadEnd(fact))), aliasOf);
  const conclusion = conclusionOf(argument.derived.terms);
  const isFollowing = by.length === 1 && by[0] === number - 1;
  const grounds: string[] = [];
  if (by.length > 0 && !isFollowing) grounds.push(`by ${enumerated(by.map(String), 'and')}`);
  if (reasons.length > 0) grounds.push(`because ${joined(reasons)}`);
  const opening = grounds.length > 0 ? `${grounds.join(' and ')}, ` : 'so ';
  const isAddition = grounds.length > 0 && (isFollowing || deadEnds.length > 0);
  const namesProject = argument.facts.some((fact) => fact.kind === 'requirement' && !isDeadEnd(fact));
  const last = `${isAddition ? 'and ' : ''}${opening}${namesProject ? conclusion.replace("this project's", 'its') : conclusion}`;
  const text = [...deadEnds, last].map(sentence).join(' ');
  return { number, facts: [...deadEnds, ...reasons], by, conclusion, text };
}

/** What needs something before what that something needs; the project last, as what it all comes down to. */
function inReadingOrder(facts: readonly Fact[]): Fact[] {
  const left = facts.filter((fact) => fact.kind !== 'requirement');
  const ordered: Fact[] = [];
  while (left.length > 0) {
    const isLedTo = (fact: Fact): boolean =>
      left.some(
        (other) =>
          other !== fact && other.kind === 'dependency' && 'plugin' in fact && other.target === fact.plugin,
      );
    const start = left.findIndex((fact) => !isLedTo(fact));
    ordered.push(...left.splice(Math.max(start, 0), 1));
  }
  return [...ordered, ...facts.filter((fact) => fact.kind === 'requirement')];
}

/** One clause a fact, each once; what the project needs is one clause together. */
function clausesOf(facts: readonly Fact[], aliasOf: AliasOf): string[] {
  const met = facts.flatMap((fact) => (fact.kind === 'requirement' && !isDeadEnd(fact) ? [fact.needs] : []));
  const others = facts.filter((fact) => fact.kind !== 'requirement' || isDeadEnd(fact));
  const clauses = others.map((fact) => clauseOf(fact, aliasOf));
  return [...new Set(met.length > 0 ? [...clauses, projectClause(met)] : clauses)];
}

/** Like `enumerated`, for clauses that may hold an "and" themselves. */
function joined(clauses: readonly string[]): string {
  const hasInner = clauses.some((clause) => clause.includes(' and '));
  if (clauses.length < 2 || !hasInner) return enumerated(clauses, 'and');
  return `${clauses.slice(0, -1).join(', ')}, and ${clauses.at(-1) ?? ''}`;
}
