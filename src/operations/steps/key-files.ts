import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../context/index.js';
import { hasCode, UdosError } from '../../errors/index.js';
import type { Fingerprint } from '../../model/names.js';
import {
  formatPublicKeyFile,
  formatSecretKeyFile,
  generateSecretKey,
  isEncryptedSecretKeyFile,
  parsePublicKeyFile,
  parseSecretKeyFile,
} from '../../primitives/crypto/index.js';
import {
  fileError,
  isSystemError,
  readFileIfAny,
  withLock,
  writeFileAtomic,
} from '../../primitives/fs/index.js';

/** A signing key of this user, as it lies on disk. The secret half is not in it. */
export interface StoredKey {
  /** The file's name without `.key`. */
  readonly name: string;
  readonly fingerprint: Fingerprint;
  /** minisign's public key, base64. */
  readonly encoded: string;
  /** True when signing needs a password. */
  readonly encrypted: boolean;
  /** The secret key file. */
  readonly file: string;
}

export interface NewKey {
  readonly name: string;
  /** Write the secret half in the clear: for machines that nobody can ask. */
  readonly noPassword: boolean;
}

/** A file in the folder of keys that cannot be used as one. */
export interface UnreadableKey {
  readonly name: string;
  readonly file: string;
  readonly error: UdosError;
}

/** Files that a command has warned of already. */
const warned = new WeakMap<Context, Set<string>>();

/**
 * The keys of `UDOS_HOME/keys`, by name: each `NAME.key` with its `NAME.pub` beside it. One that cannot be read is left out
 * with a warning, so that the others go on working.
 *
 * @throws FILESYSTEM_FAILED
 */
export async function listKeys(context: Context): Promise<StoredKey[]> {
  const { keys, unreadable } = await readKeyFolder(context);
  const told = warned.get(context) ?? new Set<string>();
  warned.set(context, told);
  for (const { file, error } of unreadable.filter((one) => !told.has(one.file))) {
    told.add(file);
    context.reporter.warn(`A key is passed over: ${error.message}`);
  }
  return keys;
}

/**
 * Every key file of this user: those that can be used, and why the others cannot.
 *
 * @throws FILESYSTEM_FAILED
 */
export async function readKeyFolder(
  context: Context,
): Promise<{ readonly keys: StoredKey[]; readonly unreadable: UnreadableKey[] }> {
  const { keys: folder } = context.home;
  const names = await readdir(folder).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return [];
    throw fileError('list', folder, error);
  });
  const keys: StoredKey[] = [];
  const unreadable: UnreadableKey[] = [];
  for (const entry of names.filter((name) => name.endsWith('.key')).sort()) {
    const file = path.join(folder, entry);
    try {
      const key = await readStoredKey(file);
      if (key === undefined) throw withoutPublicHalf(file);
      keys.push(key);
    } catch (error) {
      if (!hasCode(error, 'KEY_INVALID', 'KEY_NOT_FOUND', 'FILESYSTEM_FAILED')) throw error;
      unreadable.push({ name: path.basename(file, '.key'), file, error });
    }
  }
  return { keys, unreadable };
}

function withoutPublicHalf(file: string): UdosError {
  return new UdosError('KEY_INVALID', `${file} has no .pub file beside it, and is encrypted.`, {
    hint: `Restore ${publicFileOf(file)}, or sign with \`--key ${file}\`.`,
    data: { file },
  });
}

/**
 * Makes a key pair: `NAME.key`, readable by its owner only, and `NAME.pub`, both in minisign's own format.
 *
 * The password comes from `UDOS_KEY_PASSWORD`, else it is asked twice.
 *
 * @throws KEY_EXISTS, NAME_INVALID, PASSWORD_INVALID, PASSWORD_REQUIRED, FILESYSTEM_FAILED. Neither file is there then.
 */
