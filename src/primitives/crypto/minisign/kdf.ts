import { scrypt } from 'node:crypto';
import { UdosError } from '../../../errors/index.js';
import { FormatProblem } from './format-problem.js';

/** How much work a password costs, in libsodium's terms: operations, and bytes of memory. */
export interface KdfLimits {
  readonly opslimit: number;
  readonly memlimit: number;
}

/** What `minisign -G` takes: N = 2^20, r = 8, p = 1, several seconds and 1.1 GiB. Also the most a file may ask for. */
export const defaultKdf: KdfLimits = { opslimit: 33_554_432, memlimit: 1_073_741_824 };

interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** Refuses limits above `defaultKdf`: a key file must not be able to stall or exhaust a machine. @throws FormatProblem */
export function parseKdfLimits(opslimit: bigint, memlimit: bigint): KdfLimits {
  if (opslimit > BigInt(defaultKdf.opslimit) || memlimit > BigInt(defaultKdf.memlimit)) {
    throw new FormatProblem('kdf', 'its password costs more work than minisign ever asks for', {
      expected: defaultKdf,
      found: { opslimit: opslimit.toString(), memlimit: memlimit.toString() },
    });
  }
  return { opslimit: Number(opslimit), memlimit: Number(memlimit) };
}

/**
 * The 104 bytes that hide the secret part of a key file.
 *
 * Takes about `memlimit` bytes of memory and runs off the main thread.
 *
 * @throws KEY_INVALID at `kdf` when this machine cannot do it.
 */
export function deriveMask(password: string, salt: Uint8Array, limits: KdfLimits): Promise<Uint8Array> {
  const cost = scryptCost(limits);
  const maxmem = 128 * cost.r * (cost.N + cost.p + 8);
  return new Promise((resolve, reject) => {
    scrypt(Buffer.from(password), salt, 104, { ...cost, maxmem }, (error, mask) => {
      if (error === null) resolve(new Uint8Array(mask));
      else reject(outOfReach(maxmem, error));
    });
  });
}

/**
 * libsodium's choice of scrypt parameters for its limits (`crypto_pwhash_scryptsalsa208sha256`): r is 8, N is the
 * greatest power of two that both limits afford, p spends what operations are left.
 */
function scryptCost(limits: KdfLimits): ScryptCost {
  const r = 8;
  const operations = Math.max(limits.opslimit, 32_768);
  if (operations < Math.floor(limits.memlimit / 32)) {
    return { N: powerOfTwoUpTo(Math.floor(operations / (r * 4))), r, p: 1 };
  }
  const N = powerOfTwoUpTo(Math.floor(limits.memlimit / (r * 128)));
  return { N, r, p: Math.floor(operations / 4 / N / r) };
}

/** At least 2, which is the least N of scrypt. */
function powerOfTwoUpTo(limit: number): number {
  return limit < 2 ? 2 : 2 ** (31 - Math.clz32(limit));
}

function outOfReach(bytes: number, cause: Error): UdosError {
  const mebibytes = Math.ceil(bytes / 2 ** 20);
  return new UdosError(
    'KEY_INVALID',
    `Cannot derive a key from the password with ${mebibytes} MiB of memory.`,
    {
      hint: 'Try again on a machine with more free memory.',
      data: { step: 'kdf', bytes },
      cause,
    },
  );
}
