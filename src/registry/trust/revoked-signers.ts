import { UdosError } from '../../errors/index.js';
import type { Fingerprint } from '../../model/names.js';
import type { RevocationList } from './revocation-list.js';

/** The keys of a role that can vouch for nothing any more. */
export interface RevokedSigners {
  readonly keys: readonly Fingerprint[];
  /** For messages: which, and what the curators say of it. */
  readonly text: string;
}

/**
 * Whether a threshold was missed where keys of the role are revoked: then that, and not a forged signature, is what there is
 * to tell.
 *
 * @returns undefined when none of them is.
 */
export function revokedSigners(
  error: unknown,
  roleKeys: readonly Fingerprint[],
  revoked: RevocationList,
): RevokedSigners | undefined {
  if (!(error instanceof UdosError) || error.data.threshold === undefined) return undefined;
  const keys = [...new Set(roleKeys)].filter((fp) => revoked.keys.has(fp));
  if (keys.length === 0) return undefined;
  const each = keys.map(
    (fp) => `the key ${fp.slice(0, 16)} (${revoked.reasonAgainstKey(fp) ?? 'no reason'})`,
  );
  return { keys, text: each.join(' and ') };
}
