import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../../errors/index.js';
import { fileError, isSystemError } from '../fs/index.js';

export interface RefLock {
  /** Replaces the ref's file in one step. */
  commit(text: string): Promise<void>;
  /** Lets go; after `commit` there is nothing left to let go of. */
  release(): Promise<void>;
}

/**
 * Takes `<ref>.lock`, the lock by which git's own programs keep out of each other's way, so that udos and git never move
 * one ref at once.
 *
 * @throws STATE_LOCKED when it is held; FILESYSTEM_FAILED
 */
export async function lockRef(gitdir: string, ref: string): Promise<RefLock> {
  if (!isRefName(ref)) throw new UdosError('BUG', `${JSON.stringify(ref)} is not a full ref name.`);
  const file = path.join(gitdir, ...ref.split('/'));
  const lock = `${file}.lock`;
  let isHeld = true;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(lock, 'wx');
    await handle.close();
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw fileError('lock', file, error);
    throw new UdosError('STATE_LOCKED', `Another program is moving ${ref}: ${lock} exists.`, {
      hint: 'Run the command again. If no git program runs, delete that file.',
      data: { lock },
    });
  }
  return {
    async commit(text) {
      try {
        const handle = await open(lock, 'w');
        try {
          await handle.writeFile(text);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(lock, file);
        isHeld = false;
      } catch (error) {
        throw fileError('write', file, error);
      }
    },
    async release() {
      if (isHeld) await rm(lock, { force: true });
    },
  };
}

/** A careful subset of `git check-ref-format`. */
function isRefName(ref: string): boolean {
  return (
    /^refs\/[A-Za-z0-9._/-]+$/.test(ref) &&
    ref.split('/').every((part) => part !== '' && !part.startsWith('.') && !/\.\.|\.$|\.lock$/.test(part))
  );
}
