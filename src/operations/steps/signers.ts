import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { KeyRole, Root } from '../../model/formats/index.js';
import type { Signer } from '../../registry/index.js';
import { listKeys, openSigner, openSigners } from './keys.js';

/**
 * The keys that sign for a role: those that were named, else as many of this user's own as the role needs.
 *
 * @param purpose for the message: `sign checkpoints`.
 * @throws KEY_NOT_FOUND when none of this user's keys is in the role, and what opening a key throws
 */
export async function openSignersFor(
  context: Context,
  role: KeyRole,
  selectors: readonly string[],
  purpose: string,
): Promise<Signer[]> {
  const mine = await findSigners(context, role, selectors);
  if (mine.length > 0) return mine;
  throw new UdosError('KEY_NOT_FOUND', `None of your keys may ${purpose} here.`, {
    hint: `Name one with --key. Those that may: ${role.keys.map((fp) => fp.slice(0, 16)).join(', ')}.`,
    data: { purpose, keys: role.keys },
  });
}

/**
 * The keys that sign a checkpoint, and witness it as far as they are here.
 *
 * @throws KEY_NOT_FOUND when none of this user's keys may sign checkpoints, and what opening a key throws
 */
export async function openCheckpointSigners(
  context: Context,
  { checkpoint, witness }: Root['roles'],
  selectors: readonly string[],
): Promise<Signer[]> {
  const signers = await openSignersFor(context, checkpoint, selectors, 'sign checkpoints');
  if (witness !== undefined) signers.push(...(await findSigners(context, witness, selectors)));
  return signers;
}

/** Like {@link openSignersFor}, but none is an answer. Named keys that are not in the role are left out. */
export async function findSigners(
  context: Context,
  role: KeyRole,
  selectors: readonly string[],
): Promise<Signer[]> {
  if (selectors.length > 0) {
    return (await openSigners(context, selectors)).filter((signer) => role.keys.includes(signer.fingerprint));
  }
  const mine = (await listKeys(context))
    .filter((key) => role.keys.includes(key.fingerprint))
    .slice(0, role.threshold);
  const signers: Signer[] = [];
  for (const key of mine) signers.push(await openSigner(context, key.name));
  return signers;
}
