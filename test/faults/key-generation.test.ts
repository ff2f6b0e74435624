import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestClock } from '../kit/clock.js';
import { runWithFault } from '../kit/faults.js';
import { Machine } from '../kit/machine.js';

describe('a key whose files cannot be written', () => {
  const base = mkdtempSync(path.join(tmpdir(), 'udos-key-'));
  after(() => {
    rmSync(base, { recursive: true, force: true });
  });

  for (const [half, at] of [
    ['public', 1],
    ['secret', 2],
  ] as const) {
    it(`leaves neither half behind when the ${half} one fails, and can be made then`, async () => {
      const machine = new Machine(path.join(base, half), new TestClock());
      const make = ['key', 'generate', 'work', '--no-password'] as const;
      const below = path.join(machine.home, 'keys');
      const { status, report } = await runWithFault(
        machine,
        { on: 'rename', at, how: 'ENOSPC', below },
        ...make,
      );
      assert.deepEqual([status, report.rename], [7, at]);
      assert.deepEqual(
        readdirSync(below).filter((name) => name.startsWith('work')),
        [],
      );
      await machine.run(...make).succeeds();
    });
  }
});
