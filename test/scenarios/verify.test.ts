import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { VerifyNote } from '../../src/operations/verify-notes.js';
import type { VerifiedInstall, VerifyProblem, VerifyResult } from '../../src/operations/verify.js';
import { DamagedMachine } from '../kit/damage.js';
import { testKey } from '../kit/keys.js';
import { rotatePublisher } from '../kit/rotation.js';
import { scenario, type World } from '../kit/scenario.js';

const notesFolder = 'usr/share/udos/plugins/installed/ada--notes';

describe('udos verify', () => {
  let world: World;
  let sick: DamagedMachine;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
        await registry.publish('ada/extra', '1.0.0');
      })
      .build();
    await world.begin();
    await world.run('add', 'ada/notes').succeeds();
    sick = new DamagedMachine(world);
    sick.remember();
  });

  afterEach(() => sick.restore());
  after(() => world.end());

  const at = (...parts: string[]) => sick.machine.at(notesFolder, ...parts);
  const receipt = () => path.join(sick.home.receipts(sick.machine.project), 'ada--notes.json');

  const damages: Readonly<Record<VerifyProblem['kind'], () => unknown>> = {
    'not-installed': () => rmSync(receipt()),
    'other-release': () => {
      const text = readFileSync(receipt(), 'utf8').replace('"version": "1.0.0"', '"version": "0.9.0"');
      writeFileSync(receipt(), text);
    },
    receipt: () => {
      const text = readFileSync(receipt(), 'utf8').replaceAll('"executable": false', '"executable": true');
      writeFileSync(receipt(), text);
      for (const file of ['index.js', 'udos-plugin.json']) chmodSync(at(file), 0o755);
    },
    'not-locked': async () => {
      const before = [sick.paths.projectFile, sick.paths.lockfile].map(
        (file) => [file, readFileSync(file)] as const,
      );
      await world.run('add', 'ada/extra').succeeds();
      for (const [file, bytes] of before) writeFileSync(file, bytes);
    },
    'unknown-folder': () => mkdirSync(at('..', "eve's tool")),
    'folder-missing': () => rmSync(at(), { recursive: true }),
    missing: () => rmSync(at('index.js')),
    changed: () => writeFileSync(at('index.js'), 'evil'),
    extra: () => writeFileSync(at('more.js'), ''),
    mode: () => chmodSync(at('index.js'), 0o755),
    link: () => {
      renameSync(at('index.js'), sick.machine.at('elsewhere'));
      symlinkSync(sick.machine.at('elsewhere'), at('index.js'));
    },
  };

  for (const [kind, damage] of Object.entries(damages)) {
    it(`tells ${kind}, with the command that mends it`, async () => {
      await damage();
      const { stdout } = await world.run('verify', '--json').failsWith('INSTALL_DAMAGED');
      const { error } = JSON.parse(stdout) as { error: { data: { plugins: VerifiedInstall[] } } };
      const problems = error.data.plugins.flatMap((plugin) => plugin.problems);
      assert.deepEqual([...new Set(problems.map((problem) => problem.kind))], [kind]);
      for (const fix of new Set(problems.map((problem) => problem.fix))) await sick.follow(fix);
      const { notes } = await sick.machine.json<VerifyResult>('verify');
      assert.deepEqual(notes, []);
    });
  }

  async function notes(...args: string[]): Promise<readonly VerifyNote[]> {
    const { stdout } = await world.run('verify', '--json', ...args).succeeds();
    return (JSON.parse(stdout) as VerifyResult).notes;
  }

  it('notes keys that the lockfile has not seen, until they are accepted', async () => {
    const undo = await world.registry('main').mark();
    await rotatePublisher(world.registry('main'), 'ada', ['ada/notes', 'ada/extra'], testKey('next'));
    const [note, ...more] = await notes();
    assert.ok(note);
    assert.deepEqual([note.kind, note.where, more], ['signers-changed', 'ada/notes', []]);
    assert.ok(note.message.includes(testKey('next').fingerprint));
    assert.match((await world.run('verify').succeeds()).stdout, /! ada\/notes is vouched for by keys/);
    await sick.follow(note.fix);
    assert.deepEqual(await notes(), []);
    await undo();
  });

  it('notes a registry that has expired, until its owner signs again', async () => {
    const [undo, now] = [await world.registry('main').mark(), world.clock.now()];
    world.clock.advanceDays(400);
    const [note, ...more] = await notes();
    assert.ok(note);
    assert.deepEqual([note.kind, note.where, more], ['registry-expired', 'main', []]);
    await world.registry('main').checkpoint();
    await sick.follow(note.fix);
    assert.deepEqual(await notes('--offline'), []);
    world.clock.set(now.toISOString());
    await undo();
  });

  it('notes that the last command was killed, once', async () => {
    mkdirSync(`${sick.paths.lockfile}.lock`);
    sick.machine.expireLocks();
    assert.deepEqual(
      (await notes()).map(({ kind }) => kind),
      ['lock-stale'],
    );
    assert.deepEqual(await notes(), []);
  });
});
