import assert from 'node:assert/strict';
import { hasCode, UdosError } from '../../../src/errors/index.js';
import { parsePluginName } from '../../../src/model/names.js';
import { resolve } from '../../../src/resolve/index.js';
import { inputOf, SketchedProvider, type Needs, type ReleaseSketch, type WorldSketch } from './world.js';

async function refusalOf(sketch: WorldSketch, steps?: number): Promise<UdosError> {
  const input = inputOf(sketch, new SketchedProvider(sketch.registries));
  const error = await resolve(steps === undefined ? input : { ...input, steps }).then(
    () => assert.fail('it was solved'),
    (reason: unknown) => reason,
  );
  assert.ok(hasCode(error, 'UNSATISFIABLE'), String(error));
  return error;
}

function main(
  plugins: Readonly<Record<string, Readonly<Record<string, ReleaseSketch>>>>,
  needs: Needs,
): WorldSketch {
  return { registries: { main: plugins }, requirements: needs };
}

/** A chain of `length` plugins, the last of which needs `end`. */
function chain(length: number, end: Needs): WorldSketch {
  const plugins: Record<string, Record<string, ReleaseSketch>> = {};
  for (let at = 0; at < length; at++) {
    plugins[`ada/p${at}`] = { '1.0.0': { needs: at + 1 < length ? { [`ada/p${at + 1}`]: '^1' } : end } };
  }
  return main(plugins, { 'ada/p0': '*' });
}

/** More plugins than there are releases to share among them: easy to state, laborious to refute. */
function pigeonhole(plugins: number): WorldSketch {
  const registry: Record<string, Record<string, ReleaseSketch>> = {};
  const requirements: Record<string, string> = {};
  const numbers = Array.from({ length: plugins }, (_, at) => at + 1);
  for (const hole of numbers.slice(1)) {
    registry[`ada/hole${hole}`] = Object.fromEntries(numbers.map((bird) => [`${bird}.0.0`, {}]));
  }
  for (const bird of numbers) {
    requirements[`ada/bird${bird}`] = '*';
    registry[`ada/bird${bird}`] = Object.fromEntries(
      numbers.slice(1).map((hole) => [`${hole}.0.0`, { needs: { [`ada/hole${hole}`]: `${bird}.0.0` } }]),
    );
  }
  return main(registry, requirements);
}

describe('the questions of the solver', () => {
  it('come a level of the graph at a time, each plugin once', async () => {
    const sketch = main(
      {
        'ada/a': { '1.0.0': { needs: { 'ada/c': '*', 'ada/d': '*' } } },
        'ada/b': { '1.0.0': { needs: { 'ada/d': '*', 'ada/a': '*' }, optional: { 'ada/e': '*' } } },
        'ada/c': { '1.0.0': { needs: { 'ada/f': '*' } } },
        'ada/d': { '1.0.0': {} },
        'ada/e': { '1.0.0': {} },
        'ada/f': { '1.0.0': {} },
      },
      { 'ada/b': '*', 'ada/a': '*' },
    );
    const provider = new SketchedProvider(sketch.registries);
    await resolve(inputOf(sketch, provider));
    assert.deepEqual(
      provider.batches.map((batch) => batch.map(({ name }) => name)),
      [['ada/a', 'ada/b'], ['ada/c', 'ada/d', 'ada/e'], ['ada/f']],
    );
  });

  it('do not go on to releases that nothing leads to', async () => {
    const sketch = main(
      { 'ada/a': { '1.0.0': { needs: { 'ada/old': '*' } }, '2.0.0': {} }, 'ada/old': { '1.0.0': {} } },
      { 'ada/a': '*' },
    );
    const provider = new SketchedProvider(sketch.registries);
    await resolve(inputOf(sketch, provider));
    assert.deepEqual(provider.batches.flat().length, 1);
  });

  it('may fail: what the provider throws passes through', async () => {
    const failure = new UdosError('INDEX_TAMPERED', 'The index was tampered with.');
    const provider = { documents: () => Promise.reject(failure) };
    await assert.rejects(resolve(inputOf(main({}, { 'ada/a': '*' }), provider)), failure);
  });

  it('must be answered one by one', async () => {
    const provider = { documents: () => Promise.resolve([]) };
    const solving = resolve(inputOf(main({}, { 'ada/a': '*' }), provider));
    await assert.rejects(solving, (error) => hasCode(error, 'BUG'));
  });
});

