import { errorCodes, exitStatus, type ErrorCode, type ExitClass } from './codes.js';

export interface ErrorDetails {
  /** A command to try next, or what to change. */
  readonly hint?: string;
  /** Typed facts for `--json`: both sides of a failed comparison, names, places. Never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The one error that udos throws on purpose.
 *
 * `message` says which action failed on what, and what was expected and found. It is plain text; whoever prints it
 * strips control characters, because parts of it may come from elsewhere.
 */
export class UdosError extends Error {
  override readonly name = 'UdosError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.data = details.data ?? {};
  }

  get exitClass(): ExitClass {
    return errorCodes[this.code];
  }

  get exit(): number {
    return exitStatus[this.exitClass];
  }

  /** Where the manual explains this code. */
  get docs(): string {
    return `docs/errors.md#${this.code.toLowerCase()}`;
  }
}

/** True when `error` is a udos error with one of `codes`: the only way errors are told apart in a `catch`. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is UdosError {
  return error instanceof UdosError && codes.includes(error.code);
}
