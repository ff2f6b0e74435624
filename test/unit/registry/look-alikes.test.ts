import assert from 'node:assert/strict';
import fc from 'fast-check';
import { layout } from '../../../src/model/index-layout.js';
import { isPluginName, publisherOf, type PluginName, type Publisher } from '../../../src/model/names.js';
import { judgeRelease } from '../../../src/operations/steps/judge-release.js';
import { formatJson } from '../../../src/primitives/json/index.js';
import { prepareCheckpoint, withChanges } from '../../../src/registry/index.js';
import {
  findLookAlikes,
  isOneSlipApart,
  skeletonOf,
  type Names,
} from '../../../src/registry/owner/look-alikes.js';
import { readPlugin, treeSource } from '../../kit/client.js';
import { registryWorld } from './world.js';

/** Publishers and plugins by their names, as a tree has them. */
function namesOf(list: readonly string[]): Names {
  const names = new Map<Publisher, PluginName[]>();
  for (const name of list) {
    const publisher = isPluginName(name) ? publisherOf(name) : (name as Publisher);
    names.set(publisher, [...(names.get(publisher) ?? []), ...(isPluginName(name) ? [name] : [])]);
  }
  return names;
}

function refused(
  published: readonly string[],
  fresh: readonly string[],
  registryFile: { popular?: string[]; lookAlikes?: string[] } = {},
): string[] {
  const found = findLookAlikes({
    names: namesOf([...published, ...fresh]),
    published: namesOf(published),
    registryFile: registryFile as never,
  });
  assert.ok(found.every(({ error }) => error.code === 'NAME_LOOKALIKE'));
  return found.map(({ error }) => `${String(error.data.name)} ~ ${String(error.data.like)}`);
}

describe('look-alike names', () => {
  const alike: readonly (readonly [string, string])[] = [
    ['paypal', 'paypa1'],
    ['paypal', 'paypai'],
    ['paypal', 'pay-pal'],
    ['google', 'g00gle'],
    ['modern', 'modem'],
    ['vvorld', 'world'],
    ['clean', 'dean'],
    ['c1ean', 'dean'],
    ['base64', 'ba5e64'],
    ['ada-notes', 'adanotes'],
    ['buzz', 'bu2z'],
    ['bob', 'bo8'],
  ];
  const apart: readonly (readonly [string, string])[] = [
    ['ada', 'adam'],
    ['notes', 'note'],
    ['core', 'cone'],
    ['plugin-3', 'plugin-4'],
    ['left', 'right'],
    ['tools1', 'tools7'],
  ];
  for (const [one, other] of alike) {
    it(`${other} reads like ${one}`, () => {
      assert.equal(skeletonOf(one), skeletonOf(other));
      assert.deepEqual(refused([one], [other]), [`${other} ~ ${one}`]);
      assert.deepEqual(refused([`ada/${one}`], [`ada/${other}`]), [`ada/${other} ~ ada/${one}`]);
    });
  }
  for (const [one, other] of apart) {
    it(`${other} does not read like ${one}`, () => {
      assert.deepEqual(refused([one, `ada/${one}`], [other, `ada/${other}`]), []);
    });
  }

  it('leaves alone what was published before, and plugins of different publishers', () => {
    assert.deepEqual(refused(['paypal', 'paypa1', 'ada/note5'], ['paypa1/notes', 'bob/notes']), []);
  });

  it('names a new publisher once, and not each of its plugins', () => {
    const found = findLookAlikes({
      names: namesOf(['ada/notes', 'a-da/notes', 'a-da/n0tes']),
      published: namesOf(['ada/notes']),
      registryFile: {},
    });
    assert.deepEqual(
      found.map(({ path }) => path),
      [layout.publisherFolder('a-da' as Publisher)],
    );
  });

  const slips: readonly (readonly [popular: string, name: string, isRefused: boolean])[] = [
    ['lodash', 'lodahs', true],
    ['lodash', 'lodas', true],
    ['lodash', 'lodashs', true],
    ['lodash', 'lodish', true],
    ['lodash', 'lodash', false],
    ['lodash', 'lodahss', false],
    ['lodash', 'dolash', false],
    ['chalk', 'chark', true],
    ['ada', 'ade', false],
    ['adam', 'adams', false],
    ['acme/charts', 'acmee/charts', true],
    ['acme/charts', 'acne/charts', true],
    ['acme/charts', 'acme/chart', false],
    ['acme/charts', 'acme/ch-arts', true],
    ['acme/charts', 'acmes', false],
  ];
  for (const [popular, name, isRefused] of slips) {
    it(`${name} may ${isRefused ? 'not ' : ''}come near the popular ${popular}`, () => {
      const expected = isRefused ? [`${name} ~ ${popular}`] : [];
      assert.deepEqual(refused([], [name], { popular: [popular] }), expected);
    });
  }

  it('a curator lets through what was looked at', () => {
    const fresh = ['pay-pal', 'pay-pal/notes', 'ada/n0tes', 'lodas'];
    const popular = ['lodash'];
    assert.equal(refused(['paypal', 'ada/notes'], fresh, { popular }).length, 3);
    const lookAlikes = ['pay-pal', 'ada/n0tes', 'lodas'];
    assert.deepEqual(refused(['paypal', 'ada/notes'], fresh, { popular, lookAlikes }), []);
  });

  it('one slip apart is what the usual distance says', () => {
    const word = fc.stringMatching(/^[ab]{0,6}$/);
    fc.assert(
      fc.property(word, word, (left, right) => {
        assert.equal(isOneSlipApart(left, right), slipsOf(left).has(right) && left !== right);
        assert.equal(isOneSlipApart(left, right), isOneSlipApart(right, left));
      }),
      { numRuns: 2000 },
    );
  });
});

