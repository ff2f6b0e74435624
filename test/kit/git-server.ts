import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export interface ServedRequest {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly target: string;
  readonly authorization: string | undefined;
  receivedBytes: number;
  /** Bytes of the answer's body. */
  sentBytes: number;
  status: number;
}

/** What the server does instead of answering truthfully. */
export type Fault =
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string | Uint8Array;
    }
  /** The true answer, whose body ends early as if that were all of it. */
  | { readonly truncateAfter: number }
  /** Takes the request and says nothing. */
  | 'stall'
  /** A pack that promises objects without end, for as long as it is taken. */
  | 'endless pack';

export interface GitServerOptions {
  readonly basicAuth?: { readonly user: string; readonly password: string };
  /** Reading is free then; only pushes have to authenticate. */
  readonly authOnlyForPush?: boolean;
  /** False: only whole commits are handed out, as by a server whose owner never allowed filters. */
  readonly filters?: boolean;
  /** 1: the server knows no newer protocol. */
  readonly protocol?: 1 | 2;
  /** Where another server was before, so that it has the same address. */
  readonly port?: number;
}

export interface GitServer {
  /** `http://127.0.0.1:<port>`; repositories are below it by their folder's name. */
  readonly url: string;
  readonly requests: ServedRequest[];
  /** Set it to misbehave; asked for every request. */
  fault: ((request: ServedRequest) => Fault | undefined) | undefined;
  /** Bytes of all answers' bodies since the last call. */
  takeSentBytes(): number;
  close(): Promise<void>;
}

/** Serves the git repositories in `folder` with git's own `http-backend`, over loopback, pushes allowed. */
export async function startGitServer(folder: string, options: GitServerOptions = {}): Promise<GitServer> {
  const backend = path.join(
    execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(),
    'git-http-backend',
  );
  const requests: ServedRequest[] = [];
  let counted = 0;

  const server = createServer((request, response) => {
    const served: ServedRequest = {
      method: request.method ?? '',
      target: request.url ?? '',
      authorization: request.headers.authorization,
      receivedBytes: 0,
      sentBytes: 0,
      status: 0,
    };
    requests.push(served);
    const fault = kit.fault?.(served);
    if (fault === 'stall') request.resume();
    else if (fault === 'endless pack') {
      request.resume();
      sendEndlessPack(response, served);
    } else if (fault !== undefined && 'status' in fault) {
      request.resume();
      answer(response, served, fault.status, fault.headers ?? {}, fault.body ?? '');
    } else if (!isWelcome(served, options)) {
      request.resume();
      answer(response, served, 401, { 'www-authenticate': 'Basic realm="test"' }, 'who are you?');
    } else {
      serve(backend, folder, options, request, response, served, fault?.truncateAfter ?? Infinity);
    }
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));

  const kit: GitServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fault: undefined,
    takeSentBytes() {
      const total = requests.reduce((sum, request) => sum + request.sentBytes, 0);
      const fresh = total - counted;
      counted = total;
      return fresh;
    },
    close: () =>
      new Promise((resolve, reject) => {
        // A story may have stopped it already.
        if (!server.listening) resolve();
        else server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
  return kit;
}

function isWelcome(request: ServedRequest, options: GitServerOptions): boolean {
  const { basicAuth, authOnlyForPush } = options;
  if (basicAuth === undefined) return true;
  if (authOnlyForPush === true && !request.target.includes('git-receive-pack')) return true;
  const expected = Buffer.from(`${basicAuth.user}:${basicAuth.password}`).toString('base64');
  return request.authorization === `Basic ${expected}`;
}

function answer(
  response: ServerResponse,
  served: ServedRequest,
  status: number,
  headers: Record<string, string>,
  body: string | Uint8Array,
): void {
  served.status = status;
  served.sentBytes = Buffer.byteLength(body);
  response.writeHead(status, { 'content-type': 'text/plain', ...headers });
  response.end(body);
}

/** gitprotocol-pack: `NAK`, then packets of up to 65516 bytes on side band 1. */
function sendEndlessPack(response: ServerResponse, served: ServedRequest): void {
  served.status = 200;
  response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' });
  response.write('0008NAK\n');
  const header = Buffer.from('PACK\0\0\0\x02\x7f\xff\xff\xff', 'latin1');
  response.write(Buffer.concat([Buffer.from('0011\x01'), header]));
  const packet = Buffer.concat([Buffer.from('fff0\x01'), Buffer.alloc(0xfff0 - 5)]);
  const more = (): void => {
    while (!response.destroyed && response.write(packet)) served.sentBytes += packet.length;
  };
  response.on('drain', more);
  more();
}

/** One run of the CGI program: RFC 3875. */
function serve(
  backend: string,
  folder: string,
  options: GitServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  served: ServedRequest,
  mostBytes: number,
): void {
  const [target = '', query = ''] = served.target.split('?');
  const protocol = options.protocol === 1 ? '' : (request.headers['git-protocol']?.toString() ?? '');
  const child = spawn(backend, [], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_0: 'http.receivepack',
      GIT_CONFIG_VALUE_0: 'true',
      GIT_CONFIG_KEY_1: 'safe.directory',
      GIT_CONFIG_VALUE_1: '*',
      GIT_CONFIG_KEY_2: 'uploadpack.allowFilter',
      GIT_CONFIG_VALUE_2: String(options.filters ?? true),
      REQUEST_METHOD: served.method,
      PATH_INFO: decodeURIComponent(target),
      QUERY_STRING: query,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(request.headers['content-length'] === undefined
        ? {}
        : { CONTENT_LENGTH: request.headers['content-length'] }),
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      HTTP_GIT_PROTOCOL: protocol,
      GIT_PROTOCOL: protocol,
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_USER: 'test',
    },
  });
  request.on('data', (chunk: Buffer) => (served.receivedBytes += chunk.length));
  request.pipe(child.stdin);
  // A backend that is done before it has read everything is no failure of the test.
  child.stdin.on('error', () => undefined);

  let head: Buffer | undefined = Buffer.alloc(0);
  const send = (bytes: Buffer) => {
    const part = bytes.subarray(0, Math.max(0, mostBytes - served.sentBytes));
    served.sentBytes += part.length;
    response.write(part);
  };
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      send(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const headers = parseHeaders(head.subarray(0, end).toString('latin1'));
    served.status = Number.parseInt(headers.status ?? '200', 10);
    delete headers.status;
    response.writeHead(served.status, headers);
    const rest = head.subarray(end + 4);
    head = undefined;
    send(rest);
  });
  child.stdout.on('end', () => {
    if (head !== undefined) response.writeHead((served.status = 500));
    response.end();
  });
}

function parseHeaders(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}
