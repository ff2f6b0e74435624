import type { Context } from '../context/index.js';
import { listKeys, type StoredKey } from './steps/keys.js';

export interface KeyListResult {
  readonly folder: string;
  readonly keys: readonly StoredKey[];
}

/** The user's signing keys, without their secret halves. @throws KEY_INVALID, FILESYSTEM_FAILED */
export async function listSigningKeys(context: Context): Promise<KeyListResult> {
  return { folder: context.home.keys, keys: await listKeys(context) };
}
