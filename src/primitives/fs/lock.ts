import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { UdosError } from '../../errors/index.js';
import { fileError, isSystemError } from './files.js';
import { HeldLock, removeLock, systemTime } from './held-lock.js';

/** A holder that has not renewed its lock for this long is passed over: it ended without letting go, or was stopped. */
const staleMs = 10_000;
const renewMs = staleMs / 4;
/** How often to come back while a live one holds the lock, and after how long each time. */
const patience = { tries: 120, waitMs: 250 };
/** Nobody is told of a shorter wait. */
const silentMs = 1_000;

/** What the holder of a lock can ask. */
export interface Lock {
  /** @throws STATE_LOCKED when this process was stopped for so long that the lock is, or may be, another's. */
  refuseIfLost(): void;
}

/**
 * Runs `work` while no other udos process holds `lockFolder`. The folder is made and removed by the lock.
 *
 * A lock is a folder whose time of change its holder renews. A process that was stopped and goes on may find it taken:
 * `refuseIfLost` looks at the folder itself, and is called right before anything is committed. Only who still holds the
 * folder removes it.
 *
 * @param onWait called once when another command holds the lock for longer than a second.
 * @throws STATE_LOCKED when the holder lives longer than the patience; FILESYSTEM_FAILED
 */
export async function withLock<T>(
  lockFolder: string,
  work: (lock: Lock) => Promise<T>,
  onWait: () => void = () => undefined,
): Promise<T> {
  const held = await acquire(lockFolder, onWait);
  const heartbeat = setInterval(() => held.renew(renewMs), renewMs).unref();
  try {
    return await work({
      refuseIfLost: () => {
        if (!held.renew(renewMs)) throw lost(lockFolder);
      },
    });
  } catch (error) {
    // What the next holder took away is missed before anybody asks for the lock.
    const isOfFiles = error instanceof UdosError && error.code === 'FILESYSTEM_FAILED';
    throw isOfFiles && !held.renew(renewMs) ? lost(lockFolder, error) : error;
  } finally {
    clearInterval(heartbeat);
    held.letGo();
  }
}

/** Comes back only while another process holds the lock: a place that cannot be written gets no better by waiting. */
async function acquire(lockFolder: string, onWait: () => void): Promise<HeldLock> {
  for (let tried = 0; ; tried += 1) {
    await mkdir(path.dirname(lockFolder), { recursive: true }).catch((error: unknown) => {
      throw fileError('make the folder of', lockFolder, error);
    });
    try {
      const held = HeldLock.take(lockFolder);
      if (held !== undefined) return held;
      if (await passOverIfStale(lockFolder)) continue;
    } catch (error) {
      // The folder may go just now: a global root that became empty.
      if (!isSystemError(error, 'ENOENT') || tried === patience.tries)
        throw fileError('lock', lockFolder, error);
    }
    if (tried === patience.tries) throw locked(lockFolder);
    if (tried === silentMs / patience.waitMs) onWait();
    await setTimeout(patience.waitMs);
  }
}

/** True when the next try may succeed at once. */
async function passOverIfStale(lockFolder: string): Promise<boolean> {
  const { mtimeMs } = await stat(lockFolder);
  if (!isStale(lockFolder, mtimeMs)) return false;
  removeLock(lockFolder, mtimeMs);
  return true;
}

/**
 * Whether somebody holds `lockFolder` now: `stale` when its holder ended without letting go, so that the next
 * {@link withLock} passes it over. Takes nothing and waits for nothing.
 *
 * @throws FILESYSTEM_FAILED
 */
export async function readLockState(lockFolder: string): Promise<'free' | 'held' | 'stale'> {
  try {
    const { mtimeMs } = await stat(lockFolder);
    return isStale(lockFolder, mtimeMs) ? 'stale' : 'held';
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return 'free';
    throw fileError('look at', lockFolder, error);
  }
}

/** What this process saw of the locks of others, and when first, on a clock that nobody sets. */
const watched = new Map<string, { readonly mtimeMs: number; readonly since: number }>();

/** By the clock, or, as clocks are set back, because it was not renewed for as long as this process watched it. */
function isStale(lockFolder: string, mtimeMs: number): boolean {
  if (mtimeMs < systemTime() - staleMs) return true;
  const seen = watched.get(lockFolder);
  if (seen?.mtimeMs === mtimeMs) return performance.now() - seen.since > staleMs;
  watched.set(lockFolder, { mtimeMs, since: performance.now() });
  return false;
}

function locked(lockFolder: string): UdosError {
  return new UdosError('STATE_LOCKED', `Another udos command holds ${lockFolder}.`, {
    hint: 'Wait until it ends, then run the command again. A lock left by a dead process expires by itself in 10 seconds.',
    data: { lock: lockFolder },
  });
}

function lost(lockFolder: string, cause?: unknown): UdosError {
  return new UdosError(
    'STATE_LOCKED',
    `This command was stopped for so long that it lost ${lockFolder}: another one may have gone on without it.`,
    {
      hint: 'Run `udos doctor`, then run the command again if its change is still wanted.',
      data: { lock: lockFolder },
      cause,
    },
  );
}
