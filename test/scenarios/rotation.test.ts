import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatPublicKeyFile } from '../../src/primitives/crypto/index.js';
import { TestClock } from '../kit/clock.js';
import { git } from '../kit/git-cli.js';
import { Guide } from '../kit/guide.js';
import { holdKey } from '../kit/key-files.js';
import { testKey } from '../kit/keys.js';
import { Machine } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';

interface Rotated {
  readonly state: string;
  readonly file: string;
  readonly version: number;
  readonly sequence: number | null;
  readonly resigned: readonly string[];
  readonly missing: readonly { readonly file: string; readonly count: number; readonly keys: object[] }[];
}

const grant = 'plugins/ad/ada/publisher/1.json';

const guide = new Guide('rotate-keys.md');

describe('the keys of a registry change hands', () => {
  const clock = new TestClock();
  let base: string;
  let id: string;
  let ada: Machine;
  let bob: Machine;
  let user: Machine;

  before(async () => {
    base = mkdtempSync(path.join(tmpdir(), 'udos-rotation-'));
    [ada, bob, user] = ['ada', 'bob', 'user'].map((name) => new Machine(path.join(base, name), clock)) as [
      Machine,
      Machine,
      Machine,
    ];
    bob.environment.UDOS_KEY_PASSWORD = 'a stick in a drawer';
    await ada.run('key', 'generate', 'work', '--no-password').succeeds();
    ({ id } = await ada.json<{ id: string }>('registry', 'init', 'acme', '--publisher', 'ada'));
    for (const machine of [ada, user]) {
      await machine.run('init').succeeds();
      await machine.run('registry', 'add', 'acme', ada.at('acme'), '--id', id).succeeds();
    }
    await ada.run('plugin', 'init', 'ada/hello').succeeds();
    await ada.run('publish', 'hello').succeeds();
    await user.run('add', 'ada/hello').succeeds();
  });

  after(() => {
    rmSync(base, { recursive: true, force: true });
  });

  /** A command of the guide, in the clone that Ada has of the index. */
  const follow = async (line: string, ...more: readonly string[]) => {
    const { stdout } = await guide
      .follow(ada, line, ['--index', 'acme', '--yes', '--json', ...more])
      .succeeds();
    return JSON.parse(stdout) as Rotated;
  };
  const rootOf = async (machine: Machine) => {
    await machine.run('registry', 'sync').succeeds();
    const shown = await machine.json<{ root: { version: number } }>('registry', 'show', 'acme');
    return shown.root.version;
  };

  it('asks for a change, and plans without writing anything', async () => {
    await ada.run('registry', 'rotate', '--index', 'acme').failsWith('USAGE');
    await guide.follow(ada, 'udos key generate work-2', ['--no-password']).succeeds();
    const before = git(ada.at('acme'), 'rev-parse', 'main', 'published');
    const plan = await follow('udos registry rotate --replace work=work-2', '--dry-run');
    assert.deepEqual([plan.state, plan.resigned, plan.missing], ['dry-run', [grant], []]);
    assert.equal(git(ada.at('acme'), 'rev-parse', 'main', 'published'), before);
  });

  it('one person replaces the only key, and what it vouched for goes on', async () => {
    const rotated = await follow('udos registry rotate --replace work=work-2');
    assert.deepEqual([rotated.state, rotated.version, rotated.sequence], ['published', 2, 3]);
    assert.deepEqual(rotated.resigned, [grant]);
    assert.equal(git(ada.at('acme'), 'status', '--porcelain'), '');
    assert.equal(await rootOf(user), 2);
    await user.run('update').succeeds();
    await user.run('verify').succeeds();
    const fresh = new Machine(path.join(base, 'fresh'), clock);
    await fresh.run('init').succeeds();
    await fresh.run('registry', 'add', 'acme', ada.at('acme'), '--id', id).succeeds();
    await fresh.run('add', 'ada/hello').succeeds();
  });

  it('a root that is about to expire is followed by one that lasts longer', async () => {
    clock.advanceDays(1800);
    const rotated = await follow('udos registry rotate --days 1825');
    assert.deepEqual([rotated.state, rotated.version, rotated.resigned], ['published', 3, []]);
    clock.advanceDays(60);
    assert.equal(await rootOf(user), 3);
  });

  it('a second and a third person make two of three: a proposal until both thresholds have signed', async () => {
    await bob.run('key', 'generate', 'stick').succeeds();
    copyFileSync(path.join(bob.home, 'keys', 'stick.pub'), ada.at('bob.pub'));
    await ada.run('key', 'generate', 'spare', '--no-password').succeeds();
    copyFileSync(path.join(ada.home, 'keys', 'spare.pub'), ada.at('eve.pub'));
    const line = 'udos registry rotate --add root=bob.pub --add root=eve.pub --threshold root=2';
    const { stdout } = await guide
      .follow(ada, line, ['--index', 'acme', '--yes', '--key', 'work-2'])
      .succeeds();
    assert.match(stdout, /checkpoints last 30 days under this root, not 365/);
    assert.match(stdout, /proposal/);
    assert.match(stdout, /udos registry sign trust\/root\/4\.json --key NAME/);
    assert.equal(await rootOf(user), 3);
  });

  it('a proposal blocks nobody, and clients never see it', async () => {
    const manifest = JSON.parse(ada.read('hello', 'udos-plugin.json')) as object;
    ada.write('hello/udos-plugin.json', JSON.stringify({ ...manifest, version: '0.2.0' }));
    await ada.run('publish', 'hello', '--key', 'work', '--key', 'work-2').succeeds();
    const checkpoint = await ada.json<{ keptBack: { path: string }[] }>(
      ...['registry', 'checkpoint', '--index', 'acme', '--key', 'work-2'],
    );
    assert.deepEqual(
      checkpoint.keptBack.map((part) => part.path),
      ['trust/root/4.json'],
    );
    assert.equal(git(ada.at('acme'), 'ls-tree', '-r', '--name-only', 'published').includes('root/4'), false);
    assert.equal(await rootOf(user), 3);
    await user.run('update').succeeds();
    const waiting = await follow('udos registry rotate');
    assert.deepEqual([waiting.state, waiting.missing.map((one) => one.count)], ['proposed', [1]]);
  });

  it('an offline machine signs it from a stick, with nothing but the file', async () => {
    const stick = bob.at('usb');
    mkdirSync(stick);
    copyFileSync(ada.at('acme', 'trust', 'root', '4.json'), path.join(stick, '4.json'));
    await bob.run('registry', 'sign', 'usb/4.json', '--key', 'stick').failsWith('USAGE');
    assert.deepEqual(readdirSync(stick), ['4.json']);
    const line = 'udos registry sign 4.json --id udr1… --key stick';
    const meant = { '4.json': 'usb/4.json', 'udr1…': id };
    const { stdout } = await guide.follow(bob, line, ['--yes'], meant).succeeds();
    await guide.follow(bob, line, [], meant).failsWith('CONFIRMATION_REQUIRED');
    assert.deepEqual(readdirSync(stick).length, 2);
    for (const shown of ['udos/root@1', id, 'trust/root/4.json', 'expires', '2 of 3', 'checkpoint  1 of 1'])
      assert.ok(stdout.includes(shown));
    for (const file of readdirSync(stick).filter((name) => name.endsWith('.minisig')))
      copyFileSync(path.join(stick, file), ada.at('acme', 'trust', 'root', file));
    git(ada.at('acme'), 'add', '.');
    git(ada.at('acme'), 'commit', '--quiet', '--message', 'Bob signs root 4');
    const inIndex = { 'trust/root/4.json': ada.at('acme', 'trust', 'root', '4.json') };
    await guide
      .follow(bob, 'udos registry sign trust/root/4.json --key stick', ['--yes'], inIndex)
      .succeeds();
    assert.equal(git(ada.at('acme'), 'status', '--porcelain'), '');
    const rotated = await follow('udos registry rotate', '--key', 'work-2');
    assert.deepEqual([rotated.state, rotated.version, rotated.missing], ['published', 4, []]);
    assert.equal(await rootOf(user), 4);
  });

  it('signs no root that does not follow the one beside it, or is of another registry', async () => {
    const other = `udr1${'a'.repeat(52)}`;
    copyFileSync(ada.at('acme', 'trust', 'root', '1.json'), bob.at('usb', '1.json'));
    await bob.run('registry', 'sign', 'usb/4.json', '--id', other).failsWith('REGISTRY_ID_MISMATCH');
    copyFileSync(ada.at('acme', 'trust', 'root', '2.json'), bob.at('usb', '3.json'));
    await bob.run('registry', 'sign', 'usb/4.json').failsWith('FILE_INVALID');
    bob.write('usb/5.json', bob.read('usb', '4.json').replace('"threshold": 2', '"threshold": 4'));
    await bob.run('registry', 'sign', 'usb/5.json', '--id', id).failsWith('ROOT_INVALID');
    rmSync(bob.at('usb', '3.json'));
    await bob.run('registry', 'sign', 'usb/4.json', '--yes').succeeds();
  });
});

