import path from 'node:path';
import type { Context } from '../../context/index.js';
import type { Fingerprint } from '../../model/names.js';
import type { Signer } from '../../registry/index.js';
import { listKeys, readStoredKey } from './key-files.js';
import { openSigner, selectKey } from './keys.js';

/** A key of this user that can be opened for signing, and whose fingerprint is known without that. */
export interface KeyHandle {
  /** As it is named for `--key`. */
  readonly name: string;
  readonly fingerprint: Fingerprint;
  open(): Promise<Signer>;
}

/**
 * The keys that were named, else all of this user's. No password is asked, but for a named key whose public half stands
 * nowhere in the clear.
 *
 * @throws KEY_NOT_FOUND, KEY_AMBIGUOUS, KEY_INVALID
 */
export async function keyHandles(context: Context, selectors: readonly string[]): Promise<KeyHandle[]> {
  const handle = (name: string, fingerprint: Fingerprint): KeyHandle => ({
    name,
    fingerprint,
    open: () => openSigner(context, name),
  });
  if (selectors.length === 0) {
    return (await listKeys(context)).map((key) => handle(key.name, key.fingerprint));
  }
  const handles: KeyHandle[] = [];
  for (const selector of selectors) {
    const isFile = selector.endsWith('.key') || /[/\\]/.test(selector);
    const key = isFile
      ? ((await readStoredKey(path.resolve(context.cwd, selector))) ?? (await openSigner(context, selector)))
      : await selectKey(context, selector);
    handles.push(handle(selector, key.fingerprint));
  }
  return handles;
}