/** Everything that one slip makes of a word of the letters a and b. */
function slipsOf(word: string): Set<string> {
  const made = new Set<string>();
  for (let at = 0; at <= word.length; at += 1) {
    const [before, after] = [word.slice(0, at), word.slice(at)];
    for (const letter of 'ab') {
      made.add(before + letter + after);
      if (after !== '') made.add(before + letter + after.slice(1));
    }
    made.add(before + after.slice(1));
    if (after.length > 1) made.add(before + (after[1] ?? '') + (after[0] ?? '') + after.slice(2));
  }
  return made;
}

describe('a checkpoint and look-alikes', () => {
  const world = registryWorld();
  const prepare = () =>
    prepareCheckpoint({
      registry: world.registry.id,
      main: world.registry.main,
      published: world.registry.published,
      signers: [world.registry.keys.checkpoint],
      now: world.clock.now().getTime(),
      lifetime: 24 * 60 * 60 * 1000,
      judgeRelease,
    });

  it('keeps an imitator back, whole, and publishes the rest', async () => {
    await world.registry.publisher('a-da');
    await world.registry.publish('a-da/notes', '9.0.0');
    await world.registry.publish('ada/lists', '1.0.0');
    await world.registry.publish('ada/n0tes', '1.0.0');
    const prepared = await prepare();
    assert.deepEqual(
      prepared.keptBack.map(({ path, error }) => [path, error.code]),
      [
        [layout.publisherFolder('a-da' as Publisher), 'NAME_LOOKALIKE'],
        [layout.document('ada/n0tes' as PluginName), 'NAME_LOOKALIKE'],
        // Without its publisher, nothing vouches for it.
        [layout.document('a-da/notes' as PluginName), 'DOCUMENT_INVALID'],
      ],
    );
    const source = treeSource(withChanges(world.registry.main, prepared.changes));
    const index = await world.client.sync({ sources: [source] });
    assert.ok(await readPlugin(index, 'ada/lists'));
    assert.equal(await readPlugin(index, 'a-da/notes'), undefined);
    assert.deepEqual(
      (await index.catalog()).map((line) => line.name),
      ['ada/lists', 'ada/notes'],
    );
  });

  it('publishes it once a curator has allowed it', async () => {
    await world.registry.publisher('a-da');
    const file = { name: 'main', description: '', format: 1, lookAlikes: ['a-da'] };
    await world.registry.edit(new Map([[layout.registryFile, Buffer.from(formatJson(file))]]));
    assert.deepEqual((await prepare()).keptBack, []);
  });
});
