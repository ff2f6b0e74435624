import { UdosError } from '../../errors/index.js';
import type { TransferRequest, TransferResponse } from '../http/transfer.js';
import { printable } from './git-errors.js';

/** @throws URL_INVALID for anything but an http(s) address without credentials, query and fragment. */
export function parseServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url === undefined || !isPlain || !['http:', 'https:'].includes(url.protocol)) {
    throw new UdosError('URL_INVALID', 'This is not the plain http(s) address of a git repository.', {
      hint: 'Leave out user, password, query and fragment; a token goes into UDOS_TOKEN_<ALIAS>.',
    });
  }
  return url.href.replace(/\/+$/, '');
}

/** What the status of an answer means that is not 200. 401 and 403 are AUTH_REQUIRED; what only reads is never "refused". */
export async function statusError(
  url: string,
  request: TransferRequest,
  response: TransferResponse,
): Promise<UdosError> {
  const { status } = response;
  const says = await readServerText(response);
  const data = { url, status, ...(says === '' ? {} : { says }) };
  const writes = request.url.includes('git-receive-pack');

  // 203 is how Azure DevOps shows its sign-in page.
  if (status === 401 || status === 403 || status === 203) {
    return new UdosError(
      'AUTH_REQUIRED',
      status === 403
        ? `${url} does not let this account ${writes ? 'write' : 'read'} (HTTP 403).`
        : `${url} wants to know who asks (HTTP ${status}).`,
      {
        hint: 'Set UDOS_TOKEN_<ALIAS> to a token that may do that, or let a git credential helper know the password.',
        data,
      },
    );
  }
  if ((status === 404 || status === 410) && request.method !== 'POST') {
    return new UdosError('INDEX_NOT_FOUND', `There is no git repository at ${url} (HTTP ${status}).`, {
      hint: 'Check the address. Some servers also answer so when the account may not see the repository.',
      data,
    });
  }
  if (writes && request.method === 'POST' && status >= 400 && status < 500 && status !== 429) {
    return new UdosError('PUSH_REFUSED', `${url} does not take the push (HTTP ${status}).`, {
      hint: 'Ask its owner which rules and size limits hold there. Nothing was changed on the server.',
      data,
    });
  }
  return new UdosError('NETWORK_FAILED', `${url} answers with HTTP ${status}, expected 200.`, {
    hint: status === 429 ? 'It is asked too often: try again later.' : 'Try again later.',
    data,
  });
}

/** The start of a plain text answer, or nothing. */
async function readServerText(response: TransferResponse): Promise<string> {
  const isText = response.headers['content-type']?.startsWith('text/plain') === true;
  try {
    for await (const chunk of response.body) {
      return isText ? printable(new TextDecoder().decode(chunk.subarray(0, 1024))) : '';
    }
  } catch (error) {
    if (!(error instanceof UdosError)) throw error;
  }
  return '';
}

/** The server, or something between us, is at fault. */
export function brokenAnswer(url: string): UdosError {
  return new UdosError('NETWORK_FAILED', `The answer of ${url} breaks off or is not git's protocol.`, {
    hint: 'Try again. If it stays, the server or a proxy before it is at fault.',
    data: { url },
  });
}

/** Something answers there, but no git server does. */
export function noGitServer(url: string, contentType: string): UdosError {
  return new UdosError('INDEX_NOT_FOUND', `${url} answers, but not as a git server.`, {
    hint: 'Check the address: it is the one that `git clone` takes, over smart HTTP.',
    data: { contentType: printable(contentType) },
  });
}

/** What the server says in words instead of answering. @param words foreign text */
export function serverRefusal(
  url: string,
  words: Uint8Array,
  code: 'PUSH_REFUSED' | 'NETWORK_FAILED' = 'NETWORK_FAILED',
): UdosError {
  const says = printable(new TextDecoder().decode(words));
  return new UdosError(code, `${url} refuses: ${says}`, {
    hint: 'Try again. If it stays, ask the owner of the server.',
    data: { url, says },
  });
}
