import { UdosError } from '../../errors/index.js';
import type { TransferRequest } from './transfer.js';
import { placeOf } from './url-rules.js';

export const maxRedirects = 5;

export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * Where a redirect leads. 303 and its kin would turn a POST into a GET, which no
 * caller of ours means, so only 307 and 308 carry one on.
 *
 * @throws TRANSFER_REFUSED for another origin (data has both), a POST that would change, a URL with
 * a user name or password, or no usable Location
 */
export function redirectTarget(
  method: TransferRequest['method'],
  from: URL,
  status: number,
  location: string | undefined,
): string {
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw new UdosError('TRANSFER_REFUSED', `Cannot get ${placeOf(from)}: it redirects to nowhere.`, {
      data: { origin: from.origin, status },
    });
  }
  const target = new URL(location, from);
  if (target.origin !== from.origin) {
    throw new UdosError(
      'TRANSFER_REFUSED',
      `Cannot get ${placeOf(from)}: it redirects from ${from.origin} to ${target.protocol}//${target.host}, another origin.`,
      {
        hint: 'If you trust the other address, use it instead of this one.',
        data: { from: from.origin, to: `${target.protocol}//${target.host}` },
      },
    );
  }
  if (target.username !== '' || target.password !== '') {
    throw new UdosError(
      'TRANSFER_REFUSED',
      `Cannot get ${placeOf(from)}: it redirects to a URL with a password.`,
      {
        data: { origin: from.origin, status },
      },
    );
  }
  if (method === 'POST' && status < 307) {
    throw new UdosError(
      'TRANSFER_REFUSED',
      `Cannot send to ${placeOf(from)}: it redirects with status ${status}.`,
      {
        hint: 'Use the address that it redirects to.',
        data: { origin: from.origin, status },
      },
    );
  }
  return target.href;
}
