import type { HeldCredential, TransferPolicy } from './transfer.js';

/** Who a transfer says it is, and what it learns about that from the answers. */
export interface Login {
  /** The Authorization for a request to `url`; undefined for every origin but the policy's own. */
  authorizationFor(url: URL): string | undefined;
  /**
   * Hears how a request ended that was sent with `authorization`.
   *
   * @returns true when a 401 should be answered by sending it again, now with a credential.
   */
  hears(url: URL, answer: LoginAnswer): Promise<boolean>;
}

export interface LoginAnswer {
  readonly status: number;
  /** What the server offers, in WWW-Authenticate. */
  readonly challenge: string | undefined;
  readonly authorization: string | undefined;
}

/**
 * The login of one transfer: the policy's credential, or else what its helper knows, asked for at the first 401 of the
 * helper's origin and once in the transfer's life. What the helper gave is approved when it first works, and rejected
 * when it never did.
 */
export function createLogin(policy: Pick<TransferPolicy, 'credential' | 'helper'>): Login {
  const { credential, helper } = policy;
  if (credential !== undefined || helper === undefined) {
    return {
      authorizationFor: (url) => (credential?.origin === url.origin ? credential.authorization : undefined),
      hears: () => Promise.resolve(false),
    };
  }

  let filling: Promise<HeldCredential | undefined> | undefined;
  let held: HeldCredential | undefined;
  let works = false;
  let isOver = false;

  return {
    authorizationFor: (url) => (helper.origin === url.origin ? held?.authorization : undefined),
    async hears(url, { status, challenge, authorization }) {
      if (helper.origin !== url.origin || isOver) return false;
      if (status === 401 && authorization === undefined) {
        if (!takesPasswords(challenge)) return false;
        held = await (filling ??= helper.fill());
        return held !== undefined;
      }
      if (held === undefined || authorization !== held.authorization || works) return false;
      if (status === 401) {
        isOver = true;
        const refused = held;
        held = undefined;
        await refused.reject();
      } else if (status < 400) {
        works = true;
        await held.approve();
      }
      return false;
    },
  };
}

/** RFC 7617. A server that names no scheme is taken to mean the usual one. */
function takesPasswords(challenge: string | undefined): boolean {
  return challenge === undefined || /(?:^|,)\s*basic(?:\s|,|$)/i.test(challenge);
}
