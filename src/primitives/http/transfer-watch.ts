import { performance } from 'node:perf_hooks';
import { UdosError } from '../../errors/index.js';
import type { TransferLimits, TransferPolicy } from './transfer.js';

export const defaultTransferLimits: TransferLimits = {
  connectMs: 10_000,
  firstByteMs: 30_000,
  idleMs: 30_000,
  totalMs: 30 * 60_000,
  minBytesPerSecond: 1024,
  rateGraceMs: 15_000,
};

/**
 * Ends one transfer when it breaks a limit of time or the user's signal says so.
 *
 * Idle time and rate count only while we wait for the server: a slow disk on our side is not the server's fault.
 */
export class TransferWatch {
  readonly #controller = new AbortController();
  readonly #limits: TransferLimits;
  readonly #place: string;
  readonly #user: AbortSignal | undefined;
  readonly #total: NodeJS.Timeout;
  #phase: NodeJS.Timeout | undefined;
  #waitedMs = 0;
  #received = 0;

  /** @param place what the transfer is of, for messages. */
  constructor(policy: Pick<TransferPolicy, 'limits' | 'signal'>, place: string) {
    this.#limits = policy.limits;
    this.#place = place;
    this.#user = policy.signal;
    const { totalMs } = this.#limits;
    this.#total = this.#endAfter(totalMs, () =>
      limitBroken(place, 'totalMs', totalMs, 'it took too long as a whole'),
    );
    this.#user?.addEventListener('abort', this.#abortByUser);
    if (this.#user?.aborted === true) this.#abortByUser();
  }

  /** Aborts with the UdosError that says which limit was broken, or with the reason of the user's signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * The answer's head must come within the time to connect and to answer, and to send the request's body at the
   * minimum rate.
   */
  awaitHead(bodyBytes: number): void {
    const { connectMs, firstByteMs, minBytesPerSecond, totalMs } = this.#limits;
    const sendingMs = bodyBytes === 0 ? 0 : (bodyBytes / minBytesPerSecond) * 1000;
    const allowed = Math.min(connectMs + firstByteMs + Math.ceil(sendingMs), totalMs);
    this.#startPhase(allowed, () => limitBroken(this.#place, 'firstByteMs', allowed, 'no answer came'));
  }

  endPhase(): void {
    clearTimeout(this.#phase);
  }

  /** Waits for the next piece of the body under the limits of idle time and average rate. */
  async wait<T>(next: () => Promise<T>): Promise<T> {
    const { idleMs, minBytesPerSecond, rateGraceMs } = this.#limits;
    const dueMs = Math.max(rateGraceMs, (this.#received / minBytesPerSecond) * 1000) - this.#waitedMs;
    const broken = (): UdosError =>
      dueMs < idleMs
        ? limitBroken(this.#place, 'minBytesPerSecond', minBytesPerSecond, 'it came too slowly')
        : limitBroken(this.#place, 'idleMs', idleMs, 'it stopped midway');
    this.#startPhase(Math.max(Math.min(dueMs, idleMs), 0), broken);
    const started = performance.now();
    try {
      return await next();
    } finally {
      this.endPhase();
      this.#waitedMs += performance.now() - started;
    }
  }

  /** Counts bytes of the body. */
  count(bytes: number): void {
    this.#received += bytes;
  }

  get received(): number {
    return this.#received;
  }

  stop(): void {
    clearTimeout(this.#total);
    this.endPhase();
    this.#user?.removeEventListener('abort', this.#abortByUser);
  }

  readonly #abortByUser = (): void => this.#controller.abort(this.#user?.reason);

  #startPhase(milliseconds: number, broken: () => UdosError): void {
    this.endPhase();
    this.#phase = this.#endAfter(milliseconds, broken);
  }

  #endAfter(milliseconds: number, broken: () => UdosError): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(broken()), milliseconds);
  }
}

/** The error for a connected server that is too slow: any limit of time but the one for the connection. */
function limitBroken(place: string, limit: keyof TransferLimits, allowed: number, what: string): UdosError {
  const measure = limit === 'minBytesPerSecond' ? `${allowed} bytes a second` : `${allowed / 1000} seconds`;
  return new UdosError('TRANSFER_LIMIT', `Gave up on ${place}: ${what} (limit: ${measure}).`, {
    hint: 'Try again, or use a mirror of the registry.',
    data: { place, limit, allowed },
  });
}
