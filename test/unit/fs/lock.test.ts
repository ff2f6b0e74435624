import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { readLockState, withLock } from '../../../src/primitives/fs/index.js';

describe('locks', () => {
  let base: string;
  let lock: string;

  beforeEach(() => {
    base = mkdtempSync(path.join(tmpdir(), 'lock-'));
    lock = path.join(base, 'state', 'it.lock');
  });
  afterEach(() => {
    rmSync(base, { recursive: true });
  });

  const hour = 60 * 60 * 1000;
  const setTime = (milliseconds: number) => {
    const time = new Date(Date.now() + milliseconds);
    utimesSync(lock, time, time);
  };
  /** What another process does that finds the lock stale: its folder, its time. */
  const takeOver = () => {
    rmdirSync(lock);
    mkdirSync(lock);
  };
  const isLost = { code: 'STATE_LOCKED', message: /stopped for so long/ };

  it('one holder after another, and nothing stays', async () => {
    const order: string[] = [];
    const hold = (name: string) =>
      withLock(lock, async () => {
        order.push(`${name} begins`);
        assert.equal(await readLockState(lock), 'held');
        order.push(`${name} ends`);
      });
    await Promise.all([hold('one'), hold('two')]);

    assert.match(order.join(), /^(one|two) begins,\1 ends,(one|two) begins,\2 ends$/);
    assert.equal(await readLockState(lock), 'free');
    assert.ok(!existsSync(lock));
  });

  it('what work throws comes out, and the lock is let go', async () => {
    await assert.rejects(
      withLock(lock, () => Promise.reject(new Error('the work'))),
      /the work/,
    );
    assert.ok(!existsSync(lock));
  });

  it('a lock that nobody renewed for ten seconds is passed over', async () => {
    mkdirSync(lock, { recursive: true });
    setTime(-11_000);
    assert.equal(await readLockState(lock), 'stale');

    assert.equal(await withLock(lock, () => Promise.resolve('held')), 'held');
  });

  it('a lock from the future is passed over after ten seconds of looking at it', async () => {
    mkdirSync(lock, { recursive: true });
    setTime(hour);
    assert.equal(await readLockState(lock), 'held');
    const now = performance.now.bind(performance);
    performance.now = () => now() + 10_001;
    try {
      assert.equal(await readLockState(lock), 'stale');
      assert.equal(await withLock(lock, () => Promise.resolve('held')), 'held');
    } finally {
      performance.now = now;
    }
  });

  it('who lost the lock is told before anything is committed, and leaves the next holder its folder', async () => {
    await withLock(lock, (held) => {
      held.refuseIfLost();
      setTime(-11_000);
      takeOver();
      assert.throws(() => {
        held.refuseIfLost();
      }, isLost);
      return Promise.resolve();
    });
    assert.ok(existsSync(lock));
  });

  it('who lost it keeps having lost it, also when the next holder has let go', async () => {
    await withLock(lock, (held) => {
      rmdirSync(lock);
      assert.throws(() => {
        held.refuseIfLost();
      }, isLost);
      mkdirSync(lock);
      assert.throws(() => {
        held.refuseIfLost();
      }, isLost);
      return Promise.resolve();
    });
    assert.ok(existsSync(lock));
  });

  it('a holder that nobody replaced goes on, and is fresh again, whichever way the clock was set', async () => {
    const { now } = Date;
    for (const jump of [hour, -hour]) {
      await withLock(lock, (held) => {
        Date.now = () => now() + jump;
        try {
          held.refuseIfLost();
          assert.ok(Math.abs(statSync(lock).mtimeMs - Date.now()) < 2_000);
        } finally {
          Date.now = now;
        }
        return Promise.resolve();
      });
      assert.ok(!existsSync(lock));
    }
  });

  it('whoever waits for longer than a second is told so, once', async () => {
    let told = 0;
    const onWait = () => {
      told += 1;
      rmdirSync(lock);
    };
    mkdirSync(lock, { recursive: true });

    await withLock(lock, () => Promise.resolve(), onWait);
    await withLock(lock, () => Promise.resolve(), onWait);
    assert.equal(told, 1);
  });

  it('a place that cannot be a folder is refused at once', async () => {
    await assert.rejects(
      withLock(path.join(import.meta.filename, 'it.lock'), () => Promise.resolve()),
      { code: 'FILESYSTEM_FAILED' },
    );
  });
});
