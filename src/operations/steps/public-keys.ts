import path from 'node:path';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { Fingerprint } from '../../model/names.js';
import { parsePublicKey, parsePublicKeyFile, type PublicKey } from '../../primitives/crypto/index.js';
import { readFileIfAny } from '../../primitives/fs/index.js';
import { namingFile } from './key-files.js';
import { selectKey } from './keys.js';

/** The public half of somebody's key. */
export interface GivenKey {
  readonly fingerprint: Fingerprint;
  /** minisign's public key, base64. */
  readonly encoded: string;
}

/**
 * Public keys as people name them: the text of one (`RW…`), a `.pub` file, or one of this user's own keys.
 *
 * @throws FILE_NOT_FOUND, KEY_INVALID, KEY_NOT_FOUND, KEY_AMBIGUOUS
 */
export async function readPublicKeys(context: Context, selectors: readonly string[]): Promise<GivenKey[]> {
  const keys = new Map<Fingerprint, GivenKey>();
  for (const selector of selectors) {
    const key = await readPublicKey(context, selector);
    keys.set(key.fingerprint, key);
  }
  return [...keys.values()];
}

/** One of them. @throws FILE_NOT_FOUND, KEY_INVALID, KEY_NOT_FOUND, KEY_AMBIGUOUS */
export async function readPublicKey(context: Context, selector: string): Promise<GivenKey> {
  if (/^RW[A-Za-z0-9+/]{54}$/.test(selector)) return given(parsePublicKey(selector));
  if (selector.endsWith('.pub') || /[/\\]/.test(selector)) return readPublicKeyFile(context, selector);
  const { fingerprint, encoded } = await selectKey(context, selector);
  return { fingerprint, encoded };
}

/** A `.pub` file, as its owner gave it away. @throws FILE_NOT_FOUND, KEY_INVALID */
export async function readPublicKeyFile(context: Context, name: string): Promise<GivenKey> {
  const file = path.resolve(context.cwd, name);
  const bytes = await readFileIfAny(file);
  if (bytes === undefined) {
    throw new UdosError('FILE_NOT_FOUND', `There is no file ${file}.`, {
      hint: 'Name the .pub file that the owner gave you.',
      data: { file },
    });
  }
  return namingFile(file, () =>
    Promise.resolve().then(() => given(parsePublicKeyFile(Buffer.from(bytes).toString('utf8')))),
  );
}

function given({ fingerprint, encoded }: PublicKey): GivenKey {
  return { fingerprint: fingerprint as Fingerprint, encoded };
}

/** @throws KEY_INVALID when a key that is about to be put in place is revoked: it would vouch for nothing. */
export function refuseRevoked(
  keys: readonly { readonly fingerprint: Fingerprint }[],
  revoked: ReadonlySet<Fingerprint> | undefined,
): void {
  const bad = keys.find((key) => revoked?.has(key.fingerprint) === true);
  if (bad === undefined) return;
  throw new UdosError('KEY_INVALID', `The key ${bad.fingerprint.slice(0, 16)} is revoked in this registry.`, {
    hint: 'Make another with `udos key generate NAME`.',
    data: { key: bad.fingerprint },
  });
}
