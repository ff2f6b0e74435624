/** Brings artifacts: over the network, from the index, from a folder. What it brings is not trusted. */
export interface Fetcher {
  /**
   * The bytes at `url`: absolute, or relative to the registry's artifact base or index. Undefined when there are none.
   *
   * @throws NETWORK_FAILED, AUTH_REQUIRED, TRANSFER_LIMIT, TRANSFER_REFUSED, OFFLINE
   */
  fetch(url: string, maxBytes: number): Promise<AsyncIterable<Uint8Array> | undefined>;
}
