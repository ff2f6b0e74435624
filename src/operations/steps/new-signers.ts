import type { LockedPlugin } from '../../model/formats/index.js';
import type { Fingerprint } from '../../model/names.js';
import type { VerifiedPlugin } from '../../model/verified-index.js';

/** Keys that vouch for a plugin now and that its lockfile block does not have. */
export function newSigners(locked: LockedPlugin, plugin: VerifiedPlugin): Fingerprint[] {
  return [...plugin.signers].filter((fp) => !locked.signers.includes(fp)).sort();
}
