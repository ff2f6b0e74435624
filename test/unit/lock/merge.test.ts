import assert from 'node:assert/strict';
import fc from 'fast-check';
import { diffLockfiles, formatLockfile, mergeLockfiles, parseLockfile } from '../../../src/lock/index.js';
import type { LockedPlugin, Lockfile } from '../../../src/model/formats/index.js';
import { fpA, fpB, id, integrity } from '../formats/examples.js';

type Choice = Readonly<Record<string, string>>;

/** A lockfile with these plugins at these versions. */
function lock(
  plugins: Choice,
  facts: Readonly<Record<string, unknown>> = {},
  sequence = 1,
  root = 1,
): Lockfile {
  const blocks = Object.entries(plugins).map(([name, version]) => [
    name,
    {
      ...{ version, registry: id, integrity, size: 10, signers: [fpA], publisher: 1 },
      ...{ permissions: [], dependencies: {}, ...facts },
    },
  ]);
  return {
    lockfileVersion: 1,
    registries: { [id]: { alias: 'main', root, sequence } },
    plugins: Object.fromEntries(blocks) as Record<string, LockedPlugin>,
  } as unknown as Lockfile;
}

function versionsOf({ plugins }: Lockfile): Choice {
  return Object.fromEntries(Object.entries(plugins).map(([name, { version }]) => [name, version]));
}

describe('merging lockfiles', () => {
  const base = lock({ 'ada/a': '1.0.0', 'ada/b': '1.0.0' });

  it('takes what each side changed', () => {
    const ours = lock({ 'ada/a': '2.0.0', 'ada/b': '1.0.0', 'ada/c': '1.0.0' }, {}, 3);
    const theirs = lock({ 'ada/a': '1.0.0', 'ada/d': '1.0.0' }, {}, 5);
    const merged = mergeLockfiles(base, ours, theirs);
    assert.deepEqual(versionsOf(merged), { 'ada/a': '2.0.0', 'ada/c': '1.0.0', 'ada/d': '1.0.0' });
    assert.equal(Object.values(merged.registries)[0]?.sequence, 5);
  });

  it('never goes back behind a root: a newer one may have made a lower sequence good again', () => {
    const ours = lock({ 'ada/a': '1.0.0', 'ada/b': '1.0.0' }, {}, 10, 3);
    const theirs = lock({ 'ada/a': '2.0.0', 'ada/b': '1.0.0' }, {}, 11, 1);
    for (const merged of [mergeLockfiles(base, ours, theirs), mergeLockfiles(base, theirs, ours)]) {
      const [{ root, sequence } = { root: 0, sequence: 0 }] = Object.values(merged.registries);
      assert.deepEqual([root, sequence], [3, 10]);
    }
  });

  it('takes the same change of both sides once', () => {
    const both = lock({ 'ada/a': '2.0.0', 'ada/b': '1.0.0' });
    assert.deepEqual(mergeLockfiles(base, both, both), both);
  });

  it('forgets a registry that no plugin is left of', () => {
    const merged = mergeLockfiles(base, lock({ 'ada/b': '1.0.0' }), lock({ 'ada/a': '1.0.0' }));
    assert.deepEqual([merged.plugins, merged.registries], [{}, {}]);
  });

  const conflicts: [string, Lockfile, Lockfile, unknown][] = [
    ['two versions', lock({ 'ada/a': '2.0.0' }), lock({ 'ada/a': '3.0.0' }), ['2.0.0', '3.0.0']],
    ['a change and a removal', lock({ 'ada/a': '2.0.0' }), lock({}), ['2.0.0', null]],
    [
      'one version with other facts',
      lock({ 'ada/a': '2.0.0' }),
      lock({ 'ada/a': '2.0.0' }, { signers: [fpB] }),
      ['2.0.0', '2.0.0'],
    ],
  ];
  for (const [what, ours, theirs, versions] of conflicts) {
    it(`does not choose between ${what}`, () => {
      assert.throws(
        () => mergeLockfiles(lock({ 'ada/a': '1.0.0' }), ours, theirs),
        (error: { code?: string; message: string; data?: { conflicts: Record<string, unknown>[] } }) => {
          const [conflict] = error.data?.conflicts ?? [];
          assert.equal(error.code, 'LOCKFILE_CONFLICT');
          assert.deepEqual([conflict?.name, [conflict?.ours, conflict?.theirs]], ['ada/a', versions]);
          return error.message.includes('ada/a') && error.message.includes('2.0.0');
        },
      );
    });
  }

  it('gives one text, whichever side is ours, and one that reads back', () => {
    const versions = fc.constantFrom('1.0.0', '2.0.0');
    const names = fc.constantFrom('ada/a', 'ada/b', 'ada/c', 'bob/a');
    const number = fc.integer({ min: 1, max: 3 });
    const choice = fc
      .tuple(fc.dictionary(names, versions, { noNullPrototype: true }), number, number)
      .map(([plugins, sequence, root]) => lock(plugins, {}, sequence, root));
    const oneWay = (before: Lockfile, ours: Lockfile, theirs: Lockfile): string => {
      try {
        return formatLockfile(mergeLockfiles(before, ours, theirs));
      } catch {
        return 'conflict';
      }
    };
    let merges = 0;
    fc.assert(
      fc.property(choice, choice, choice, (before, ours, theirs) => {
        const text = oneWay(before, ours, theirs);
        const other = oneWay(before, theirs, ours);
        assert.deepEqual(text, other);
        if (text === 'conflict') return;
        merges += 1;
        assert.equal(formatLockfile(parseLockfile(Buffer.from(text))), text);
      }),
    );
    assert.ok(merges > 10);
  });
});

describe('comparing lockfiles', () => {
  it('names what came, went and changed, and in which fields', () => {
    const before = lock({ 'ada/a': '1.0.0', 'ada/b': '1.0.0', 'ada/same': '1.0.0' });
    const after = lock({ 'ada/b': '2.0.0', 'ada/c': '1.0.0', 'ada/same': '1.0.0' });
    assert.deepEqual(
      diffLockfiles(before, after).map(({ name, before: from, after: to, fields }) => [
        ...[name, from?.version, to?.version],
        fields,
      ]),
      [
        ['ada/a', '1.0.0', undefined, []],
        ['ada/b', '1.0.0', '2.0.0', ['version']],
        ['ada/c', undefined, '1.0.0', []],
      ],
    );
  });

  it('sees what a plan would not: other facts of the same release', () => {
    const facts = { permissions: ['net:*'], dependencies: { 'ada/b': '*' } };
    const [difference] = diffLockfiles(lock({ 'ada/a': '1.0.0' }), lock({ 'ada/a': '1.0.0' }, facts));
    assert.deepEqual(difference?.fields, ['permissions', 'dependencies']);
  });

  it('does not care for order', () => {
    const one = lock({ 'ada/a': '1.0.0' }, { permissions: ['net:a', 'net:b'], signers: [fpA, fpB] });
    const other = lock({ 'ada/a': '1.0.0' }, { permissions: ['net:b', 'net:a'], signers: [fpB, fpA] });
    assert.deepEqual(diffLockfiles(one, other), []);
  });
});
