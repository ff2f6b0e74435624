import assert from 'node:assert/strict';
import { findingKinds } from '../../../src/operations/doctor/findings.js';
import type { DamagedMachine } from '../../kit/damage.js';
import type { World } from '../../kit/scenario.js';
import { homeDamages } from './home-damages.js';
import { buildPatient } from './patient.js';
import { projectDamages } from './project-damages.js';

const damages = [...projectDamages, ...homeDamages];

describe('udos doctor, on a damaged machine', () => {
  let world: World;
  let sick: DamagedMachine;

  before(async () => {
    sick = await buildPatient();
    ({ world } = sick);
  });

  after(() => world.end());

  for (const damage of damages) {
    it(`finds ${damage.kind} (${damage.why}), and names what mends it`, async () => {
      const undo = await world.registry('main').mark();
      const now = world.clock.now();
      try {
        const place = { global: damage.on === 'machine' };
        await damage.do(sick);
        const sickness = await sick.examine(place);
        const all = [...sickness.problems, ...sickness.warnings];
        const found = all.filter(({ kind }) => kind === damage.kind);
        assert.ok(found.length > 0, JSON.stringify(all, null, 2));
        assert.equal(sickness.healthy, sickness.problems.length === 0);
        assert.deepEqual(
          all.filter(({ kind }) => kind !== damage.kind && !(damage.also ?? []).includes(kind)),
          [],
        );
        await damage.before?.(sick);
        for (const fix of new Set(found.map((one) => one.fix))) await sick.follow(fix);
        const { problems, warnings } = await sick.examine(place);
        assert.deepEqual([...problems, ...warnings], []);
      } finally {
        world.clock.set(now.toISOString());
        await undo();
        sick.restore();
      }
    });
  }

  it('has a story for every kind of finding', () => {
    const told = new Set<string>([...damages.map(({ kind }) => kind), 'lock-held', 'unreadable']);
    assert.deepEqual([...told].sort(), Object.keys(findingKinds).sort());
  });
});
