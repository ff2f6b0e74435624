/** What every network transfer must obey. Made once for a registry and a run, from its URL and the user's settings. */
export interface TransferPolicy {
  /** Allow hosts that resolve to private addresses: a registry added with `--internal`. */
  readonly allowPrivate: boolean;
  /** Allow `http:` and `https:` to this machine, by its literal loopback names: only when the registry itself lives there. */
  readonly allowLoopback: boolean;
  /** Sent to `origin` and to nothing else, never across a redirect. */
  readonly credential?: { readonly origin: string; readonly authorization: string } | undefined;
  /** Asked when there is no `credential` and the helper's origin answers 401. */
  readonly helper?: CredentialHelper | undefined;
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` as the user set them. */
  readonly proxy?:
    | {
        readonly https?: string | undefined;
        readonly http?: string | undefined;
        readonly no?: string | undefined;
      }
    | undefined;
  readonly limits: TransferLimits;
  readonly signal?: AbortSignal | undefined;
}

/** Something that keeps the user's passwords, and may be asked for those of one origin. */
export interface CredentialHelper {
  /** Where the answer is sent to, and nowhere else. */
  readonly origin: string;
  /** Asks no person. Undefined when nothing is known, or it cannot be asked; it does not throw for that. */
  fill(): Promise<HeldCredential | undefined>;
}

export interface HeldCredential {
  readonly authorization: string;
  /** Tells the helper that the server took it. */
  approve(): Promise<void>;
  /** Tells the helper that the server did not. */
  reject(): Promise<void>;
}

export interface TransferLimits {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
  /** Averaged over the transfer, once `rateGraceMs` have passed. */
  readonly minBytesPerSecond: number;
  readonly rateGraceMs: number;
}

export interface TransferRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The most that the answer's body may have; one byte more ends the transfer. */
  readonly maxBytes: number;
}

export interface TransferResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where redirects led: same origin as the request. */
  readonly url: string;
  /** Must be read to its end or left by `return()`. Throws TRANSFER_LIMIT or NETWORK_FAILED midway. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Sends requests under one policy. Statuses are the caller's business, but for redirects, which are followed within the
 * origin and otherwise refused.
 */
export interface Transfer {
  /** @throws TRANSFER_REFUSED (address, scheme or redirect not allowed), NETWORK_FAILED, TRANSFER_LIMIT */
  request(request: TransferRequest): Promise<TransferResponse>;
  /** Closes kept connections. */
  close(): Promise<void>;
}
