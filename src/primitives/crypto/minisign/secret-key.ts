import { randomBytes } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2.js';
import { UdosError } from '../../../errors/index.js';
import { publicHalfOf } from './ed25519.js';
import { FormatProblem, refusing, type Refusal } from './format-problem.js';
import { defaultKdf, deriveMask, parseKdfLimits, type KdfLimits } from './kdf.js';
import { publicKeyOf, type PublicKey } from './public-key.js';
import {
  commentLimits,
  decodeBase64,
  encodeBase64,
  isLabelled,
  isSameBytes,
  parseComment,
  parseLines,
  untrustedPrefix,
} from './text.js';

export interface SecretKey {
  readonly publicKey: PublicKey;
  /** The 32 secret bytes. */
  readonly seed: Uint8Array;
}

export interface SecretKeyFileOptions {
  /** Without one the file holds the key in the clear. Never empty. */
  readonly password?: string;
  /** What guessing a password costs: as `minisign -G` when left out. */
  readonly kdf?: KdfLimits;
  /** 32 bytes; random when left out. */
  readonly salt?: Uint8Array;
}

/** Where things stand in the 158 bytes of a secret key file (jedisct1.github.io/minisign, "Secret key format"). */
const layout = { size: 158, kdf: 2, checksum: 4, salt: 6, opslimit: 38, memlimit: 46, secret: 54 } as const;
/** The stock tool reads passwords into 1024 bytes. */
const maxPasswordBytes = 1000;

const refusal: Refusal = {
  code: 'KEY_INVALID',
  action: 'Cannot use this secret key file',
  hint: 'Restore the key file from a backup, or make a new key.',
};

/** A new key. `random` returns as many unpredictable bytes as it is asked for; only tests pass their own. */
export function generateSecretKey(random: (size: number) => Uint8Array = randomBytes): SecretKey {
  const keyNumber = new Uint8Array(random(8));
  const seed = new Uint8Array(random(32));
  if (keyNumber.length !== 8 || seed.length !== 32) {
    throw new UdosError('BUG', 'The source of random bytes returned too many or too few.');
  }
  return { publicKey: publicKeyOf(keyNumber, publicHalfOf(seed)), seed };
}

/**
 * The text of a secret key file that the stock tool reads too.
 *
 * @throws PASSWORD_INVALID for a password that the stock tool could not be given: empty, too long, with line ends.
 * @throws KEY_INVALID when `kdf` is above what `minisign` takes, or beyond this machine.
 */
export async function formatSecretKeyFile(
  key: SecretKey,
  options: SecretKeyFileOptions = {},
): Promise<string> {
  const bytes = Buffer.alloc(layout.size);
  bytes.write('Ed\0\0B2', 'latin1');
  const secret = Buffer.concat([key.publicKey.keyNumber, key.seed, key.publicKey.raw, Buffer.alloc(32)]);
  if (options.password === undefined) {
    bytes.set(secret, layout.secret);
    return fileText('minisign secret key', bytes);
  }
  refuseBadPassword(options.password);
  const { opslimit, memlimit } = options.kdf ?? defaultKdf;
  const limits = refusing(refusal, () => parseKdfLimits(BigInt(opslimit), BigInt(memlimit)));
  const salt = options.salt ?? randomBytes(32);
  if (salt.length !== 32) throw new UdosError('BUG', `A salt has ${salt.length} bytes, not 32.`);
  secret.set(checksumOf(secret), 72);
  bytes.write('Sc', layout.kdf, 'latin1');
  bytes.set(salt, layout.salt);
  bytes.writeBigUInt64LE(BigInt(limits.opslimit), layout.opslimit);
  bytes.writeBigUInt64LE(BigInt(limits.memlimit), layout.memlimit);
  bytes.set(mixed(secret, await deriveMask(options.password, salt, limits)), layout.secret);
  return fileText('minisign encrypted secret key', bytes);
}

/** True when reading the key needs a password. @throws KEY_INVALID when the text is no secret key file. */
export function isEncryptedSecretKeyFile(text: string): boolean {
  return readSecretKeyFile(text).limits !== undefined;
}

