import { createHash } from 'node:crypto';

export type GitObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export interface GitObject {
  /** SHA-1 of the type, the size and the bytes, 40 hex digits. */
  readonly oid: string;
  readonly type: GitObjectType;
  readonly bytes: Uint8Array;
}

/** Gives an object the id that its bytes have: no other id is ever believed. */
export function gitObject(type: GitObjectType, bytes: Uint8Array): GitObject {
  const oid = createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
  return { oid, type, bytes };
}

export interface TreeEntry {
  /** `40000` a folder, `100644` and `100755` a file, `120000` a link, `160000` a submodule. */
  readonly mode: string;
  readonly oid: string;
}

/**
 * The entries of a tree object by name: mode, a space, the name, NUL, and the 20 bytes of the id, for each.
 *
 * @returns undefined when the bytes are no tree, or one with a name twice.
 */
export function parseTree(bytes: Uint8Array): ReadonlyMap<string, TreeEntry> | undefined {
  const entries = new Map<string, TreeEntry>();
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < buffer.length;) {
    const space = buffer.indexOf(0x20, at);
    const nul = buffer.indexOf(0, space + 1);
    if (space < 0 || nul < 0 || nul + 21 > buffer.length) return undefined;
    const mode = buffer.toString('latin1', at, space);
    const name = buffer.toString('utf8', space + 1, nul);
    if (!/^[0-7]{5,6}$/.test(mode) || name === '' || name.includes('/') || entries.has(name))
      return undefined;
    entries.set(name, { mode, oid: buffer.toString('hex', nul + 1, nul + 21) });
    at = nul + 21;
  }
  return entries;
}

/** The id of the tree that a commit is of, or undefined when the bytes are no commit. */
export function parseCommitTree(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64)).toString('latin1');
  return /^tree ([0-9a-f]{40})\n/.exec(head)?.[1];
}