export async function generateKey(context: Context, wanted: NewKey): Promise<StoredKey> {
  const { name } = wanted;
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    throw new UdosError('NAME_INVALID', `${JSON.stringify(name.slice(0, 80))} cannot name a key.`, {
      hint: 'A key is named by 1 to 64 of a-z, 0-9 and hyphens: work, release-2026.',
    });
  }
  const file = path.join(context.home.keys, `${name}.key`);
  await refuseExisting(name, file);
  const password = wanted.noPassword ? undefined : await askNewPassword(context, name);
  const key = generateSecretKey();
  const text = await formatSecretKeyFile(key, password === undefined ? {} : { password });
  await makePrivateFolder(context.home.keys);
  await withLock(path.join(context.home.keys, '.lock'), async () => {
    await refuseExisting(name, file);
    try {
      await writeFileAtomic(publicFileOf(file), formatPublicKeyFile(key.publicKey));
      await writeFileAtomic(file, text, 0o600);
    } catch (error) {
      for (const half of [file, publicFileOf(file)]) await rm(half, { force: true }).catch(() => undefined);
      throw error;
    }
  });
  const { fingerprint, encoded } = key.publicKey;
  return { name, fingerprint: fingerprint as Fingerprint, encoded, encrypted: password !== undefined, file };
}

/**
 * A key file with what is known of it; undefined when its public half stands nowhere in the clear.
 *
 * @throws KEY_INVALID, KEY_NOT_FOUND
 */
export async function readStoredKey(file: string): Promise<StoredKey | undefined> {
  const secret = await readKeyText(file);
  const publicBytes = await readFileIfAny(publicFileOf(file));
  return namingFile(file, async () => {
    const encrypted = isEncryptedSecretKeyFile(secret);
    const publicKey =
      publicBytes !== undefined
        ? parsePublicKeyFile(Buffer.from(publicBytes).toString('utf8'))
        : encrypted
          ? undefined
          : (await parseSecretKeyFile(secret)).publicKey;
    return (
      publicKey && {
        name: path.basename(file, '.key'),
        fingerprint: publicKey.fingerprint as Fingerprint,
        encoded: publicKey.encoded,
        encrypted,
        file,
      }
    );
  });
}

/** @throws KEY_NOT_FOUND, FILESYSTEM_FAILED */
export async function readKeyText(file: string): Promise<string> {
  const bytes = await readFileIfAny(file);
  if (bytes !== undefined) return Buffer.from(bytes).toString('utf8');
  throw new UdosError('KEY_NOT_FOUND', `There is no key file ${file}.`, {
    hint: 'See your keys with `udos key list`.',
    data: { file },
  });
}

/** Puts the file's name before a complaint about its content. */
export async function namingFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UdosError)) throw error;
    throw new UdosError(error.code, `${file}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      data: { ...error.data, file },
      cause: error,
    });
  }
}

function publicFileOf(file: string): string {
  return `${file.replace(/\.key$/, '')}.pub`;
}

async function refuseExisting(name: string, file: string): Promise<void> {
  for (const taken of [file, publicFileOf(file)]) {
    if ((await readFileIfAny(taken)) === undefined) continue;
    throw new UdosError('KEY_EXISTS', `${taken} is there already; a key is never overwritten.`, {
      hint: 'Choose another name with `udos key generate NAME`.',
      data: { name, file: taken },
    });
  }
}

async function askNewPassword(context: Context, name: string): Promise<string> {
  const told = context.env.UDOS_KEY_PASSWORD;
  if (told !== undefined && told !== '') return told;
  const first = await context.prompts.password(`New password for the key ${name}`);
  if (first === '') {
    throw new UdosError('PASSWORD_INVALID', 'An empty password protects nothing.', {
      hint: 'Choose a password, or say --no-password to keep the key in the clear.',
    });
  }
  if (first === (await context.prompts.password('The same password again'))) return first;
  throw new UdosError('PASSWORD_INVALID', 'The two passwords are not the same.', {
    hint: 'Run the command again.',
  });
}

async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  } catch (error) {
    throw fileError('make', folder, error);
  }
}
