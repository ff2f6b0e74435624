import { UdosError } from '../../errors/index.js';
import { addressKind, addressOfHost, isLoopbackHost } from './address-rules.js';
import type { TransferPolicy } from './transfer.js';

type UrlPolicy = Pick<TransferPolicy, 'allowPrivate' | 'allowLoopback'>;

/**
 * Reads the URL of a request and holds it against the policy as far as that needs no name server: scheme, user name and
 * password, loopback, and hosts that are IP addresses. The fragment is dropped.
 *
 * @throws URL_INVALID for what is no URL or holds a user name or password, which no message repeats; TRANSFER_REFUSED
 */
export function parseTransferUrl(text: string, policy: UrlPolicy): URL {
  if (!URL.canParse(text)) {
    throw new UdosError('URL_INVALID', `Cannot request ${printable(text)}: it is not a URL.`, {
      hint: 'Write it in full: https://example.org/registry/',
    });
  }
  const url = new URL(text);
  url.hash = '';
  if (url.username !== '' || url.password !== '') {
    throw new UdosError(
      'URL_INVALID',
      `Cannot request ${placeOf(url)}: the URL holds a user name or password.`,
      {
        hint: 'Leave them out of the URL and give a token in UDOS_TOKEN_<ALIAS>.',
      },
    );
  }
  refuseScheme(url, policy);
  refuseHost(url, policy);
  return url;
}

/** A URL for people and logs: origin and path. The query may hold secrets, and a user name or password would. */
export function placeOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function refuseScheme(url: URL, policy: UrlPolicy): void {
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && isLoopbackHost(url.hostname)) return;
  // What follows an unknown scheme may be anything, a password too.
  const what = url.protocol === 'http:' ? placeOf(url) : `a URL that begins with ${url.protocol}`;
  throw new UdosError('TRANSFER_REFUSED', `Cannot request ${what}: only https: is allowed.`, {
    hint: policy.allowLoopback
      ? 'Use https:. http: is for this machine alone: localhost, 127.0.0.1 or [::1].'
      : 'Use https:.',
    data: { scheme: url.protocol, allowed: 'https:' },
  });
}

function refuseHost(url: URL, policy: UrlPolicy): void {
  if (isLoopbackHost(url.hostname)) {
    if (policy.allowLoopback) return;
    throw new UdosError('TRANSFER_REFUSED', `Cannot request ${placeOf(url)}: it is on this machine.`, {
      hint: 'Only a registry that itself is on this machine may name addresses there.',
      data: { host: url.hostname, kind: 'loopback' },
    });
  }
  const address = addressOfHost(url.hostname);
  if (address !== undefined) refuseAddress(url.hostname, address, policy);
}

/**
 * Refuses an address that a registry of the open internet has no business with.
 *
 * @param host as the URL names it: a name, or the address itself.
 * @throws TRANSFER_REFUSED
 */
export function refuseAddress(host: string, address: string, policy: UrlPolicy): void {
  const kind = addressKind(address);
  if (kind === 'public' || policy.allowPrivate) return;
  const what = addressOfHost(host) === undefined ? `${host}: it resolves to ${address},` : `${host}:`;
  throw new UdosError('TRANSFER_REFUSED', `Cannot reach ${what} an address that is ${kind}, not public.`, {
    hint: 'If this registry belongs inside your network, add it with `udos registry add ALIAS URL --internal`.',
    data: { host, address, kind },
  });
}

/** Text that is no URL may still hold a password. */
function printable(text: string): string {
  return text.length <= 120 && /^[\w./:[\]-]*$/.test(text) ? JSON.stringify(text) : 'what was given';
}
