import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { runWithFault } from '../kit/faults.js';
import type { Machine, Part } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';
import { assertStoreIsSound } from './state.js';

const everything: readonly Part[] = ['lockfile', 'project', 'installed', 'receipts', 'trust'];
const isRoot = process.getuid?.() === 0;

describe('a disk that takes no more', () => {
  let world: World;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/small', '1.0.0');
        await registry.publish('ada/large', '1.0.0', {
          files: { 'data.txt': randomBytes(1024 * 1024).toString('base64') },
        });
      })
      .build();
  });

  after(() => world.end());

  async function withSmall(name: string): Promise<Machine> {
    const machine = world.newMachine(name);
    await world.begin('main', 'plain folder', machine);
    await machine.run('add', 'ada/small').succeeds();
    return machine;
  }

  it('is full at any point of an add: it says so, and the plugins stay as they were', async () => {
    const machine = await withSmall('quota');
    for (const quota of [0, 3000, 600_000, 1_100_000]) {
      const { status, stderr, report } = await runWithFault(
        machine,
        { quota, how: 'ENOSPC' },
        ...['add', 'ada/large'],
      );
      assert.notEqual(report.hit, null);
      assertSaysWhy(status, stderr, /no space is left on the disk/);
      machine.expectUnchanged('lockfile', 'project', 'installed', 'receipts');
      assertStoreIsSound(machine);
      await machine.run('verify', '--offline').succeeds();
    }
    await machine.run('add', 'ada/large').succeeds();
    await machine.run('verify', '--offline').succeeds();
  });

  it('is a real one of two megabytes', async function () {
    const folder = path.join(world.base, 'machines', 'tmpfs');
    mkdirSync(folder, { recursive: true });
    if (!mounts('-t', 'tmpfs', '-o', 'size=2m', 'none', folder)) return this.skip();
    try {
      const machine = await withSmall('tmpfs');
      const { stderr } = await machine.run('add', 'ada/large').failsWith('FILESYSTEM_FAILED');
      assertSaysWhy(7, stderr, /no space is left on the disk/);
      machine.expectUnchanged('lockfile', 'project', 'installed', 'receipts');
      await machine.run('verify', '--offline').succeeds();
      await machine.run('remove', 'ada/small').succeeds();
      await machine.run('add', 'ada/small').succeeds();
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  it('refuses every write: what only reads goes on, the rest says where and changes nothing', async () => {
    const machine = await withSmall('read-only');
    const homeOnly = { on: 'disk', at: 1, how: 'EROFS', forGood: true, below: machine.home } as const;
    const all = { on: 'disk', at: 1, how: 'EROFS', forGood: true } as const;
    for (const args of [['list'], ['why', 'ada/small'], ['registry', 'list']]) {
      const { status, stderr } = await runWithFault(machine, all, ...args);
      assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
    }
    for (const args of [
      ['registry', 'show', 'main', '--offline'],
      ['add', 'ada/large'],
      ['remove', 'ada/small'],
      ['install', '--repair'],
      ['key', 'generate', 'k', '--no-password'],
    ]) {
      const { status, stderr, report } = await runWithFault(machine, homeOnly, ...args);
      assert.ok(report.disk < 20, 'it goes on trying');
      assertSaysWhy(status, stderr, /the file system is read-only/);
      machine.expectUnchanged(...everything);
    }
  });

  it('is a real home that nobody may write', async function () {
    const machine = await withSmall('locked-home');
    if (isRoot && !mounts('--bind', machine.home, machine.home)) return this.skip();
    try {
      if (isRoot) execFileSync('mount', ['-o', 'remount,ro,bind', machine.home]);
      else chmodAll(machine.home, 0o555);
      for (const reading of ['list', 'verify']) await machine.run(reading).succeeds();
      const { stderr } = await machine.run('add', 'ada/large').failsWith('FILESYSTEM_FAILED');
      assert.ok(stderr.includes(machine.home), stderr);
      machine.expectUnchanged(...everything, 'store');
    } finally {
      if (isRoot) execFileSync('umount', [machine.home]);
      else chmodAll(machine.home, 0o755);
    }
    await machine.run('add', 'ada/large').succeeds();
  });
});

function assertSaysWhy(status: number | null, stderr: string, reason: RegExp): void {
  assert.equal(status, 7, stderr);
  assert.match(stderr, /FILESYSTEM_FAILED/);
  assert.match(stderr, reason);
  assert.match(stderr, /hint: \S/);
  assert.doesNotMatch(stderr, /\n\s+at /);
}

/** False where this process may not mount. */
function mounts(...args: readonly string[]): boolean {
  if (!isRoot || process.platform !== 'linux') return false;
  try {
    execFileSync('mount', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function chmodAll(folder: string, mode: number): void {
  execFileSync('find', [folder, '-type', 'd', '-exec', 'chmod', mode.toString(8), '{}', '+']);
  chmodSync(folder, mode);
}
