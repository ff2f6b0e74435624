import { mkdirSync, rmdirSync, statSync, utimesSync } from 'node:fs';
import { isSystemError } from './files.js';

/**
 * A lock folder that this process made. It is known by its time of change, which only its holder sets: whoever takes over
 * the folder of a stopped process gives it another one.
 *
 * All calls are synchronous, so that hardly anything can come between a look and what follows from it.
 */
export class HeldLock {
  /** As the file system keeps it, which may be coarser than what was given. Null: lost. */
  #mtimeMs: number | null;

  private constructor(readonly folder: string) {
    this.#mtimeMs = stamp(folder);
  }

  /** Undefined while another process has it. @throws the system's errors */
  static take(folder: string): HeldLock | undefined {
    try {
      mkdirSync(folder);
    } catch (error) {
      if (isSystemError(error, 'EEXIST')) return undefined;
      throw error;
    }
    try {
      return new HeldLock(folder);
    } catch (error) {
      rmdirSync(folder);
      throw error;
    }
  }

  /**
   * False once the folder is not, or may not be, this process's any more; it stays so. True leaves it fresh: its time of
   * change is no further from now than `renewMs`, in whichever direction the clock was set.
   */
  renew(renewMs: number): boolean {
    if (this.#mtimeMs === null) return false;
    try {
      if (statSync(this.folder).mtimeMs !== this.#mtimeMs) this.#mtimeMs = null;
      else if (Math.abs(systemTime() - this.#mtimeMs) > renewMs) this.#mtimeMs = stamp(this.folder);
    } catch {
      this.#mtimeMs = null;
    }
    return this.#mtimeMs !== null;
  }

  /** Removes the folder, unless another process took it meanwhile. */
  letGo(): void {
    if (this.#mtimeMs === null) return;
    try {
      removeLock(this.folder, this.#mtimeMs);
    } catch {
      // It expires by itself.
    }
  }
}

/** Removes a lock folder as it was seen, and nothing that stands there since. @throws the system's errors */
export function removeLock(folder: string, mtimeMs: number): void {
  try {
    if (statSync(folder).mtimeMs === mtimeMs) rmdirSync(folder);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

/** Milliseconds since 1970: processes that share a lock share nothing else that tells the time. */
export function systemTime(): number {
  // eslint-disable-next-line no-restricted-properties -- a clock of this process alone would tell others nothing
  return Date.now();
}

function stamp(folder: string): number {
  const now = new Date(systemTime());
  utimesSync(folder, now, now);
  return statSync(folder).mtimeMs;
}