describe('a resolution', () => {
  it('stands in name order and links each plugin to what it depends on, itself left out', async () => {
    const sketch = main(
      {
        'bob/b': { '1.0.0': {} },
        'ada/z': {
          '1.0.0': { needs: { 'bob/b': '*', 'ada/z': '*' }, optional: { 'ada/y': '^1', 'ada/x': '^2' } },
        },
        'ada/y': { '1.0.0': {} },
        'ada/x': { '1.0.0': {} },
      },
      { 'ada/z': '*', 'ada/x': '^1' },
    );
    const resolution = await resolve(inputOf(sketch, new SketchedProvider(sketch.registries)));
    assert.deepEqual([...resolution.keys()], ['ada/x', 'ada/y', 'ada/z', 'bob/b']);
    // ada/x is there, but not in the range that ada/z would like.
    assert.deepEqual(resolution.get(parsePluginName('ada/z'))?.dependencies, ['ada/y', 'bob/b']);
  });
});

describe('a refusal', () => {
  it('carries the requirements and its lines as data', async () => {
    const sketch = main(
      {
        'ada/a': { '1.0.0': { needs: { 'ada/c': '^1' } } },
        'ada/b': { '1.0.0': { needs: { 'ada/c': '^2' } } },
        'ada/c': { '1.0.0': {}, '2.0.0': {} },
      },
      { 'ada/b': '*', 'ada/a': '*' },
    );
    const { data, message } = await refusalOf(sketch);
    assert.deepEqual(
      (data.requirements as { name: string; range: string }[]).map(({ name, range }) => `${name} ${range}`),
      ['ada/a *', 'ada/b *'],
    );
    assert.deepEqual(data.conflict, [
      {
        number: 1,
        facts: [
          'ada/a 1.0.0 needs ada/c ^1',
          'ada/b 1.0.0 needs ada/c ^2',
          'this project needs ada/a * and ada/b *',
        ],
        by: [],
        conclusion: "this project's requirements cannot all be met",
        text: message,
      },
    ]);
  });

  it('numbers its lines, and refers only to earlier ones', async () => {
    const { data, message } = await refusalOf(pigeonhole(4));
    const lines = data.conflict as { number: number; by: number[]; text: string }[];
    assert.ok(lines.length > 2);
    lines.forEach(({ number, by }, at) => {
      assert.equal(number, at + 1);
      assert.ok(by.every((line) => line < number));
    });
    assert.equal(message, lines.map(({ number, text }) => `${number}. ${text}`).join('\n'));
    // Every line but the last is used by one that follows it.
    assert.deepEqual(new Set(lines.flatMap(({ by }) => by)).size, lines.length - 1);
  });

  it('of a very long chain is told without its middle', async () => {
    const { message } = await refusalOf(chain(1000, { 'ada/gone': '*' }));
    const lines = message.split('\n');
    assert.equal(lines.length, 31);
    assert.match(message, /^1\. Because ada\/p0 1\.0\.0 needs ada\/p1 \^1/);
    assert.match(message, /… \d+ lines left out …/);
    assert.match(message, /registry main has no plugin ada\/gone/);
  });

  it('asks no further question for its hint', async () => {
    const sketch = main(
      {
        'ada/a': { '1.0.0': { needs: { 'ada/old': '*' } }, '2.0.0': { yanked: '' } },
        'ada/old': { '1.0.0': {} },
      },
      { 'ada/a': '^2' },
    );
    const provider = new SketchedProvider(sketch.registries);
    await assert.rejects(resolve(inputOf(sketch, provider)), (error) => hasCode(error, 'UNSATISFIABLE'));
    assert.equal(provider.batches.flat().length, 1);
  });

  it('says when it is none: the steps were used up', async () => {
    const { message, data } = await refusalOf(pigeonhole(7), 500);
    assert.match(message, /^Gave up choosing releases after 500 steps\. The last conflict seen was:\n/);
    assert.ok((data.conflict as unknown[]).length > 0);
  });

  it('may come before any conflict was seen', async () => {
    assert.equal((await refusalOf(chain(20, {}), 10)).message, 'Gave up choosing releases after 10 steps.');
  });

  it('calls a registry by its id where it has no other name', async () => {
    const sketch = main({}, { 'ada/a': '*' });
    const { requirements, locked, hostVersion, provider } = inputOf(
      sketch,
      new SketchedProvider(sketch.registries),
    );
    const input = { requirements, locked, hostVersion, provider };
    await assert.rejects(resolve(input), /registry udr1main2+ has no plugin/);
  });
});
