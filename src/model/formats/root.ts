import { z } from 'zod';
import * as scalar from './scalars.js';

/** Who must sign: at least `threshold` of `keys`. Counted by distinct 32-byte keys. */
export const keyRole = z
  .strictObject({
    keys: scalar
      .distinct(scalar.fingerprint, 64)
      .refine((keys) => keys.length > 0, { message: 'names no key' }),
    threshold: z.int().min(1).max(64),
  })
  .refine((role) => role.threshold <= role.keys.length, {
    message: 'asks for more signatures than it has keys',
  });

/** Public keys by fingerprint. That each stands under its own is checked where keys are parsed. */
export const keyRing = z.record(scalar.fingerprint, scalar.publicKey);

/**
 * `trust/root/<n>.json`: the keys of a registry, what each may sign, and until when.
 * Signed by the root role of n-1 and of n.
 */
export const root = z
  .strictObject({
    type: z.literal('udos/root@1'),
    version: scalar.counter,
    previous: scalar.sha256.nullable(),
    name: scalar.line(100),
    expires: scalar.time,
    keys: keyRing,
    roles: z.strictObject({
      root: keyRole,
      curator: keyRole,
      grant: keyRole.optional(),
      checkpoint: keyRole,
      witness: keyRole.optional(),
    }),
    upstreams: z.record(
      scalar.registryId,
      z.strictObject({ maxStale: scalar.duration, names: scalar.distinct(scalar.line(129), 1000) }),
    ),
  })
  .refine(
    (document) => rolesOf(document.roles).every((role) => role.keys.every((fp) => fp in document.keys)),
    {
      message: 'names a key in a role that it does not list',
      path: ['roles'],
    },
  )
  .refine((document) => (document.previous === null) === (document.version === 1), {
    message: 'must be null for version 1 and only there',
    path: ['previous'],
  });

export type KeyRole = z.infer<typeof keyRole>;
export type KeyRing = z.infer<typeof keyRing>;
export type Root = z.infer<typeof root>;

function rolesOf(roles: Record<string, KeyRole | undefined>): KeyRole[] {
  return Object.values(roles).filter((role) => role !== undefined);
}
