import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../../errors/index.js';
import { fileError, isSystemError } from '../fs/index.js';

export interface RefLock {
  /** Replaces the ref's file in one step. @throws STATE_LOCKED when the lock was lost meanwhile; FILESYSTEM_FAILED */
  commit(text: string): Promise<void>;
  /** Lets go; after `commit` there is nothing left to let go of. */
  release(): Promise<void>;
}

/** A lock of ours is held for milliseconds: one that is this old was left by a process that died. */
const staleMs = 10_000;
/** What our locks say, whole or torn. A lock of git's own programs holds the id that the ref is to get. */
const ownMark = /^(udos( [0-9a-f]{0,32}\n?)?|udo|ud|u|)$/;

/**
 * Takes `<ref>.lock`, the lock by which git's own programs keep out of each other's way, so that udos and git never move
 * one ref at once. A lock that a dead udos left is passed over after ten seconds; one of git never.
 *
 * @throws STATE_LOCKED when it is held; FILESYSTEM_FAILED
 */
export async function lockRef(gitdir: string, ref: string): Promise<RefLock> {
  if (!isRefName(ref)) throw new UdosError('BUG', `${JSON.stringify(ref)} is not a full ref name.`);
  const file = path.join(gitdir, ...ref.split('/'));
  const lock = `${file}.lock`;
  // Git takes nothing for a ref whose name ends so.
  const next = `${lock}.lock`;
  const mark = `udos ${randomBytes(16).toString('hex')}\n`;
  const isOurs = async () => (await readMark(lock)) === mark;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    if (!(await take(lock, mark)) && !((await removeIfDead(lock)) && (await take(lock, mark))))
      throw locked(ref, lock);
  } catch (error) {
    throw fileError('lock', file, error);
  }
  return {
    async commit(text) {
      try {
        const handle = await open(next, 'w');
        try {
          await handle.writeFile(text);
          await handle.sync();
        } finally {
          await handle.close();
        }
        if (!(await isOurs())) throw locked(ref, lock);
        await rename(next, file);
        await rm(lock, { force: true });
      } catch (error) {
        await rm(next, { force: true }).catch(() => undefined);
        throw fileError('write', file, error);
      }
    },
    async release() {
      if (await isOurs()) await rm(lock, { force: true });
    },
  };
}

async function take(lock: string, mark: string): Promise<boolean> {
  try {
    await writeFile(lock, mark, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    // It was made here and could not be filled.
    if (isSystemError(error, 'ENOSPC', 'EIO', 'EDQUOT')) await rm(lock, { force: true });
    throw error;
  }
}

/** The disk's own clock tells how old the lock is: ours may be another one. */
async function removeIfDead(lock: string): Promise<boolean> {
  const mark = await readMark(lock);
  if (mark === undefined || !ownMark.test(mark)) return mark === undefined;
  const probe = `${lock}.${randomBytes(8).toString('hex')}.lock`;
  await writeFile(probe, '');
  const [now, then] = [await stat(probe), await stat(lock).catch(() => undefined)];
  await rm(probe, { force: true });
  if (then === undefined || now.mtimeMs - then.mtimeMs <= staleMs) return then === undefined;
  await rm(lock, { force: true });
  return true;
}

async function readMark(lock: string): Promise<string | undefined> {
  return readFile(lock, 'utf8').catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw fileError('read', lock, error);
  });
}

function locked(ref: string, lock: string): UdosError {
  return new UdosError('STATE_LOCKED', `Another program is moving ${ref}: ${lock} exists.`, {
    hint: 'Run the command again in ten seconds. If it stays and no git program runs, delete that file.',
    data: { lock },
  });
}

/** A careful subset of `git check-ref-format`. */
function isRefName(ref: string): boolean {
  return (
    /^refs\/[A-Za-z0-9._/-]+$/.test(ref) &&
    ref.split('/').every((part) => part !== '' && !part.startsWith('.') && !/\.\.|\.$|\.lock$/.test(part))
  );
}
