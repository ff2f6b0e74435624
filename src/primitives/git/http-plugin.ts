import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git';
import { UdosError } from '../../errors/index.js';
import type { Transfer, TransferRequest, TransferResponse } from '../http/transfer.js';
import { parseAdvertisement, type Advertisement, type GitService } from './advertisement.js';
import { brokenAnswer, noGitServer, parseServerUrl, serverRefusal, statusError } from './server-answers.js';
import { findPackProblem } from './pack-check.js';
import { latin1, parsePktLines, type PktLine } from './pkt-lines.js';

/** An advertisement names every ref of the repository, a line each. */
const advertisementBytes = 32 * 1024 * 1024;
const reportBytes = 1024 * 1024;
/** How far a pack may unfold, in times of its own limit. JSON packs at about 1 to 8. */
const unfoldingFactor = 32;

/** One repository on a git server, reached by smart HTTP under the policy of a Transfer. */
export interface GitServer {
  /** Without credentials and trailing slash. */
  readonly url: string;
  /** @throws AUTH_REQUIRED, INDEX_NOT_FOUND (no repository there), NETWORK_FAILED, TRANSFER_LIMIT, TRANSFER_REFUSED */
  fetchAdvertisement(service: GitService): Promise<Advertisement>;
  /**
   * What the git library sends its requests with.
   *
   * Answers are complete and well-framed, or an error is thrown: a torn pack, a bomb and what the server says in words
   * never reach the library. 401 and 403 are AUTH_REQUIRED.
   *
   * @param advertisement handed to the library instead of asking the server for one.
   */
  client(advertisement?: Uint8Array): HttpClient;
}

export interface GitServerOptions {
  readonly url: string;
  readonly transfer: Transfer;
  /** The most that one pack may have; also the most that one object in it may unfold to. */
  readonly maxBytes: number;
  /** Told each line that the server says to people while it receives. Foreign text, as it came. */
  readonly heard?: (line: string) => void;
}

/** @throws URL_INVALID for anything but an http(s) address without credentials, query and fragment. */
export function openGitServer(options: GitServerOptions): GitServer {
  const { transfer, maxBytes } = options;
  const url = parseServerUrl(options.url);
  /** Where the server redirected the first request to: the second goes there at once, as git does. */
  let base = url;

  const ask = async (
    request: TransferRequest,
  ): Promise<{ bytes: Uint8Array; response: TransferResponse }> => {
    const response = await transfer.request(request);
    if (response.status !== 200) throw await statusError(url, request, response);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks), response };
  };

  const askForAdvertisement = async (service: GitService): Promise<Uint8Array> => {
    const suffix = `/info/refs?service=${service}`;
    const { bytes, response } = await ask({ url: base + suffix, maxBytes: advertisementBytes });
    if (response.url.endsWith(suffix)) base = response.url.slice(0, -suffix.length);
    const type = response.headers['content-type']?.split(';')[0]?.trim();
    if (type !== `application/x-${service}-advertisement`) {
      throw noGitServer(url, type ?? '');
    }
    const lines = parsePktLines(bytes);
    if (lines === undefined) throw brokenAnswer(url);
    refuseServerError(url, lines);
    return bytes;
  };

  const askService = async (service: GitService, request: GitHttpRequest): Promise<Uint8Array> => {
    const { bytes } = await ask({
      url: `${base}/${service}`,
      method: 'POST',
      headers: { ...request.headers },
      body: await collectBody(request),
      maxBytes: service === 'git-upload-pack' ? maxBytes : reportBytes,
    });
    const lines = parsePktLines(bytes);
    if (lines === undefined) throw brokenAnswer(url);
    refuseServerError(url, lines, service);
    if (service === 'git-upload-pack') refuseBadPack(url, lines, maxBytes);
    else for (const line of messagesIn(lines)) options.heard?.(line);
    return bytes;
  };

  return {
    url,
    async fetchAdvertisement(service) {
      const advertisement = parseAdvertisement(await askForAdvertisement(service), service);
      if (advertisement === undefined) throw brokenAnswer(url);
      return advertisement;
    },
    client: (advertisement) => ({
      async request(request) {
        const service: GitService = request.url.includes('git-receive-pack')
          ? 'git-receive-pack'
          : 'git-upload-pack';
        if (request.method === 'POST') {
          return answer(request, `application/x-${service}-result`, await askService(service, request));
        }
        const bytes = advertisement ?? (await askForAdvertisement(service));
        return answer(request, `application/x-${service}-advertisement`, bytes);
      },
    }),
  };
}

async function collectBody(request: GitHttpRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request.body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function answer(request: GitHttpRequest, type: string, bytes: Uint8Array): GitHttpResponse {
  return {
    url: request.url,
    method: request.method ?? 'GET',
    statusCode: 200,
    statusMessage: 'OK',
    headers: { 'content-type': type },
    // eslint-disable-next-line @typescript-eslint/require-await -- an iterable is what the library reads
    body: (async function* () {
      yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    })(),
  };
}

/** A server tells of a failure by a line `ERR …`, or on the third side band. */
function refuseServerError(url: string, lines: readonly PktLine[], service?: GitService): void {
  for (const line of lines) {
    if (line === 'flush') continue;
    const isError = line[0] === 3 || latin1(line.subarray(0, 4)) === 'ERR ';
    if (!isError) continue;
    const code = service === 'git-receive-pack' ? 'PUSH_REFUSED' : 'NETWORK_FAILED';
    throw serverRefusal(url, line.subarray(line[0] === 3 ? 1 : 4), code);
  }
}

/** What came on the second side band. */
function messagesIn(lines: readonly PktLine[]): string[] {
  const parts = lines.filter((line) => line !== 'flush' && line[0] === 2) as Uint8Array[];
  const text = new TextDecoder().decode(Buffer.concat(parts.map((part) => part.subarray(1))));
  return text.split(/[\r\n]+/);
}

function refuseBadPack(url: string, lines: readonly PktLine[], maxBytes: number): void {
  const parts = lines.filter((line) => line !== 'flush' && line[0] === 1) as Uint8Array[];
  if (parts.length === 0) return;
  const pack = Buffer.concat(parts.map((part) => part.subarray(1)));
  const problem = findPackProblem(pack, { objectBytes: maxBytes, totalBytes: maxBytes * unfoldingFactor });
  if (problem === 'damaged') throw brokenAnswer(url);
  if (problem === 'too-large') {
    throw new UdosError('TRANSFER_LIMIT', `The pack from ${url} unfolds to more than it may have.`, {
      hint: `One object may have ${maxBytes} bytes, all together ${unfoldingFactor} times that.`,
      data: { url, maxBytes },
    });
  }
}
