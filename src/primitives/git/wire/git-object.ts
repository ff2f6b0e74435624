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

/** The id of the tree that a commit is of, or undefined when the bytes are no commit. */
export function parseCommitTree(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64)).toString('latin1');
  return /^tree ([0-9a-f]{40})\n/.exec(head)?.[1];
}