/**
 * Reads a secret key file; `password` is called once, and only when the file is encrypted.
 *
 * The checksum of an unencrypted file is not looked at: the stock tool writes zeros or stale bytes there. That the
 * public half belongs to the seed is always checked, because signing with a foreign one gives the seed away.
 *
 * @throws KEY_INVALID with `data.step`: `encoding`, `lines`, `characters`, `base64`, `length`, `algorithm`, `kdf`
 *   (asks for more than `minisign -G` does), `keyPair`.
 * @throws PASSWORD_REQUIRED when the file is encrypted and no `password` is given.
 * @throws PASSWORD_INVALID when the password is wrong (or the file damaged: the two cannot be told apart).
 */
export async function parseSecretKeyFile(text: string, password?: () => Promise<string>): Promise<SecretKey> {
  const file = readSecretKeyFile(text);
  if (file.limits === undefined) return secretKeyOf(file.secret);
  if (password === undefined) {
    throw new UdosError('PASSWORD_REQUIRED', 'The secret key is encrypted, and no password was given.', {
      hint: 'Run the command in a terminal that can ask for the password.',
    });
  }
  const secret = mixed(file.secret, await deriveMask(await password(), file.salt, file.limits));
  if (!isSameBytes(checksumOf(secret), secret.subarray(72))) {
    throw new UdosError('PASSWORD_INVALID', 'The password does not open the secret key.', {
      hint: 'Try again. If the password is right, the key file is damaged: restore it from a backup.',
    });
  }
  return secretKeyOf(secret);
}

interface SecretKeyFile {
  /** Absent when the file is not encrypted. */
  readonly limits: KdfLimits | undefined;
  readonly salt: Uint8Array;
  /** 104 bytes, masked when encrypted: key number 8, seed 32, public half 32, checksum 32. */
  readonly secret: Uint8Array;
}

function readSecretKeyFile(text: string): SecretKeyFile {
  return refusing(refusal, () => {
    const [comment = '', encoded = ''] = parseLines(text, 2);
    parseComment(comment, untrustedPrefix, commentLimits.untrusted);
    const bytes = Buffer.from(decodeBase64(encoded, layout.size));
    if (!isLabelled(bytes, 'Ed')) throw new FormatProblem('algorithm', 'its algorithm is not Ed');
    if (!isLabelled(bytes, 'B2', layout.checksum)) {
      throw new FormatProblem('algorithm', 'its checksum is not of the kind B2');
    }
    const isEncrypted = isLabelled(bytes, 'Sc', layout.kdf);
    if (!isEncrypted && !isLabelled(bytes, '\0\0', layout.kdf)) {
      throw new FormatProblem('algorithm', 'its password derivation is neither scrypt nor none');
    }
    const limits = isEncrypted
      ? parseKdfLimits(bytes.readBigUInt64LE(layout.opslimit), bytes.readBigUInt64LE(layout.memlimit))
      : undefined;
    return {
      limits,
      salt: new Uint8Array(bytes.subarray(layout.salt, layout.opslimit)),
      secret: new Uint8Array(bytes.subarray(layout.secret)),
    };
  });
}

function secretKeyOf(secret: Uint8Array): SecretKey {
  const seed = secret.slice(8, 40);
  const raw = secret.slice(40, 72);
  return refusing(refusal, () => {
    if (!isSameBytes(publicHalfOf(seed), raw)) {
      throw new FormatProblem('keyPair', 'its public half does not belong to its secret half');
    }
    return { publicKey: publicKeyOf(secret.slice(0, 8), raw), seed };
  });
}

/** BLAKE2b-256 over `Ed`, key number, seed and public half. node:crypto has no BLAKE2b of this length. */
function checksumOf(secret: Uint8Array): Uint8Array {
  return blake2b(Buffer.concat([Buffer.from('Ed'), secret.subarray(0, 72)]), { dkLen: 32 });
}

function mixed(bytes: Uint8Array, mask: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => byte ^ (mask[index] ?? 0));
}

function fileText(comment: string, bytes: Uint8Array): string {
  return `${untrustedPrefix}${comment}\n${encodeBase64(bytes)}\n`;
}

function refuseBadPassword(password: string): void {
  const size = Buffer.byteLength(password);
  if (size > 0 && size <= maxPasswordBytes && !/[\0\r\n\p{Surrogate}]/u.test(password)) return;
  throw new UdosError('PASSWORD_INVALID', 'The password cannot protect a secret key file.', {
    hint: `Choose one of 1 to ${maxPasswordBytes} bytes, on one line.`,
  });
}
