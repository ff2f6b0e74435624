/** Exit statuses of a process that a signal ended: 128 and the signal's number. */
const statuses = { SIGINT: 130, SIGTERM: 143 } as const;

export type InterruptingSignal = keyof typeof statuses;

/** The user (Ctrl-C, also at a question) or the system asked the command to stop. Not a failure, so nothing is shown. */
export class Interruption extends Error {
  override readonly name = 'Interruption';

  constructor(readonly by: InterruptingSignal) {
    super(`stopped by ${by}`);
  }

  get exit(): number {
    return statuses[this.by];
  }
}

/** The interruption that `error` or the aborted `signal` stands for, if any. */
export function interruptionIn(error: unknown, signal: AbortSignal): Interruption | undefined {
  if (error instanceof Interruption) return error;
  return signal.reason instanceof Interruption ? signal.reason : undefined;
}
