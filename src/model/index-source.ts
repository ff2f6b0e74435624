import type { IndexPath } from './names.js';

/**
 * Where the bytes of an index come from: a git server, a repository or folder on disk, a static web server, a test.
 * A source is not trusted: whatever it hands out is checked by `registry/`.
 */
export interface IndexSource {
  /** For people: the URL or folder, without credentials. */
  readonly location: string;
  /**
   * The newest snapshot the source offers now.
   *
   * @throws INDEX_NOT_FOUND, NETWORK_FAILED, AUTH_REQUIRED, TRANSFER_LIMIT, TRANSFER_REFUSED
   */
  head(): Promise<IndexHead>;
  /**
   * Forgets answers of earlier runs that the source called unchanged in this one.
   *
   * @returns true when there were any, so that asking again may bring other bytes.
   */
  dropKept?(): Promise<boolean>;
}

/** One snapshot of an index. All its reads answer from the same state, or from none. */
export interface IndexHead {
  /** Names the snapshot for people and logs: a commit id, or a hash of the checkpoint. Never trusted. */
  readonly snapshot: string;
  /**
   * The bytes of many files at once, in as few round trips as the source can. A path that the snapshot lacks is
   * missing from the answer.
   *
   * @param maxBytes the most that one file may have.
   * @throws TRANSFER_LIMIT for a larger one; NETWORK_FAILED, AUTH_REQUIRED
   */
  read(paths: readonly IndexPath[], maxBytes: number): Promise<ReadonlyMap<IndexPath, Uint8Array>>;
}
