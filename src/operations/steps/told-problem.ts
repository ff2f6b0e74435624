import { UdosError } from '../../errors/index.js';

/** A part of an index that clients would refuse, as a result says it. */
export interface ToldProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  /** What to try next. */
  readonly hint: string | null;
}

/** What to tell of a problem. For a file with too few signatures, that is the command that adds one. */
export function tellProblem({
  path,
  error,
}: {
  readonly path: string;
  readonly error: UdosError;
}): ToldProblem {
  const { code, message, hint, data } = error;
  const unsigned =
    typeof data.file === 'string' && typeof data.threshold === 'number' ? data.file : undefined;
  const sign = `Whoever holds one of the keys runs \`udos registry sign ${unsigned ?? ''}\` on main.`;
  return { path, code, message, hint: hint ?? (unsigned === undefined ? null : sign) };
}
