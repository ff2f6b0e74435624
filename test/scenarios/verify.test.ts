import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { VerifyNote } from '../../src/operations/verify/notes.js';
import type { VerifiedInstall, VerifyProblem, VerifyResult } from '../../src/operations/verify/result.js';
import type { ErrorCode } from '../../src/errors/index.js';
import type { PluginName } from '../../src/model/names.js';
import type { Version } from '../../src/model/version.js';
import { runWithFault } from '../kit/faults.js';
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

  it('notes that the last command was killed, until the next one', async () => {
    mkdirSync(`${sick.paths.lockfile}.lock`);
    sick.machine.expireLocks();
    const [note, ...more] = await notes();
    assert.ok(note);
    assert.deepEqual([note.kind, more], ['lock-stale', []]);
    await sick.follow(note.fix);
    assert.deepEqual(await notes(), []);
  });

  it('notes that a change was interrupted, until the next command finishes or undoes it', async () => {
    const plan = { on: 'disk', at: 3, how: 'kill', below: sick.machine.at('usr') } as const;
    const { status } = await runWithFault(sick.machine, plan, 'add', 'ada/extra');
    assert.equal(status, null);
    sick.machine.expireLocks();
    const [note, ...more] = await notes();
    assert.ok(note);
    assert.deepEqual([note.kind, more], ['interrupted', []]);
    await sick.follow(note.fix);
    assert.deepEqual(await notes(), []);
  });

  it('works while another command holds the project, and leaves its lock alone', async () => {
    mkdirSync(`${sick.paths.lockfile}.lock`);
    await world.run('verify').succeeds();
    assert.ok(existsSync(`${sick.paths.lockfile}.lock`));
  });

  for (const args of [['verify'], ['verify', '--offline']]) {
    it(`works in a home that nobody can write: ${args.join(' ')}`, async () => {
      // What is there to learn could not be remembered.
      await world.registry('main').checkpoint();
      const plan = { on: 'disk', at: 1, how: 'EROFS', forGood: true, below: sick.machine.home } as const;
      const { status, stdout, stderr, report } = await runWithFault(sick.machine, plan, ...args);
      assert.equal(status, 0, stderr);
      assert.notEqual(report.hit, null);
      assert.match(stdout, /ada\/notes 1\.0\.0: proved/);
      sick.machine.expectUnchanged('lockfile', 'project', 'installed', 'store', 'trust', 'receipts');
    });
  }
});

describe('udos verify, of several plugins', () => {
  let world: World;
  let sick: DamagedMachine;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        for (const name of ['fine', 'hurt', 'lost', 'recalled'])
          await registry.publish(`ada/${name}`, '1.0.0');
      })
      .build();
    await world.begin();
    await world.run('add', 'ada/fine', 'ada/hurt', 'ada/lost', 'ada/recalled').succeeds();
    sick = new DamagedMachine(world);
    sick.remember();
  });

  afterEach(() => sick.restore());
  after(() => world.end());

  const installed = 'usr/share/udos/plugins/installed';
  const hurt = () => writeFileSync(sick.machine.at(installed, 'ada--hurt', 'index.js'), 'evil');

  /** Takes the artifact of a plugin out of the store. */
  function lose(name: string): void {
    const { plugins } = JSON.parse(sick.machine.read('udos-lock.json')) as {
      plugins: Record<string, { integrity: string }>;
    };
    const hash = Buffer.from(plugins[name]?.integrity.replace('sha512-', '') ?? '', 'base64').toString('hex');
    rmSync(path.join(sick.home.store, 'artifacts', hash.slice(0, 2), `${hash}.tgz`));
  }

  async function failure(code: ErrorCode, ...args: string[]) {
    const { stdout } = await world.run('verify', '--json', ...args).failsWith(code);
    const { error } = JSON.parse(stdout) as { error: { code: string; hint: string; data: VerifyResult } };
    assert.equal(error.code, code);
    return { ...error, outcomes: error.data.plugins.map(({ name, outcome }) => `${name} ${outcome}`) };
  }

  it('judges each, and ends with the worst: trust before damage before what could not be had', async () => {
    lose('ada/lost');
    const lost = await failure('NOT_PROVED');
    const fine = ['ada/fine proved', 'ada/hurt proved', 'ada/lost not-proved', 'ada/recalled proved'];
    assert.deepEqual(lost.outcomes, fine);

    hurt();
    const damaged = ['ada/fine proved', 'ada/hurt damaged', 'ada/lost not-proved', 'ada/recalled proved'];
    assert.deepEqual((await failure('INSTALL_DAMAGED')).outcomes, damaged);

    const undo = await world.registry('main').mark();
    const [name, version] = ['ada/recalled' as PluginName, '1.0.0' as Version];
    await world.registry('main').revoke({ releases: [{ name, version, reason: 'malware' }] });
    await world.registry('main').checkpoint();
    const recalled = ['ada/fine proved', 'ada/hurt damaged', 'ada/lost not-proved', 'ada/recalled recalled'];
    assert.deepEqual((await failure('RELEASE_REVOKED')).outcomes, recalled);
    const { stderr } = await world.run('verify').failsWith('RELEASE_REVOKED');
    assert.match(stderr, /3 of 4 are not proved/);
    for (const line of [/ada\/fine 1\.0\.0: proved/, /ada\/hurt 1\.0\.0: damaged: index\.js was changed/])
      assert.match(stderr, line);
    assert.match(stderr, /ada\/lost 1\.0\.0: not proved: its artifact/i);
    assert.match(stderr, /ada\/recalled 1\.0\.0: recalled: .*malware/);
    await undo();
  });

  it('names what mends a lost artifact, and is content with the rest offline', async () => {
    lose('ada/lost');
    const { stdout } = await world.run('verify', '--offline').succeeds();
    assert.match(stdout, /3 plugins verified[^]*1 plugin could not be proved offline/);
    await sick.follow((await failure('NOT_PROVED')).hint);
    await world.run('verify').succeeds();
  });

  it('does not take silence for proof: a registry that is gone, or not configured', async () => {
    sick.machine.write(
      'udos.json',
      sick.machine.read('udos.json').replace(/"url": "[^"]*"/, '"url": "/no/such/place"'),
    );
    const gone = await failure('NOT_PROVED');
    assert.equal(gone.data.plugins.filter(({ outcome }) => outcome === 'not-proved').length, 4);
    await world.run('verify', '--offline').succeeds();
    rmSync(sick.trust, { recursive: true });
    const { plugins } = await sick.machine.json<VerifyResult>('verify', '--offline');
    assert.deepEqual([...new Set(plugins.map(({ outcome }) => outcome))], ['not-proved']);
    hurt();
    await failure('INSTALL_DAMAGED', '--offline');
  });
});
