import { UdosError, type ErrorCode } from '../../../errors/index.js';

/** Which rule a public key, secret key or signature broke before any signature was checked. */
type FormatStep =
  | 'encoding'
  | 'characters'
  | 'lines'
  | 'base64'
  | 'length'
  | 'algorithm'
  | 'point'
  | 'smallOrder'
  | 'torsion'
  | 'kdf'
  | 'keyPair';

/** Why some text is not what it should be. It stays inside this folder: `refusing` makes it a `UdosError`. */
export class FormatProblem extends Error {
  constructor(
    readonly step: FormatStep,
    message: string,
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** What to say when `read` meets a `FormatProblem`. */
export interface Refusal {
  readonly code: ErrorCode;
  /** The beginning of the message, as in `Cannot use this public key`. */
  readonly action: string;
  readonly hint: string;
}

/**
 * Runs `read`, and turns a `FormatProblem` into an error with the refusal's code.
 *
 * @throws UdosError with `data.step`. Text from outside never gets into its message.
 */
export function refusing<T>(refusal: Refusal, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatProblem)) throw error;
    throw new UdosError(refusal.code, `${refusal.action}: ${error.message}.`, {
      hint: refusal.hint,
      data: { step: error.step, ...error.facts },
    });
  }
}
