import type { Transfer, TransferRequest, TransferResponse } from '../../http/transfer.js';
import { noGitServer, parseServerUrl, statusError } from '../server-answers.js';
import type { Carrier } from './carrier.js';

/** Every ref of the repository, a line each, when the server speaks only an older protocol. */
const advertisementBytes = 32 * 1024 * 1024;
const service = 'git-upload-pack';
const protocol = { 'git-protocol': 'version=2' };

/**
 * Protocol 2 over smart HTTP (gitprotocol-http, gitprotocol-v2 "HTTP Transport").
 *
 * @throws URL_INVALID for anything but an http(s) address without credentials, query and fragment.
 */
export function createHttpCarrier(location: string, transfer: Transfer): Carrier {
  const url = parseServerUrl(location);
  /** Where the server redirected the first request to: later ones go there at once, as git's do. */
  let base = url;

  const ask = async (request: TransferRequest, type: string): Promise<TransferResponse> => {
    const response = await transfer.request(request);
    // Any request may be the first that this server gets: a 404 means that nothing is there.
    if (response.status !== 200) throw await statusError(url, { ...request, method: 'GET' }, response);
    const found = response.headers['content-type']?.split(';')[0]?.trim();
    if (found === `application/x-${service}-${type}`) return response;
    await response.body[Symbol.asyncIterator]().return?.();
    throw noGitServer(url, found ?? '');
  };

  return {
    location: url,
    advertise: async () => {
      const suffix = `/info/refs?service=${service}`;
      const request = { url: base + suffix, headers: protocol, maxBytes: advertisementBytes };
      const response = await ask(request, 'advertisement');
      if (response.url.endsWith(suffix)) base = response.url.slice(0, -suffix.length);
      return response.body;
    },
    send: async (command, maxBytes) => {
      const headers = {
        ...protocol,
        'content-type': `application/x-${service}-request`,
        accept: `application/x-${service}-result`,
      };
      const body = Buffer.from(command, 'latin1');
      const request = { url: `${base}/${service}`, method: 'POST', headers, body, maxBytes } as const;
      return (await ask(request, 'result')).body;
    },
  };
}
