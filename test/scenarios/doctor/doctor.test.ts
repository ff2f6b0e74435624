import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { examine, type DoctorResult } from '../../../src/operations/doctor.js';
import { withLock } from '../../../src/primitives/fs/index.js';
import { testContext } from '../../kit/context.js';
import { filesBelow, type DamagedMachine } from '../../kit/damage.js';
import type { World } from '../../kit/scenario.js';
import { notesFolder } from './damage.js';
import { buildPatient } from './patient.js';

describe('udos doctor', () => {
  let world: World;
  let sick: DamagedMachine;

  before(async () => {
    sick = await buildPatient();
    ({ world } = sick);
  });

  after(() => world.end());

  it('has nothing to say of a healthy machine, in one line, and changes nothing', async () => {
    for (const place of [{}, { global: true }]) {
      const { problems, warnings } = await sick.examine(place);
      assert.deepEqual([...problems, ...warnings], []);
    }
    const before = filesBelow(world.base).map((file) => [file, readFileSync(file).toString('base64')]);
    const { stdout } = await world.run('doctor').succeeds();
    assert.equal(stdout.trim().split('\n').length, 1);
    await world.run('doctor', '--global', '--offline').succeeds();
    assert.deepEqual(
      filesBelow(world.base).map((file) => [file, readFileSync(file).toString('base64')]),
      before,
    );
  });

  it('exits with 7 when there is a problem and shows it in full, and with 0 for warnings alone', async () => {
    rmSync(sick.machine.at(notesFolder, 'index.js'));
    chmodSync(path.join(sick.home.keys, 'work.key'), 0o640);
    const { stdout } = await world.run('doctor').exits(7);
    assert.match(stdout, /x file-missing: .*index\.js\n.*\n.*`udos install --repair`/);
    assert.match(stdout, /! key-exposed/);
    const document = JSON.parse((await world.run('doctor', '--json').exits(7)).stdout) as DoctorResult;
    assert.deepEqual(Object.keys(document), ['healthy', 'home', 'project', 'problems', 'warnings']);
    assert.equal(document.problems[0]?.kind, 'file-missing');
    await world.run('install', '--repair').succeeds();
    assert.match((await world.run('doctor').succeeds()).stdout, /! key-exposed/);
    sick.restore();
  });

  it('looks at nothing that a running command may just be changing', async () => {
    rmSync(sick.machine.at(notesFolder), { recursive: true });
    await withLock(`${sick.paths.lockfile}.lock`, async () => {
      const { healthy, warnings } = await sick.examine();
      assert.ok(healthy);
      assert.deepEqual(
        warnings.map(({ kind }) => kind),
        ['lock-held'],
      );
      await assert.rejects(sick.follow('No command here.'));
    });
    assert.equal((await sick.examine()).healthy, false);
    sick.restore();
  });

  it('looks again when a command moved something while it looked', async () => {
    const [folder, away] = [sick.machine.at(notesFolder), `${sick.machine.at(notesFolder)}.away`];
    const context = testContext({ home: sick.machine.home, cwd: sick.machine.project }, world.clock);
    renameSync(folder, away);
    const step = (text: string) => {
      if (text === 'Looking at the registries' && existsSync(away)) renameSync(away, folder);
    };
    const { problems } = await examine({ ...context, reporter: { ...context.reporter, step } }, {});
    assert.deepEqual(problems, []);
    sick.restore();
  });

  it('works outside any project, and in a home that does not exist yet', async () => {
    const fresh = world.newMachine('fresh');
    const { stdout } = await fresh.run('doctor').succeeds();
    assert.match(stdout, /^All is well/);
    assert.ok(!existsSync(fresh.home), 'a home was made');
  });

  it('says what it cannot read at all', async () => {
    rmSync(sick.home.keys, { recursive: true });
    rmSync(path.join(sick.home.store, 'artifacts'), { recursive: true });
    mkdirSync(path.join(sick.home.keys, 'work.key'), { recursive: true });
    const { problems } = await sick.examine();
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['key-invalid'],
    );
    assert.ok(readdirSync(sick.home.keys).length > 0);
    sick.restore();
  });
});
