import type { Readable } from 'node:stream';
import { UdosError } from '../../errors/index.js';
import { systemResolve } from './checked-lookup.js';
import { openDispatchers, type Dispatchers, type TransferSeams } from './dispatchers.js';
import { createLogin, type Login } from './login.js';
import { leaveStream, MeteredBody } from './metered-body.js';
import { isRedirect, maxRedirects, redirectTarget } from './redirects.js';
import { realDelay, withRetries } from './retries.js';
import type { Transfer, TransferPolicy, TransferRequest, TransferResponse } from './transfer.js';
import { transferFailure } from './transfer-failure.js';
import { TransferWatch } from './transfer-watch.js';
import { parseTransferUrl, placeOf } from './url-rules.js';

/** What only the transfer may set: who we are, and that bodies come as they are, so that byte limits mean bytes. */
const ownHeaders = ['authorization', 'proxy-authorization', 'cookie', 'host', 'accept-encoding'];

/**
 * A transfer over HTTP that keeps `policy` whatever the server does.
 *
 * - `https:` to public addresses; private ones only with `allowPrivate`; this machine, by its literal names and then
 *   with `http:` too, only with `allowLoopback`. The address that was checked is the one connected to. With a proxy,
 *   the proxy resolves names.
 * - Redirects within the origin, at most five. The credential goes to its origin alone, and so does what a helper knows:
 *   it is asked at the first 401 there, and the request sent once more. No cookies are kept.
 * - Bodies are asked for unencoded and never decoded.
 * - What only reads is sent again, twice at most, while the server is busy or breaks the connection before it answers.
 * - No connection, a broken one or one that ends early is NETWORK_FAILED. A connected server that is silent, slow or
 *   sends too much is TRANSFER_LIMIT.
 * - Messages name origin and path, never query, user name or credential.
 * - When `policy.signal` aborts, requests and bodies reject with its reason.
 *
 * The number of connections is the caller's to bound. After `close`, requests under way fail; a new one opens anew.
 *
 * @throws from `request`: URL_INVALID for a URL (or proxy setting) that is none or holds a password; TRANSFER_REFUSED,
 * NETWORK_FAILED, TRANSFER_LIMIT
 */
export function createTransfer(
  policy: TransferPolicy,
  seams: TransferSeams = { resolve: systemResolve },
): Transfer {
  let opened: Promise<Dispatchers> | undefined;
  const login = createLogin(policy);
  return {
    request: async (request) => {
      const url = parseTransferUrl(request.url, policy);
      refuseOwnHeaders(request);
      policy.signal?.throwIfAborted();
      opened ??= openDispatchers(policy, seams);
      const dispatchers = await opened;
      const once = () => send(request, url, policy, dispatchers, login);
      return withRetries(request, once, seams.delay ?? realDelay, policy.signal);
    },
    close: async () => {
      const closing = opened;
      opened = undefined;
      // A proxy setting that could not be used was told to whoever made the request.
      const dispatchers = await closing?.catch(() => undefined);
      await dispatchers?.destroy();
    },
  };
}

async function send(
  request: TransferRequest,
  first: URL,
  policy: TransferPolicy,
  dispatchers: Dispatchers,
  login: Login,
): Promise<TransferResponse> {
  const watch = new TransferWatch(policy, placeOf(first));
  let url = first;
  let redirects = 0;
  try {
    for (;;) {
      watch.awaitHead(request.body?.length ?? 0);
      const authorization = login.authorizationFor(url);
      const { statusCode, headers, body } = await sendOnce(request, url, authorization, dispatchers, watch);
      watch.endPhase();
      const challenge = headers['www-authenticate'];
      if (await login.hears(url, { status: statusCode, challenge, authorization })) {
        leaveStream(body);
        continue;
      }
      if (!isRedirect(statusCode)) {
        const announced = request.method === 'HEAD' ? 0 : Number(headers['content-length'] ?? 0);
        return {
          status: statusCode,
          headers,
          url: url.href,
          body: new MeteredBody(body, watch, { maxBytes: request.maxBytes, announced, place: placeOf(url) }),
        };
      }
      leaveStream(body);
      if (redirects === maxRedirects) throw tooManyRedirects(first);
      redirects += 1;
      url = parseTransferUrl(redirectTarget(request.method, url, statusCode, headers.location), policy);
    }
  } catch (error) {
    watch.stop();
    throw transferFailure(error, watch.signal, placeOf(url));
  }
}

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

async function sendOnce(
  request: TransferRequest,
  url: URL,
  authorization: string | undefined,
  dispatchers: Dispatchers,
  watch: TransferWatch,
): Promise<Answer> {
  const answer = await dispatchers.for(url).request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: request.method ?? 'GET',
    headers: {
      'user-agent': 'udos',
      ...lowerCased(request.headers ?? {}),
      'accept-encoding': 'identity',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: request.body ?? null,
    signal: watch.signal,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { statusCode: answer.statusCode, headers: plainHeaders(answer.headers), body: answer.body };
}

/** So that a header of ours replaces the caller's and never joins it. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function refuseOwnHeaders(request: TransferRequest): void {
  const own = Object.keys(request.headers ?? {}).find((name) => ownHeaders.includes(name.toLowerCase()));
  if (own === undefined) return;
  throw new UdosError('BUG', `A request sets the header ${own}, which only the transfer policy may set.`);
}

function tooManyRedirects(first: URL): UdosError {
  return new UdosError(
    'TRANSFER_REFUSED',
    `Gave up on ${placeOf(first)}: it redirects more than ${maxRedirects} times.`,
    { hint: 'Use the address that it leads to in the end.', data: { origin: first.origin, maxRedirects } },
  );
}

/** Repeated headers as one, as RFC 9110 section 5.3 lets us; cookies are not kept. */
function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name === 'set-cookie'
        ? []
        : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
