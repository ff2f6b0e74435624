import { hasCode } from '../../errors/index.js';
import type { TransferResponse } from './transfer.js';

/**
 * The whole body of an answer, at most the request's `maxBytes`.
 *
 * @throws TRANSFER_LIMIT, NETWORK_FAILED
 */
export async function readBody(response: TransferResponse): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body) {
    pieces.push(piece);
    length += piece.length;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** How much of an unwanted body is cheaper to read than a new connection. */
const readToKeepConnection = 16 * 1024;

/** Ends an answer whose body nobody wants. A short one is read to its end, so that the connection can be used again. */
export async function leaveBody(response: TransferResponse): Promise<void> {
  let length = 0;
  try {
    for await (const piece of response.body) {
      length += piece.length;
      if (length > readToKeepConnection) return;
    }
  } catch (error) {
    if (!hasCode(error, 'TRANSFER_LIMIT', 'NETWORK_FAILED')) throw error;
  }
}
