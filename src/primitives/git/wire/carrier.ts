/** What carries protocol 2 to a server and back: HTTP, ssh, or a process on this machine. */
export interface Carrier {
  /** For people: where the repository is, without credentials. */
  readonly location: string;
  /**
   * What the server says of itself, in packets.
   *
   * @throws AUTH_REQUIRED, INDEX_NOT_FOUND (no repository there), NETWORK_FAILED, TRANSFER_LIMIT, TRANSFER_REFUSED
   */
  advertise(): Promise<AsyncIterable<Uint8Array>>;
  /**
   * One command, and the packets of its answer.
   *
   * @param maxBytes the most that the answer may have.
   * @throws as `advertise`
   */
  send(command: string, maxBytes: number): Promise<AsyncIterable<Uint8Array>>;
}
