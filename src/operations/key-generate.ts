import type { Context } from '../context/index.js';
import { generateKey, type NewKey, type StoredKey } from './steps/keys.js';

/**
 * Makes a signing key for this user.
 *
 * @throws KEY_EXISTS, NAME_INVALID, PASSWORD_INVALID, PASSWORD_REQUIRED
 */
export async function generateSigningKey(context: Context, wanted: NewKey): Promise<StoredKey> {
  return generateKey(context, wanted);
}
