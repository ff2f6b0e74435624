import type { Writable } from 'node:stream';
import { isSystemError } from '../primitives/fs/index.js';
import type { TerminalSide } from './surroundings.js';

/** How wide a page may be: a number on a terminal, nothing in a file or a pipe, where lines are never broken. */
export interface Screen {
  readonly columns: number | undefined;
}

const narrowest = 40;
const widestProse = 100;

export function screenOf(stream: TerminalSide): Screen {
  return { columns: stream.isTTY === true ? Math.max(stream.columns || 80, narrowest) : undefined };
}

/** The width for sentences: as wide as the screen, but no wider than is good to read; unlimited without a terminal. */
export function proseWidth(stream: TerminalSide): number {
  return Math.min(screenOf(stream).columns ?? Infinity, stream.isTTY === true ? widestProse : Infinity);
}

/** From now on nobody who closes the reading end early (`udos list | head -1`) causes an error. */
export function ignoreClosedReader(stream: Writable): void {
  stream.on('error', (error) => {
    if (!isSystemError(error, 'EPIPE', 'ERR_STREAM_DESTROYED')) throw error;
  });
}

/** Settles when everything written to `stream` so far has left the process, or cannot leave it any more. */
export function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write('', () => resolve());
  });
}
