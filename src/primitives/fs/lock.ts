import { lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../../errors/index.js';
import { fileError, isSystemError } from './files.js';

/** A holder that stopped without letting go is passed over after this long. */
const staleMs = 10_000;
/** How long to wait for a live one. */
const retries = { retries: 120, factor: 1, minTimeout: 250, maxTimeout: 500 };

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
  const lockfile = (await import('proper-lockfile')).default;
  await mkdir(path.dirname(lockFolder), { recursive: true }).catch((error: unknown) => {
    throw fileError('make the folder of', lockFolder, error);
  });
  let lost = false;
  const release = await lockfile
    .lock(lockFolder, {
      lockfilePath: lockFolder,
      realpath: false,
      stale: staleMs,
      retries,
      onCompromised: () => {
        lost = true;
      },
    })
    .catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') throw locked(lockFolder);
      throw fileError('lock', lockFolder, error);
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
