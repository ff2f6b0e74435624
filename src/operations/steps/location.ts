import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UdosError } from '../../errors/index.js';

/** Where a registry is: a web address, or a place on this machine. */
export type Location =
  | { readonly kind: 'web'; readonly url: string; readonly origin: string; readonly isLoopback: boolean }
  | { readonly kind: 'disk'; readonly folder: string };

/** As in the file formats. Capped before any pattern runs on it (THREATS F13). */
const longestLocation = 2048;

/**
 * Parses what a user or `udos.json` gives as a registry's place: `https:`, `http:` to this machine, `file:`, or a path,
 * relative to `folder`.
 *
 * @throws URL_INVALID: another scheme, credentials in the URL, something that looks like an option, more than 2,048
 * characters
 */
export function parseLocation(text: string, folder: string): Location {
  if (text.length > longestLocation) throw refuse(text, `it has more than ${longestLocation} characters`);
  if (text.startsWith('-') || unprintable.test(text))
    throw refuse(text, 'it has characters that no place has');
  if (/^[A-Za-z][A-Za-z0-9+.-]*::/.test(text))
    throw refuse(text, 'git transports of that kind are not allowed');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(text)?.[1]?.toLowerCase();
  if (/^[/\\]{2}/.test(text)) throw refuse(text, 'network shares are not allowed');
  if (scheme === undefined) {
    if (/^[^/\\]+@[^/\\]+:/.test(text) || /^[^/\\.]+:[^\\]/.test(text))
      throw refuse(text, 'ssh is not supported yet; use https');
    return { kind: 'disk', folder: path.resolve(folder, text) };
  }
  const url = parseUrl(text);
  if (url.username !== '' || url.password !== '') {
    throw refuse(redacted(url), 'a URL must not hold a user name or password');
  }
  if (scheme === 'file' && url.host !== '' && url.host !== 'localhost')
    throw refuse(text, 'it is on another machine');
  if (scheme === 'file') return { kind: 'disk', folder: pathOf(url, text) };
  if (url.search !== '' || url.hash !== '') throw refuse(redacted(url), 'it has a query or a fragment');
  const isLoopback = isLoopbackName(url.hostname);
  if (scheme === 'https' || (scheme === 'http' && isLoopback)) {
    return { kind: 'web', url: url.href, origin: url.origin, isLoopback };
  }
  if (scheme === 'http') throw refuse(text, 'http is allowed to this machine only; use https');
  if (scheme === 'ssh' || scheme === 'git+ssh') throw refuse(text, 'ssh is not supported yet; use https');
  throw refuse(text, `the scheme ${scheme}: is not allowed`);
}

/** Controls, and halves of surrogate pairs, which no file name on disk can hold. */
const unprintable = /[\p{Cc}\p{Cs}]/u;

function pathOf(url: URL, text: string): string {
  let found: string;
  try {
    found = path.resolve(fileURLToPath(url));
  } catch {
    throw refuse(text, 'it does not name a path of this machine');
  }
  if (unprintable.test(found)) throw refuse(text, 'it has characters that no place has');
  return found;
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw refuse(text, 'it is not a URL');
  }
}

function redacted(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** Also where it is no URL, or not yet known to be one, and before it is cut: half a login may still be a password. */
function withoutLogin(text: string): string {
  return text.replace(/^((?:[^/]*:\/\/)?)(.*)@/s, (found, scheme: string, login: string) =>
    login.includes(':') || (scheme !== '' && !/ssh/i.test(scheme)) ? `${scheme}[redacted]@` : found,
  );
}

function refuse(text: string, why: string): UdosError {
  const shown = JSON.stringify(withoutLogin(text).slice(0, 120));
  return new UdosError('URL_INVALID', `${shown} cannot be a registry: ${why}.`, {
    hint: 'Give an https URL of a git repository or of a folder on a web server, or a path on this machine.',
  });
}
