import { formatPktLine, latin1, parsePktLines } from './pkt-lines.js';

export type GitService = 'git-upload-pack' | 'git-receive-pack';

/** What a server offers: the answer to `GET <url>/info/refs?service=…` (gitprotocol-http, "Smart Server Response"). */
export interface Advertisement {
  readonly refs: ReadonlyMap<string, string>;
  readonly capabilities: readonly string[];
}

const oidShape = /^[0-9a-f]{40}$/;

/**
 * Reads an advertisement of protocol 0 or 1.
 *
 * @returns undefined when it is none: broken framing, another service, or object ids that are not SHA-1.
 */
export function parseAdvertisement(bytes: Uint8Array, service: GitService): Advertisement | undefined {
  const lines = parsePktLines(bytes)
    ?.filter((line) => line !== 'flush')
    .map((line) => latin1(line).replace(/\n$/, ''));
  if (lines?.shift() !== `# service=${service}`) return undefined;
  if (lines[0] === 'version 1') lines.shift();

  const refs = new Map<string, string>();
  const [first, ...rest] = lines;
  if (first === undefined) return { refs, capabilities: [] };
  const [firstRef = '', capabilities = ''] = first.split('\0');
  for (const line of [firstRef, ...rest]) {
    const [oid = '', name] = line.split(' ');
    if (oid === 'shallow') continue;
    if (!oidShape.test(oid) || name === undefined) return undefined;
    if (name !== 'capabilities^{}') refs.set(name, oid);
  }
  return { refs, capabilities: capabilities.split(' ').filter((capability) => capability !== '') };
}

/**
 * The advertisement of a server that has this one branch, with HEAD on it. A fetch of one branch needs no other, and the
 * library stumbles over servers whose HEAD names a branch that does not exist yet.
 */
export function formatAdvertisement(
  service: GitService,
  branch: string,
  oid: string,
  capabilities: readonly string[],
): Uint8Array {
  const kept = capabilities.filter((capability) => !capability.startsWith('symref='));
  return Buffer.from(
    formatPktLine(`# service=${service}\n`) +
      '0000' +
      formatPktLine(`${oid} HEAD\0${kept.join(' ')}\n`) +
      formatPktLine(`${oid} ${branch}\n`) +
      '0000',
    'latin1',
  );
}
