import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { filesBelow, type DamagedMachine } from '../../kit/damage.js';
import type { World } from '../../kit/scenario.js';
import { notesFolder } from './damage.js';
import { buildPatient } from './patient.js';

describe('udos doctor never fails, whatever stands in a file', () => {
  let world: World;
  let sick: DamagedMachine;

  before(async () => {
    sick = await buildPatient();
    ({ world } = sick);
  });

  after(() => world.end());

  const files = () => {
    const { home, paths, machine } = sick;
    return [
      home.config,
      paths.projectFile,
      paths.lockfile,
      home.ecosystem,
      ...['receipts', 'registries', 'keys', 'store'].flatMap((name) =>
        filesBelow(path.join(machine.home, name)),
      ),
      ...filesBelow(machine.at(notesFolder)),
    ].filter((file) => !file.includes(`${path.sep}source${path.sep}`));
  };

  async function survives(file: string, bytes: Uint8Array | string): Promise<number> {
    const before = readFileSync(file);
    if (process.getuid?.() !== 0) chmodSync(file, 0o600);
    writeFileSync(file, bytes);
    try {
      const found = await Promise.all([sick.examine(), sick.examine({ global: true })]);
      return found.reduce((sum, { problems }) => sum + problems.length, 0);
    } finally {
      writeFileSync(file, before);
    }
  }

  it('not even random bytes, and they are a problem everywhere', async () => {
    const places = files();
    assert.ok(places.length > 20);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.uint8Array({ maxLength: 200 }), async (at, bytes) => {
        const file = places[at % places.length] ?? '';
        assert.ok((await survives(file, bytes)) > 0, file);
      }),
      { numRuns: 60 },
    );
    sick.restore();
  });

  it('not even JSON of any other shape', async () => {
    const places = files().filter((file) => file.endsWith('.json'));
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.json(), async (at, text) => {
        await survives(places[at % places.length] ?? '', text);
      }),
      { numRuns: 40 },
    );
    sick.restore();
  });

  it('not even true JSON with a value changed', async () => {
    const places = files().filter((file) => file.endsWith('.json'));
    const values = fc.constantFrom('', '"x"', '-1', '1e400', 'null', '[]', '{}', '9007199254740991');
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), values, async (at, which, value) => {
        const file = places[at % places.length] ?? '';
        const text = readFileSync(file, 'utf8');
        const spots = [...text.matchAll(/(?<=: )("[^"]*"|\d+|null|true|false)/g)];
        const spot = spots[which % Math.max(1, spots.length)];
        if (spot === undefined) return;
        await survives(file, text.slice(0, spot.index) + value + text.slice(spot.index + spot[0].length));
      }),
      { numRuns: 60 },
    );
    sick.restore();
  });
});
