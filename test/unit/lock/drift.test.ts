import assert from 'node:assert/strict';
import { driftOf } from '../../../src/lock/index.js';
import type { Lockfile, Project } from '../../../src/model/formats/index.js';
import type { PluginName, RegistryId } from '../../../src/model/names.js';

const ours = `udr1${'a'.repeat(52)}` as RegistryId;
const theirs = `udr1${'b'.repeat(52)}` as RegistryId;

/** Each plugin at 1.0.0 from our registry, with what it needs. */
function lockOf(
  graph: Readonly<Record<string, { needs?: object; optional?: object; registry?: RegistryId }>>,
): Lockfile {
  const plugins = Object.entries(graph).map(([name, { needs = {}, optional, registry = ours }]) => [
    name,
    { version: '1.0.0', registry, dependencies: needs, optionalDependencies: optional },
  ]);
  return { lockfileVersion: 1, registries: {}, plugins: Object.fromEntries(plugins) as never };
}

const project = (plugins: object) => ({ plugins }) as Project;
const drift = (
  wanted: object,
  graph: Parameters<typeof lockOf>[0],
  routes: Readonly<Record<string, RegistryId>> = {},
) => driftOf(project(wanted), lockOf(graph), (plugin: PluginName) => routes[plugin]);

describe('how a lockfile falls short of a project', () => {
  const graph = { 'ada/board': { needs: { 'bob/base': '^1.0.0' } }, 'bob/base': {} };

  it('not at all when it has exactly what is needed', () => {
    assert.deepEqual(drift({ 'ada/board': '^1.0.0' }, graph), []);
  });

  it('when it lacks something, has another version of it, or more than anybody needs', () => {
    const { 'ada/board': board } = graph;
    assert.match(drift({ 'ada/board': '^1.0.0' }, { 'ada/board': board }).join(), /does not have it/);
    assert.match(drift({ 'ada/board': '^2.0.0' }, graph).join(), /has 1\.0\.0/);
    assert.match(drift({ 'bob/base': '*' }, graph).join(), /has ada\/board, which nothing needs/);
  });

  it('when a requirement of the project comes from elsewhere than it is routed', () => {
    const found = drift({ 'ada/board': '^1.0.0' }, graph, { 'ada/board': theirs });
    assert.match(found.join(), new RegExp(`needs ada/board from ${theirs}, .* has it from ${ours}`));
  });

  it('when a dependency comes from elsewhere than from who needs it, or from where that says', () => {
    const moved = { ...graph, 'bob/base': { registry: theirs } };
    assert.match(drift({ 'ada/board': '^1.0.0' }, moved).join(), new RegExp(`needs bob/base from ${ours}`));
    const named = {
      'ada/board': { needs: { 'bob/base': { range: '^1.0.0', registry: theirs } } },
      'bob/base': { registry: theirs },
    };
    assert.deepEqual(drift({ 'ada/board': '^1.0.0' }, named), []);
  });

  it('not by a route for what only a plugin needs: routes are for the requirements of the project', () => {
    assert.deepEqual(drift({ 'ada/board': '^1.0.0' }, graph, { 'bob/base': theirs }), []);
  });

  it('not by an optional dependency that is left out', () => {
    const optional = { 'ada/board': { optional: { 'bob/base': '^1.0.0' } } };
    assert.deepEqual(drift({ 'ada/board': '^1.0.0' }, optional), []);
  });
});
