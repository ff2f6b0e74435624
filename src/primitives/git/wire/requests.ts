import { formatPktLine } from '../pkt-lines.js';

/** Names this client to servers, which count them. */
const agent = 'agent=udos';

/** Asks for one branch (gitprotocol-v2, "ls-refs"). @param ref its full name. */
export function formatLsRefs(ref: string): string {
  return command('ls-refs', [`ref-prefix ${ref}`]);
}

export interface ObjectsWanted {
  /** Object ids. */
  readonly wants: readonly string[];
  /**
   * How many levels of trees come along with a commit: none with 0. What is wanted by its own id comes in any case, and
   * nothing below it.
   */
  readonly treeDepth: number;
}

/** Asks for objects, without their history, and without anything that they name (gitprotocol-v2, "fetch"). */
export function formatFetch({ wants, treeDepth }: ObjectsWanted): string {
  return command('fetch', [
    'no-progress',
    'ofs-delta',
    ...wants.map((oid) => `want ${oid}`),
    'deepen 1',
    `filter tree:${treeDepth}`,
    'done',
  ]);
}

function command(name: string, lines: readonly string[]): string {
  const head = [`command=${name}`, agent, 'object-format=sha1'].map((line) => formatPktLine(`${line}\n`));
  return `${head.join('')}0001${lines.map((line) => formatPktLine(`${line}\n`)).join('')}0000`;
}
