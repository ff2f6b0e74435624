import assert from 'node:assert/strict';
import type { PluginName } from '../../../src/model/names.js';
import { neededPlugins } from '../../../src/operations/steps/lock-graph.js';
import { findPaths } from '../../../src/operations/why.js';
import { lock, project } from './sample.js';

const waysTo = (name: string, plugins: Record<string, string>, graph: Record<string, string[]>) => {
  const { paths, more } = findPaths(project(plugins), lock(graph), name as PluginName);
  return { ways: paths.map((path) => path.map((step) => step.name).join(' > ')), more };
};

describe('why a plugin is here', () => {
  it('shows every way, the shortest first', () => {
    const { ways, more } = waysTo(
      'ada/base',
      { 'ada/app': '^1.0.0', 'ada/base': '^1.0.0' },
      { 'ada/app': ['ada/mid', 'ada/base'], 'ada/mid': ['ada/base'], 'ada/base': [] },
    );
    assert.deepEqual(ways, ['ada/base', 'ada/app > ada/base', 'ada/app > ada/mid > ada/base']);
    assert.equal(more, false);
  });

  it('ends on a circle', () => {
    const { ways } = waysTo(
      'ada/two',
      { 'ada/one': '*' },
      { 'ada/one': ['ada/two'], 'ada/two': ['ada/one', 'ada/two'] },
    );
    assert.deepEqual(ways, ['ada/one > ada/two']);
  });

  it('lists no more ways than somebody reads, however many there are', () => {
    const graph: Record<string, string[]> = {};
    const layers = 12;
    for (let layer = 0; layer < layers; layer += 1) {
      for (const side of ['left', 'right']) {
        graph[`ada/${side}${layer}`] =
          layer + 1 === layers ? [] : [`ada/left${layer + 1}`, `ada/right${layer + 1}`];
      }
    }
    const { ways, more } = waysTo(`ada/left${layers - 1}`, { 'ada/left0': '*', 'ada/right0': '*' }, graph);
    assert.equal(ways.length, 20);
    assert.equal(more, true);
  });

  it('has no way to what nothing asks for', () => {
    assert.deepEqual(waysTo('ada/lost', {}, { 'ada/lost': [] }).ways, []);
  });
});

describe('what is needed in earnest', () => {
  it('is what is reached without an optional dependency', () => {
    const graph = lock({
      'ada/app': ['ada/core', '?ada/extra'],
      'ada/core': [],
      'ada/extra': ['ada/more'],
      'ada/more': [],
    });
    assert.deepEqual([...neededPlugins(project({ 'ada/app': '*' }), graph)].sort(), ['ada/app', 'ada/core']);
  });
});
