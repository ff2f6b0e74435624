import assert from 'node:assert/strict';
import fc from 'fast-check';
import Logic from 'logic-solver';
import semver from 'semver';
import { hasCode } from '../../../src/errors/index.js';
import type { Resolution } from '../../../src/model/resolution.js';
import { resolve } from '../../../src/resolve/index.js';
import {
  aliasOf,
  inputOf,
  parseSketchName,
  SketchedProvider,
  type Needs,
  type RegistrySketch,
  type ReleaseSketch,
  type WorldSketch,
} from './world.js';

const names = ['ada/a', 'ada/b', 'ada/c', 'ada/d', 'ada/e'];
const versions = ['1.0.0', '1.1.0', '2.0.0-rc.1', '2.0.0', '3.0.0'];
const ranges = [
  '*',
  '*',
  '*',
  '*',
  '*',
  '*',
  '>=1.1',
  '<3',
  '^1 || ^3',
  '^1',
  '^2',
  '>=2',
  '<2',
  '^2.0.0-rc.1',
  '^7',
];

/** A graph and another spelling of it, with everything in another order. */
interface Pair {
  readonly sketch: WorldSketch;
  readonly shuffled: WorldSketch;
}

/** Mostly the registry at hand, so that names from two registries clash sometimes and not always. */
const target = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom('', '', '', '', '', '', '', 'main:', 'acme:'))
  .map(([name, alias]) => alias + name);
const needs = fc.dictionary(target, fc.constantFrom(...ranges), { maxKeys: 2 });
const rarely = <T>(value: T): fc.Arbitrary<T | undefined> =>
  fc.integer({ min: 0, max: 11 }).map((dice) => (dice === 0 ? value : undefined));
const release: fc.Arbitrary<ReleaseSketch> = fc
  .record({
    needs,
    optional: fc.dictionary(target, fc.constantFrom(...ranges), { maxKeys: 1 }),
    yanked: rarely('a typo'),
    revoked: rarely('a stolen key'),
    engine: rarely('>=2'),
  })
  .map((sketch) => Object.fromEntries(Object.entries(sketch).filter(([, value]) => value !== undefined)));
const plugins = (size: { minKeys: number; maxKeys: number }): fc.Arbitrary<RegistrySketch> =>
  fc.dictionary(
    fc.constantFrom(...names),
    fc.dictionary(fc.constantFrom(...versions), release, { minKeys: 2, maxKeys: 4 }),
    size,
  );
const sketches: fc.Arbitrary<WorldSketch> = fc.record({
  registries: fc.record({
    main: plugins({ minKeys: 4, maxKeys: 5 }),
    acme: fc.oneof(
      { weight: 5, arbitrary: plugins({ minKeys: 0, maxKeys: 3 }) },
      { weight: 1, arbitrary: fc.constant('offline') },
    ),
  }),
  requirements: fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...ranges), {
    minKeys: 1,
    maxKeys: 2,
  }),
  locked: fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...versions), { maxKeys: 3 }),
});
const pairs: fc.Arbitrary<Pair> = fc
  .tuple(sketches, fc.integer())
  .map(([sketch, seed]) => ({ sketch, shuffled: reordered(sketch, seed) as WorldSketch }));

describe('random graphs', () => {
  it('are solved exactly when a boolean solver finds a solution, soundly, and the same in any order', async () => {
    const oracle = new Oracle();
    const seen = { solved: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(pairs, async ({ sketch, shuffled }) => {
        const answer = await answerTo(sketch);
        assert.deepEqual(await answerTo(shuffled), answer, 'the order of the input changed the answer');
        assert.equal(typeof answer !== 'string', oracle.isSatisfiable(sketch), 'the oracle disagrees');
        seen[typeof answer === 'string' ? 'refused' : 'solved']++;
        if (typeof answer !== 'string') assertSound(sketch, answer);
      }),
      { numRuns: 2000, seed: 20_240_607 },
    );

    assert.ok(seen.solved > 400 && seen.refused > 400, `one-sided: ${JSON.stringify(seen)}`);
  }).timeout(60_000);
});

/** The resolution, or the message of the refusal. */
async function answerTo(sketch: WorldSketch): Promise<Resolution | string> {
  const provider = new SketchedProvider(sketch.registries);
  try {
    const resolution = await resolve(inputOf(sketch, provider));
    const asked = provider.batches.flat().map(({ registry, name }) => `${registry} ${name}`);
    assert.equal(new Set(asked).size, asked.length, 'a plugin was asked for twice');
    return resolution;
  } catch (error) {
    if (!hasCode(error, 'UNSATISFIABLE')) throw error;
    return error.message;
  }
}