describe('the key for checkpoints is stolen', () => {
  let world: World;
  let owner: Machine;
  const inIndex = ['--index', 'index', '--yes', '--json'];

  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
      })
      .build();
    owner = world.newMachine('owner');
    const { root, checkpoint } = world.registry('main').keys;
    await holdKey(owner.home, 'root', root);
    await holdKey(owner.home, 'ci', checkpoint);
    git(owner.at(), 'clone', '--quiet', '--branch', 'main', world.registry('main').repository, 'index');
    git(owner.at('index'), 'branch', '--quiet', 'published', 'origin/published');
  });

  after(() => world.end());

  it('its owner goes on where the thief began, and everybody recovers', async () => {
    const registry = world.registry('main');
    const [early, late] = [world.machine, world.newMachine('late')];
    await world.begin('main', 'local repository', early);
    await early.run('add', 'ada/notes').succeeds();
    await registry.fastForward(600);
    await world.begin('main', 'local repository', late);
    await late.run('add', 'ada/notes').succeeds();
    assert.match(late.read('udos-lock.json'), /"sequence": 600/);
    await world.begin('main', 'local repository', owner);
    await owner.run('registry', 'sync').succeeds();

    const index = owner.at('index');
    git(index, 'fetch', '--quiet', 'origin', 'published:published');
    await guide.follow(owner, 'udos key generate ci-2', ['--no-password']).succeeds();
    const line = 'udos registry rotate --replace ci=ci-2 --after 41';
    const { stdout } = await guide.follow(owner, line, inIndex, { 41: '1' }).succeeds();
    const rotated = JSON.parse(stdout) as Rotated;
    assert.deepEqual([rotated.state, rotated.sequence], ['published', 2]);
    git(index, 'push', '--quiet', 'origin', 'main', 'published');

    for (const machine of [early, late]) {
      await machine.run('install', '--frozen').succeeds();
      await machine.run('update').succeeds();
      const shown = await machine.json<{ checkpoint: { sequence: number } }>('registry', 'show', 'main');
      assert.equal(shown.checkpoint.sequence, 2);
    }
    await owner.run('registry', 'checkpoint', '--index', 'index').succeeds();
  });

  it('a curator who is elsewhere signs before clients follow', async () => {
    const [carol, dan] = [world.registry('main').keys.curator, testKey('dan')];
    await holdKey(owner.home, 'carol', carol);
    writeFileSync(owner.at('dan.pub'), formatPublicKeyFile(dan.secret.publicKey));
    const line = 'udos registry rotate --replace carol=dan.pub';
    const { stdout } = await guide.follow(owner, line, inIndex).succeeds();
    const rotated = JSON.parse(stdout) as Rotated;
    assert.deepEqual(
      [rotated.state, rotated.missing],
      ['complete', [{ file: grant, count: 1, keys: [dan.fingerprint] }]],
    );
    const { keptBack } = await owner.json<{ keptBack: { code: string }[] }>(
      ...['registry', 'checkpoint', '--index', 'index'],
    );
    assert.deepEqual(
      keptBack.map((part) => part.code),
      ['ROOT_INCOMPLETE'],
    );
    await holdKey(owner.home, 'dan', dan);
    const { stdout: again } = await guide.follow(owner, 'udos registry rotate', inIndex).succeeds();
    assert.deepEqual((JSON.parse(again) as Rotated).resigned, [grant]);
    assert.equal((JSON.parse(again) as Rotated).state, 'published');
  });

  it('and no command of the guide was left out', () => {
    guide.assertFollowed();
  });
});
