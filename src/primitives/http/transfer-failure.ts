import { UdosError } from '../../errors/index.js';

/** What to say, by the code that the operating system, Node or undici gives. */
const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOTFOUND: ['its name cannot be found', 'Check the name and your connection.'],
  EAI_AGAIN: ['the name server does not answer', 'Check your connection and try again.'],
  ECONNREFUSED: ['the connection was refused', 'Check that the server runs and that the port is right.'],
  ECONNRESET: ['the connection broke', 'Try again.'],
  EPIPE: ['the connection broke', 'Try again.'],
  ETIMEDOUT: ['the connection timed out', 'Check your connection and try again.'],
  EHOSTUNREACH: ['there is no route to it', 'Check your connection.'],
  ENETUNREACH: ['there is no network', 'Check your connection.'],
  UND_ERR_CONNECT_TIMEOUT: ['the connection took too long', 'Check your connection and try again.'],
  UND_ERR_SOCKET: ['the connection broke', 'Try again.'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['the answer was cut off', 'Try again.'],
  UND_ERR_ABORTED: ['the connection was closed', 'Try again, and check HTTPS_PROXY if you use a proxy.'],
  ...Object.fromEntries(
    [
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ].map((code) => [
      code,
      [
        `its certificate is not valid (${code})`,
        'For a company’s own authority set NODE_EXTRA_CA_CERTS to its file.',
      ],
    ]),
  ),
};

/**
 * The error that a failed transfer ends with: the broken limit or the user's abort that ended it; a refusal met on the
 * way, such as an address that may not be reached; else NETWORK_FAILED, with the failure as its cause.
 *
 * @param signal of the transfer's watch.
 */
export function transferFailure(error: unknown, signal: AbortSignal, place: string): unknown {
  if (signal.aborted) return signal.reason;
  const causes = causesOf(error);
  const own = causes.find((cause) => cause instanceof UdosError);
  if (own !== undefined) return own;
  const code = causes.map(codeOf).find((found) => found !== undefined);
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    return new UdosError('TRANSFER_LIMIT', `Gave up on ${place}: its headers have too many bytes.`, {
      data: { place, limit: 'headers' },
      cause: error,
    });
  }
  const [reason, hint] = reasons[code ?? ''] ?? [
    `the transfer failed (${code ?? 'no reason given'})`,
    'Try again.',
  ];
  return new UdosError('NETWORK_FAILED', `Cannot get ${place}: ${reason}.`, {
    hint,
    data: { place, ...(code === undefined ? {} : { code }) },
    cause: error,
  });
}

/** An error, its causes, and the members of an AggregateError, which is how a try of several addresses ends. */
function causesOf(error: unknown): unknown[] {
  const found: unknown[] = [];
  const queue = [error];
  while (queue.length > 0 && found.length < 32) {
    const next = queue.shift();
    if (!(next instanceof Error)) continue;
    found.push(next);
    queue.push(next.cause);
    if (next instanceof AggregateError) queue.push(...(next.errors as unknown[]));
  }
  return found;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : undefined;
}
