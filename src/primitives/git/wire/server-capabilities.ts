import { textOf, type Packet } from './pkt-reader.js';

/** What a server of protocol 2 says it can do (gitprotocol-v2, "Capability Advertisement"). */
export interface ServerCapabilities {
  /** Fetches may leave objects out, so that what is wanted by its id comes alone. */
  readonly canFilter: boolean;
}

/**
 * Reads the advertisement of a server, after the `# service=` line and its flush, which smart HTTP may put before it.
 *
 * @returns undefined when the server does not speak protocol 2 with SHA-1 ids: it is asked in the older way then.
 */
export function parseCapabilities(packets: readonly Packet[]): ServerCapabilities | undefined {
  const lines = packets
    .filter((packet) => packet instanceof Uint8Array)
    .map(textOf)
    .filter((line) => !line.startsWith('# service='));
  if (lines[0] !== 'version 2') return undefined;
  const values = new Map(lines.slice(1).map((line) => splitOnce(line, '=')));
  const fetch = values.get('fetch')?.split(' ');
  const isSha1 = (values.get('object-format') ?? 'sha1') === 'sha1';
  if (fetch === undefined || !values.has('ls-refs') || !isSha1) return undefined;
  return { canFilter: fetch.includes('filter') };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
