import { lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { UdosError } from '../../errors/index.js';
import { fileError, isSystemError } from './files.js';

/** A holder that stopped without letting go is passed over after this long. */
const staleMs = 10_000;
/** How often to come back while a live one holds the lock, and after how long each time. */
const patience = { tries: 120, waitMs: 250 };

/**
 * Runs `work` while no other udos process holds `lockFolder`. The folder is made and removed by the lock.
 *
 * A process that was stopped and continued may find that it lost its lock: `refuseIfLost` throws then, and is called right
 * before anything is committed.
 *
 * @throws STATE_LOCKED when the holder lives longer than the patience; FILESYSTEM_FAILED
 */
export async function withLock<T>(
  lockFolder: string,
  work: (lock: { refuseIfLost(): void }) => Promise<T>,
): Promise<T> {
  let lost = false;
  const release = await acquire(lockFolder, () => {
    lost = true;
  });
  try {
    return await work({
      refuseIfLost: () => {
        if (lost) throw locked(lockFolder);
      },
    });
  } finally {
    await release().catch(() => undefined);
  }
}

/** Comes back only while another process holds the lock: a place that cannot be written gets no better by waiting. */
async function acquire(lockFolder: string, onCompromised: () => void): Promise<() => Promise<void>> {
  const lockfile = (await import('proper-lockfile')).default;
  const options = { lockfilePath: lockFolder, realpath: false, stale: staleMs, retries: 0, onCompromised };
  for (let left = patience.tries; ; left -= 1) {
    await mkdir(path.dirname(lockFolder), { recursive: true }).catch((error: unknown) => {
      throw fileError('make the folder of', lockFolder, error);
    });
    try {
      return await lockfile.lock(lockFolder, options);
    } catch (error) {
      const isHeld = error instanceof Error && 'code' in error && error.code === 'ELOCKED';
      // The folder may go just now: a global root that became empty.
      if (!isHeld && !isSystemError(error, 'ENOENT')) throw fileError('lock', lockFolder, error);
      if (left === 0) throw isHeld ? locked(lockFolder) : fileError('lock', lockFolder, error);
    }
    await setTimeout(patience.waitMs);
  }
}

/**
 * Whether somebody holds `lockFolder` now: `stale` when its holder ended without letting go, so that the next
 * {@link withLock} passes it over. Takes nothing and waits for nothing.
 *
 * @throws FILESYSTEM_FAILED
 */
export async function readLockState(lockFolder: string): Promise<'free' | 'held' | 'stale'> {
  const lockfile = (await import('proper-lockfile')).default;
  try {
    await lstat(lockFolder);
    const options = { lockfilePath: lockFolder, realpath: false, stale: staleMs };
    return (await lockfile.check(lockFolder, options)) ? 'held' : 'stale';
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return 'free';
    throw fileError('look at', lockFolder, error);
  }
}

function locked(lockFolder: string): UdosError {
  return new UdosError('STATE_LOCKED', `Another udos command holds ${lockFolder}.`, {
    hint: 'Wait until it ends, then run the command again. A lock left by a dead process expires by itself in 10 seconds.',
    data: { lock: lockFolder },
  });
}
