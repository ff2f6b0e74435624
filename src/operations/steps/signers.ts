import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { KeyRole, Root } from '../../model/formats/index.js';
import type { Fingerprint } from '../../model/names.js';
import type { Signer } from '../../registry/index.js';
import { listKeys, openSigner, openSigners } from './keys.js';

type Fingerprints = ReadonlySet<Fingerprint>;

/**
 * The keys that sign for a role of a publisher, or grant one: those that were named, else as many of this user's own as
 * the role needs. Never a revoked one: clients count it for nothing there.
 *
 * @param purpose for the message: `release for ada`.
 * @throws KEY_NOT_FOUND when none of this user's keys is in the role, or only revoked ones are, and what opening a key
 *   throws
 */
export async function openSignersFor(
  context: Context,
  role: KeyRole,
  selectors: readonly string[],
  purpose: string,
  revoked: Fingerprints,
): Promise<Signer[]> {
  const usable = inForce(role, revoked);
  const mine = await findSigners(context, usable, selectors);
  if (mine.length > 0) return mine;
  const own = selectors.length > 0 ? await openSigners(context, selectors) : await listKeys(context);
  const lost = own.map((key) => key.fingerprint).filter((fp) => role.keys.includes(fp) && revoked.has(fp));
  if (lost.length === 0) throw noSigner(usable, purpose);
  const others = usable.keys.map(shortly);
  throw new UdosError(
    'KEY_NOT_FOUND',
    `None of your keys may ${purpose} here any more: ${lost.map(shortly).join(', ')} is revoked.`,
    {
      hint:
        others.length > 0
          ? `Name another with --key. Those that may: ${others.join(', ')}.`
          : 'Ask those who run the registry for new keys: `udos registry publisher recover` puts them in place.',
      data: { purpose, keys: usable.keys, revoked: lost },
    },
  );
}

/**
 * The keys that sign for a role of the root. What a revoked one signs counts there until the root lets go of it, so it
 * signs only when no other is here, and this warns.
 *
 * @throws KEY_NOT_FOUND when none of this user's keys is in the role, and what opening a key throws
 */
export async function openRootSigners(
  context: Context,
  role: KeyRole,
  selectors: readonly string[],
  purpose: string,
  revoked: Fingerprints,
): Promise<Signer[]> {
  const mine = await findSigners(context, role, selectors, revoked);
  if (mine.length === 0) throw noSigner(role, purpose);
  warnOfRevoked(context, mine, revoked);
  return mine;
}

/**
 * The keys that sign a checkpoint, and witness it as far as they are here, each once.
 *
 * @throws KEY_NOT_FOUND when none of this user's keys may sign checkpoints, and what opening a key throws
 */
export async function openCheckpointSigners(
  context: Context,
  roles: Root['roles'],
  selectors: readonly string[],
  revoked: Fingerprints,
): Promise<Signer[]> {
  const { signers } = await findCheckpointSigners(context, roles, selectors, revoked);
  if (!signers.some((signer) => roles.checkpoint.keys.includes(signer.fingerprint)))
    throw noSigner(roles.checkpoint, 'sign checkpoints');
  warnOfRevoked(context, signers, revoked);
  return signers;
}

/** Like {@link openCheckpointSigners}, but too few is an answer. */
export async function findCheckpointSigners(
  context: Context,
  { checkpoint, witness }: Root['roles'],
  selectors: readonly string[],
  revoked: Fingerprints,
): Promise<{ readonly signers: Signer[]; readonly isEnough: boolean }> {
  const signers = new Map<Fingerprint, Signer>();
  let isEnough = true;
  for (const role of [checkpoint, ...(witness === undefined ? [] : [witness])]) {
    const mine = await findSigners(context, role, selectors, revoked);
    for (const signer of mine) signers.set(signer.fingerprint, signer);
    if (mine.length < role.threshold) isEnough = false;
  }
  return { signers: [...signers.values()], isEnough };
}

/**
 * The keys of this user that sign for a role; none is an answer. Named keys that are not in the role are left out.
 *
 * @param avoided those that are taken only when there are no others.
 */
export async function findSigners(
  context: Context,
  role: KeyRole,
  selectors: readonly string[],
  avoided: Fingerprints = new Set(),
): Promise<Signer[]> {
  if (selectors.length > 0) {
    return (await openSigners(context, selectors)).filter((signer) => role.keys.includes(signer.fingerprint));
  }
  const mine = (await listKeys(context)).filter((key) => role.keys.includes(key.fingerprint));
  const isAvoided = (key: { fingerprint: Fingerprint }) => avoided.has(key.fingerprint);
  const ordered = [...mine.filter((key) => !isAvoided(key)), ...mine.filter(isAvoided)];
  const signers: Signer[] = [];
  for (const key of ordered.slice(0, role.threshold)) signers.push(await openSigner(context, key.name));
  return signers;
}

/** A role without the keys that are revoked. */
export function inForce(role: KeyRole, revoked: Fingerprints): KeyRole {
  return { ...role, keys: role.keys.filter((fp) => !revoked.has(fp)) };
}

function warnOfRevoked(context: Context, signers: readonly Signer[], revoked: Fingerprints): void {
  for (const { fingerprint } of signers.filter((signer) => revoked.has(signer.fingerprint))) {
    context.reporter.warn(
      `The key ${shortly(fingerprint)} signs for this registry, and is revoked in it. Put another in its place: udos registry rotate --replace ${shortly(fingerprint)}=NEW`,
    );
  }
}

function noSigner(role: KeyRole, purpose: string): UdosError {
  return new UdosError('KEY_NOT_FOUND', `None of your keys may ${purpose} here.`, {
    hint: `Name one with --key. Those that may: ${role.keys.map(shortly).join(', ')}.`,
    data: { purpose, keys: role.keys },
  });
}

function shortly(fingerprint: string): string {
  return fingerprint.slice(0, 16);
}
