import assert from 'node:assert/strict';
import { emptyLockfile } from '../../../src/lock/index.js';
import type { Lockfile } from '../../../src/model/formats/index.js';
import type { PluginName } from '../../../src/model/names.js';
import { planChanges } from '../../../src/operations/steps/plan.js';

const notes = 'ada/notes' as PluginName;

/** ada/notes as a lockfile has it; tests state only what differs. */
function lockOf(facts: object = {}): Lockfile {
  const honest = {
    version: '1.0.0',
    registry: `udr1${'a'.repeat(52)}`,
    integrity: `sha512-${'A'.repeat(86)}==`,
    size: 10,
    signers: ['1'.repeat(64)],
    publisher: 1,
    permissions: ['fs:read:notes/**'],
    dependencies: {},
  };
  return { ...emptyLockfile, plugins: { [notes]: { ...honest, ...facts } } } as unknown as Lockfile;
}

const changesTo = (facts: object, recoveredAt = 0) =>
  planChanges(lockOf(), lockOf(facts), { recoveredAt: new Map([[notes, recoveredAt]]) }).changes;

describe('the plan between two lockfiles', () => {
  it('is empty when nothing differs', () => {
    assert.deepEqual(changesTo({}), []);
  });

  it('says what comes in, goes, and moves', () => {
    const kinds = (before: Lockfile, after: Lockfile) =>
      planChanges(before, after).changes.map((change) => change.kind);
    assert.deepEqual(kinds(emptyLockfile, lockOf()), ['add']);
    assert.deepEqual(kinds(lockOf(), emptyLockfile), ['remove']);
    assert.deepEqual(kinds(lockOf(), lockOf({ version: '1.1.0' })), ['update']);
    assert.deepEqual(kinds(lockOf(), lockOf({ version: '0.9.0' })), ['downgrade']);
    assert.deepEqual(kinds(lockOf(), lockOf({ integrity: `sha512-${'B'.repeat(86)}==` })), ['reinstall']);
  });

  it('notices other keys, more of them and fewer, though the release is the same', () => {
    for (const signers of [['2'.repeat(64)], ['1'.repeat(64), '2'.repeat(64)], []]) {
      const [change] = changesTo({ signers });
      assert.equal(change?.signerChanged, true);
      assert.deepEqual(change.signers, signers);
    }
    assert.equal(changesTo({ version: '1.1.0' })[0]?.signerChanged, false);
  });

  it('names the permissions that the release before did not have, and all of what comes in new', () => {
    const permissions = ['fs:read:notes/**', 'net:example.org'];
    assert.deepEqual(changesTo({ version: '1.1.0', permissions })[0]?.widened, ['net:example.org']);
    assert.deepEqual(changesTo({ version: '1.1.0', permissions: [] })[0]?.widened, []);
    assert.deepEqual(planChanges(emptyLockfile, lockOf()).changes[0]?.widened, ['fs:read:notes/**']);
  });

  it('notices a recovery since the release was locked, and none that was known then', () => {
    assert.equal(changesTo({}, 2)[0]?.recovered, true);
    assert.deepEqual(changesTo({}, 1), []);
  });
});
