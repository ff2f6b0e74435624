import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { loopbackCertificate } from './loopback-certificate.js';

interface RecordedRequest {
  readonly method: string;
  /** As it was sent, query included. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What was answered; undefined while nothing was. */
  status?: number;
}

/** What a test makes the server do instead of sending the file. */
type Answer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  | { readonly redirectTo: string; readonly status?: number }
  /** Takes the request and says nothing. */
  | 'stall'
  /** Sends the head and the first half of the file, then nothing. */
  | 'stall-midway'
  /** Sends the first half of the file and breaks the connection. */
  | 'truncate'
  /** Sends the file one byte every five milliseconds. */
  | 'drip'
  /** Sends zeros for as long as they are taken, without saying how many. */
  | 'endless';

export interface StaticServerOptions {
  /** Who may read; others get 401. */
  readonly auth?: { readonly user: string; readonly password: string } | { readonly token: string };
  /** Answers with ETags and with 304 to those who know them; by default it does. */
  readonly etags?: boolean;
  /** Speaks TLS with the certificate of the test kit. */
  readonly tls?: boolean;
  /** Asked before every answer; undefined lets the file be sent. */
  readonly answer?: (request: RecordedRequest) => Answer | undefined;
}

export interface StaticServer {
  /** `http://127.0.0.1:<port>/` or `https://localhost:<port>/`. */
  readonly url: string;
  readonly port: number;
  readonly requests: RecordedRequest[];
  /** Connections that were opened, whether or not a request came over them. */
  readonly connections: { count: number };
  /** Changes what happens from the next request on. */
  answerWith(answer: StaticServerOptions['answer']): void;
  close(): Promise<void>;
}

/** Serves the files of `folder` on loopback, as a plain web server does; folders and everything outside are 404. */
export async function startStaticServer(
  folder: string,
  options: StaticServerOptions = {},
): Promise<StaticServer> {
  const requests: RecordedRequest[] = [];
  const connections = { count: 0 };
  let decide = options.answer;

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const record: RecordedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
    };
    requests.push(record);
    request.resume();
    response.once('error', () => undefined);
    void reply(folder, options, record, decide?.(record), response);
  };

  const server = options.tls === true ? createTlsServer(loopbackCertificate, serve) : createServer(serve);
  server.on('connection', () => (connections.count += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: options.tls === true ? `https://localhost:${port}/` : `http://127.0.0.1:${port}/`,
    port,
    requests,
    connections,
    answerWith: (answer) => (decide = answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function reply(
  folder: string,
  options: StaticServerOptions,
  record: RecordedRequest,
  answer: Answer | undefined,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, headers: Record<string, string>, body: string | Uint8Array = ''): void => {
    record.status = status;
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    response.end(record.method === 'HEAD' ? undefined : body);
  };

  if (!isAllowed(record, options.auth)) send(401, { 'www-authenticate': 'Basic realm="test"' });
  else if (answer === 'endless') sendEndless(record, response);
  else if (typeof answer === 'object') {
    if ('redirectTo' in answer) send(answer.status ?? 302, { location: answer.redirectTo });
    else send(answer.status, { ...answer.headers }, answer.body);
  } else if (answer !== 'stall') {
    const bytes = await readWithin(folder, record.path);
    const etag = options.etags === false ? undefined : etagOf(bytes);
    if (bytes === undefined) send(404, {}, 'not found\n');
    else if (answer !== undefined) sendBadly(answer, bytes, record, response);
    else if (etag !== undefined && record.headers['if-none-match'] === etag) {
      record.status = 304;
      response.writeHead(304, { etag }).end();
    } else send(200, etag === undefined ? {} : { etag }, bytes);
  }
}

function etagOf(bytes: Uint8Array | undefined): string {
  return `"${createHash('sha256')
    .update(bytes ?? '')
    .digest('hex')
    .slice(0, 16)}"`;
}

function sendBadly(
  how: 'stall-midway' | 'truncate' | 'drip',
  bytes: Uint8Array,
  record: RecordedRequest,
  response: ServerResponse,
): void {
  record.status = 200;
  response.writeHead(200, { 'content-length': bytes.length });
  if (how === 'drip') {
    let at = 0;
    const timer = setInterval(() => response.write(bytes.subarray(at, (at += 1))), 5);
    response.once('close', () => clearInterval(timer));
    return;
  }
  response.write(bytes.subarray(0, bytes.length / 2), () => {
    if (how === 'truncate') response.destroy();
  });
}

function sendEndless(record: RecordedRequest, response: ServerResponse): void {
  record.status = 200;
  response.writeHead(200);
  const piece = new Uint8Array(16 * 1024);
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}

function isAllowed(record: RecordedRequest, auth: StaticServerOptions['auth']): boolean {
  if (auth === undefined) return true;
  const wanted =
    'token' in auth
      ? `Bearer ${auth.token}`
      : `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;
  return record.headers.authorization === wanted;
}

async function readWithin(folder: string, requested: string): Promise<Uint8Array | undefined> {
  const { pathname } = new URL(requested, 'http://localhost');
  const file = path.join(folder, decodeURIComponent(pathname));
  if (!file.startsWith(path.join(folder, path.sep))) return undefined;
  return readFile(file).catch(() => undefined);
}
