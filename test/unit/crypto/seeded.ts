import { createHash } from 'node:crypto';

/** A source of bytes for `generateSecretKey` that gives the same key at every call. */
export function seeded(name: string): (size: number) => Uint8Array {
  return (size) => createHash('sha256').update(`${name} ${size}`).digest().subarray(0, size);
}

/** A derivation that takes milliseconds; the stock tool takes it too. */
export const quickKdf = { opslimit: 32_768, memlimit: 16_777_216 } as const;
