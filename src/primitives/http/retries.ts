import { setTimeout } from 'node:timers/promises';
import { hasCode } from '../../errors/index.js';
import { leaveBody } from './read-body.js';
import type { TransferRequest, TransferResponse } from './transfer.js';

/** Waits, and rejects with the signal's reason when the user ends it. */
export type Delay = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

export const realDelay: Delay = async (milliseconds, signal) => {
  await setTimeout(milliseconds, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
};

/** How long to wait before the second and the third try, when the server does not say. */
const waits = [250, 1000] as const;
/** Who asks for a longer wait gets no second try: the user decides whether to come back. */
const longestWaitMs = 5000;

/** The server, or what stands before it, could not answer just now. */
const busy: readonly number[] = [429, 502, 503, 504];
/** The connection broke before an answer began. A kept connection may do so whenever the server had enough of it. */
const broken: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/**
 * Sends a request that only reads, GET or HEAD, up to three times while its server is busy or breaks the connection. The
 * wait is what `Retry-After` says in seconds, as long as it is short; a longer one is answered by what came.
 *
 * Once an answer is handed out nothing is sent again: what breaks off midway is the caller's to see. Refusals and broken
 * limits are never tried again.
 */
export async function withRetries(
  request: TransferRequest,
  send: () => Promise<TransferResponse>,
  delay: Delay,
  signal: AbortSignal | undefined,
): Promise<TransferResponse> {
  if (request.method === 'POST') return send();
  for (const wait of waits) {
    try {
      const response = await send();
      const asked = busy.includes(response.status) ? waitFor(response, wait) : Infinity;
      if (asked > longestWaitMs) return response;
      await leaveBody(response);
      await delay(asked, signal);
    } catch (error) {
      if (!hasCode(error, 'NETWORK_FAILED') || !broken.includes(error.data.code)) throw error;
      await delay(wait, signal);
    }
  }
  return send();
}

function waitFor(response: TransferResponse, usual: number): number {
  const said = response.headers['retry-after'];
  return said !== undefined && /^\d{1,9}$/.test(said) ? Number(said) * 1000 : usual;
}
