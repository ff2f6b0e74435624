import path from 'node:path';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { nearest } from '../../model/nearest.js';
import type { Fingerprint } from '../../model/names.js';
import { parseSecretKeyFile, signMessage, type SecretKey } from '../../primitives/crypto/index.js';
import type { Signer } from '../../registry/index.js';
import { namingFile, readKeyFolder, readKeyText, readStoredKey, type StoredKey } from './key-files.js';

export { generateKey, listKeys, type NewKey, type StoredKey } from './key-files.js';

/** Signers that a command opened already, by file: a password is asked once a key. */
const opened = new WeakMap<Context, Map<string, Promise<Signer>>>();

/**
 * Opens a key for signing: named by its name, by its fingerprint (8 digits or more of its beginning), or by the path of
 * a `.key` file. Without a selector, the only key there is.
 *
 * @throws KEY_NOT_FOUND, KEY_AMBIGUOUS, KEY_INVALID, PASSWORD_REQUIRED, PASSWORD_INVALID
 */
export async function openSigner(context: Context, selector: string | undefined): Promise<Signer> {
  if (selector !== undefined && isPath(selector)) {
    const file = path.resolve(context.cwd, selector);
    return openFile(context, file, (await readStoredKey(file))?.fingerprint);
  }
  const { file, fingerprint } = await selectKey(context, selector);
  return openFile(context, file, fingerprint);
}

/** Several keys, each once, in the order they were named. No selector at all means the only key there is. */
export async function openSigners(context: Context, selectors: readonly string[]): Promise<Signer[]> {
  if (selectors.length === 0) return [await openSigner(context, undefined)];
  const signers = new Map<Fingerprint, Signer>();
  for (const selector of selectors) {
    const signer = await openSigner(context, selector);
    signers.set(signer.fingerprint, signer);
  }
  return [...signers.values()];
}

/**
 * The stored key that a selector means, without opening it. Asks nothing.
 *
 * @throws KEY_NOT_FOUND, KEY_AMBIGUOUS; why it cannot be read, for one that is meant and cannot
 */
export async function selectKey(context: Context, selector: string | undefined): Promise<StoredKey> {
  const { keys, unreadable } = await readKeyFolder(context);
  const broken = unreadable.find((key) =>
    selector === undefined ? keys.length === 0 : key.name === selector,
  );
  if (broken !== undefined) throw broken.error;
  if (keys.length === 0) {
    throw new UdosError('KEY_NOT_FOUND', `There is no key in ${context.home.keys}.`, {
      hint: 'Make one with `udos key generate`.',
    });
  }
  const named = keys.filter((key) => key.name === selector);
  const meant =
    selector === undefined
      ? keys
      : named.length > 0
        ? named
        : keys.filter((key) => isPrefix(selector, key.fingerprint));
  const [key] = meant;
  if (key !== undefined && meant.length === 1) return key;
  const names = keys.map((one) => one.name);
  if (key !== undefined) {
    throw new UdosError(
      'KEY_AMBIGUOUS',
      selector === undefined
        ? `There are ${keys.length} keys, and none was named.`
        : `Several keys begin with ${selector}.`,
      { hint: `Name one: --key ${names.join(' or --key ')}.`, data: { keys: names } },
    );
  }
  const slip = nearest(selector ?? '', names);
  throw new UdosError('KEY_NOT_FOUND', `No key here is called ${selector ?? ''}.`, {
    hint: slip === undefined ? 'See your keys with `udos key list`.' : `Did you mean ${slip}?`,
    data: { selector, keys: names },
  });
}

function openFile(context: Context, file: string, fingerprint: string | undefined): Promise<Signer> {
  const known = opened.get(context) ?? new Map<string, Promise<Signer>>();
  opened.set(context, known);
  const signer = known.get(file) ?? unlock(context, file, fingerprint);
  known.set(file, signer);
  return signer;
}

async function unlock(context: Context, file: string, fingerprint: string | undefined): Promise<Signer> {
  const text = await readKeyText(file);
  const name = path.basename(file, '.key');
  const key = await namingFile(file, () =>
    parseSecretKeyFile(text, () => context.prompts.password(`Password of the key ${name}`)),
  );
  if (fingerprint !== undefined && key.publicKey.fingerprint !== fingerprint) {
    throw new UdosError('KEY_INVALID', `${file} and the .pub file beside it hold two different keys.`, {
      hint: 'Restore both from the same backup.',
      data: { file, expected: fingerprint, found: key.publicKey.fingerprint },
    });
  }
  return signerOf(key);
}

/** A secret key as the registry's owner side takes it. */
export function signerOf(key: SecretKey): Signer {
  return {
    fingerprint: key.publicKey.fingerprint as Fingerprint,
    encoded: key.publicKey.encoded,
    sign: (bytes, comment) => signMessage(key, bytes, comment),
  };
}

function isPath(selector: string): boolean {
  return selector.endsWith('.key') || /[/\\]/.test(selector);
}

function isPrefix(selector: string, fingerprint: string): boolean {
  return /^[0-9a-f]{8,64}$/.test(selector) && fingerprint.startsWith(selector);
}
