import type { Context } from '../context/index.js';
import { readKeyFolder } from './steps/key-files.js';
import type { StoredKey } from './steps/keys.js';

export interface KeyListResult {
  readonly folder: string;
  readonly keys: readonly StoredKey[];
  /** Files there that cannot be used as keys. */
  readonly unreadable: readonly { readonly name: string; readonly file: string; readonly reason: string }[];
}

/** The user's signing keys, without their secret halves, and the key files that cannot be read. @throws FILESYSTEM_FAILED */
export async function listSigningKeys(context: Context): Promise<KeyListResult> {
  const { keys, unreadable } = await readKeyFolder(context);
  return {
    folder: context.home.keys,
    keys,
    unreadable: unreadable.map(({ name, file, error }) => ({ name, file, reason: error.message })),
  };
}
