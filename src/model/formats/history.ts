import { z } from 'zod';
import * as scalar from './scalars.js';

/**
 * `UDOS_HOME/history/…/<number>.json`: what `udos.json` and the lockfile of a root said before a change, so that
 * `udos rollback` can bring it back.
 */
export const history = z.strictObject({
  type: z.literal('udos/history@1'),
  /** Counts up; the name of the file. */
  number: scalar.counter,
  root: z.string(),
  /** When the change was made. */
  time: scalar.time,
  /** The change: `udos update`. */
  command: scalar.line(280).optional(),
  /** The text of `udos.json`; null when there was none. */
  project: z.string().nullable(),
  /** The text of `udos-lock.json`; null when there was none. */
  lockfile: z.string().nullable(),
  /** Of the `udos.json` that the change left, null when it left none: tells edits that were made since. */
  left: scalar.sha256.nullable(),
  /** Set when the change was a rollback: the number of the state that it brought back. */
  back: scalar.counter.optional(),
});

export type HistoryEntry = z.infer<typeof history>;
