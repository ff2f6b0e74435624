import { UdosError } from '../../errors/index.js';
import type { KeyRole, PublisherDocument } from '../../model/formats/index.js';
import type { Fingerprint, Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import type { GivenKey } from './public-keys.js';

export type PublisherRole = 'owners' | 'release';

/** How one role changes. */
export interface RoleChange {
  readonly role: PublisherRole;
  readonly removed: readonly Fingerprint[];
  readonly added: readonly Fingerprint[];
}

/**
 * The version of a publisher that follows `bytes`, with new keys in place of old ones in some roles; thresholds stay.
 *
 * @param old none: the only key of these roles.
 * @throws KEY_AMBIGUOUS, KEY_NOT_FOUND, USAGE
 */
export function rotatedPublisher(
  current: { readonly bytes: Uint8Array; readonly document: PublisherDocument },
  given: readonly GivenKey[],
  old: readonly string[],
  roles: readonly PublisherRole[],
): { readonly document: PublisherDocument; readonly changes: readonly RoleChange[] } {
  const { document } = current;
  const listed = [...new Set(roles.flatMap((role) => document[role].keys))];
  const replaced = old.length === 0 ? [onlyOne(document, listed)] : old.map((text) => oneOf(listed, text));
  const added = given.map((key) => key.fingerprint);
  const next = { owners: document.owners, release: document.release };
  const changes: RoleChange[] = [];
  for (const role of roles) {
    const before = document[role];
    if (!before.keys.some((fp) => replaced.includes(fp))) continue;
    const keys = [...new Set([...before.keys.filter((fp) => !replaced.includes(fp)), ...added])];
    refuseTooFew(role, before, keys);
    next[role] = { keys, threshold: before.threshold };
    changes.push({
      role,
      removed: before.keys.filter((fp) => !keys.includes(fp)),
      added: keys.filter((fp) => !before.keys.includes(fp)),
    });
  }
  return { document: withRoles(current, next, given), changes };
}

/** What follows a version when the curators put all keys anew: each both owner and releaser, any one enough. */
export function recoveredPublisher(
  current: { readonly bytes: Uint8Array; readonly document: PublisherDocument },
  given: readonly GivenKey[],
): PublisherDocument {
  const role = { keys: given.map((key) => key.fingerprint), threshold: 1 };
  return { ...withRoles(current, { owners: role, release: role }, given), recovery: true };
}

function withRoles(
  { bytes, document }: { readonly bytes: Uint8Array; readonly document: PublisherDocument },
  roles: Pick<PublisherDocument, PublisherRole>,
  given: readonly GivenKey[],
): PublisherDocument {
  const ring = new Map(Object.entries(document.keys) as [Fingerprint, string][]);
  for (const key of given) ring.set(key.fingerprint, key.encoded);
  const used = new Set([...roles.owners.keys, ...roles.release.keys]);
  const { type, registry, publisher, version, displayName, url, email } = document;
  return {
    type,
    registry,
    publisher,
    version: version + 1,
    previous: sha256Hex(bytes) as Sha256,
    displayName,
    ...(url === undefined ? {} : { url }),
    ...(email === undefined ? {} : { email }),
    keys: Object.fromEntries([...ring].filter(([fp]) => used.has(fp))),
    ...roles,
  };
}

function onlyOne(document: PublisherDocument, listed: readonly Fingerprint[]): Fingerprint {
  const [key] = listed;
  if (key !== undefined && listed.length === 1) return key;
  const shown = listed.map((fp) => fp.slice(0, 16));
  throw new UdosError(
    'KEY_AMBIGUOUS',
    `${document.publisher} has ${listed.length} keys here: ${shown.join(', ')}.`,
    {
      hint: 'Say which one goes with --old, or name one role with --role.',
      data: { publisher: document.publisher, keys: listed },
    },
  );
}

function oneOf(listed: readonly Fingerprint[], text: string): Fingerprint {
  const found = listed.filter((fp) => fp.startsWith(text));
  const [key] = found;
  if (key !== undefined && found.length === 1) return key;
  const shown = listed.map((fp) => fp.slice(0, 16)).join(', ');
  throw new UdosError(
    key === undefined ? 'KEY_NOT_FOUND' : 'KEY_AMBIGUOUS',
    `${text.slice(0, 16)} is ${key === undefined ? 'none' : 'not only one'} of the keys that may go: ${shown}.`,
    { hint: 'Name one of these with --old.', data: { selector: text, keys: listed } },
  );
}

function refuseTooFew(role: PublisherRole, before: KeyRole, keys: readonly Fingerprint[]): void {
  if (keys.length >= before.threshold) return;
  throw new UdosError(
    'USAGE',
    `The role ${role} needs ${before.threshold} signatures, and would have ${keys.length} key.`,
    { hint: 'Give a new key for each old one: repeat --new.', data: { role, threshold: before.threshold } },
  );
}