/** The same content, with the keys of every object in another order. */
function reordered(value: unknown, seed: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, reordered(inner, seed)] as const);
  const turn = Math.abs(seed) % Math.max(entries.length, 1);
  const turned = [...entries.slice(turn), ...entries.slice(0, turn)];
  return Object.fromEntries(seed % 2 === 0 ? turned : turned.reverse());
}

function releasesOf(
  sketch: WorldSketch,
  alias: string,
  name: string,
): Readonly<Record<string, ReleaseSketch>> {
  const registry = sketch.registries[alias];
  return typeof registry === 'object' ? (registry[name] ?? {}) : {};
}

function isAllowed(sketch: WorldSketch, alias: string, name: string, version: string): boolean {
  const found = releasesOf(sketch, alias, name)[version];
  if (found === undefined || found.revoked !== undefined || found.engine !== undefined) return false;
  return found.yanked === undefined || (alias === 'main' && sketch.locked?.[name] === version);
}

function split(text: string, home: string): { alias: string; name: string } {
  const { registry, name } = parseSketchName(text, home);
  return { alias: aliasOf(registry), name };
}

/**
 * The question as boolean formulas: a variable a release. A new boolean solver costs more than its work, so one serves
 * many graphs: each graph's formulas bind only where that graph is assumed.
 */
class Oracle {
  #solver = new Logic.Solver();
  #graphs = 0;

  isSatisfiable(sketch: WorldSketch): boolean {
    if (this.#graphs++ % 100 === 0) this.#solver = new Logic.Solver();
    const graph = `graph ${this.#graphs}`;
    for (const formula of this.#formulas(sketch, graph)) this.#solver.require(Logic.implies(graph, formula));
    return this.#solver.solveAssuming(graph) !== null;
  }

  *#formulas(sketch: WorldSketch, graph: string): Generator<object> {
    const variable = (alias: string, name: string, version: string): string =>
      `${graph} ${alias}:${name}@${version}`;
    const anyOf = (text: string, range: string, home: string): object => {
      const { alias, name } = split(text, home);
      const inRange = Object.keys(releasesOf(sketch, alias, name)).filter((version) =>
        semver.satisfies(version, range),
      );
      return Logic.or(inRange.map((version) => variable(alias, name, version)));
    };
    for (const name of names) {
      const all: string[] = [];
      for (const alias of ['main', 'acme']) {
        for (const [version, { needs: wanted = {} }] of Object.entries(releasesOf(sketch, alias, name))) {
          const self = variable(alias, name, version);
          all.push(self);
          if (!isAllowed(sketch, alias, name, version)) yield Logic.not(self);
          for (const [text, range] of Object.entries(wanted)) {
            yield Logic.implies(self, anyOf(text, range, alias));
          }
        }
      }
      yield Logic.atMostOne(all);
    }
    for (const [text, range] of Object.entries(sketch.requirements as Needs))
      yield anyOf(text, range, 'main');
  }
}

/** Checks a resolution against the sketch alone: everything needed is met, nothing is there without a reason. */
function assertSound(sketch: WorldSketch, resolution: Resolution): void {
  const chosen = new Map([...resolution.values()].map((plugin) => [plugin.name as string, plugin]));
  const isMet = (text: string, range: string, home: string): boolean => {
    const { alias, name } = split(text, home);
    const found = chosen.get(name);
    return found !== undefined && aliasOf(found.registry) === alias && semver.satisfies(found.version, range);
  };
  const required = new Set<string>();
  const reached = new Set<string>();
  const visit = (name: string, isRequired: boolean): void => {
    const into = isRequired ? required : reached;
    if (into.has(name)) return;
    into.add(name);
    const { registry, version, dependencies } = chosen.get(name)!;
    const home = aliasOf(registry);
    assert.ok(isAllowed(sketch, home, name, version), `${name} ${version} is not allowed`);
    const { needs: wanted = {}, optional = {} } = releasesOf(sketch, home, name)[version]!;
    const links = new Set<string>();
    for (const [text, range] of Object.entries(wanted)) {
      assert.ok(isMet(text, range, home), `${name} ${version} lacks ${text} ${range}`);
      links.add(split(text, home).name);
      visit(split(text, home).name, isRequired);
    }
    for (const [text, range] of Object.entries(optional)) {
      if (!isMet(text, range, home)) continue;
      links.add(split(text, home).name);
      visit(split(text, home).name, false);
    }
    links.delete(name);
    assert.deepEqual(dependencies, [...links].sort());
  };
  for (const [text, range] of Object.entries(sketch.requirements as Needs)) {
    assert.ok(isMet(text, range, 'main'), `${text} ${range} is not met`);
    visit(split(text, 'main').name, true);
  }
  assert.deepEqual([...resolution.keys()], [...new Set([...required, ...reached])].sort());
  for (const [name, { optional }] of chosen)
    assert.equal(optional, !required.has(name), `${name} is marked wrongly`);
}
