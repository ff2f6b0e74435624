import { z } from 'zod';
import { dependencyMap } from './release.js';
import * as scalar from './scalars.js';

const lockedPlugin = z.strictObject({
  version: scalar.version,
  registry: scalar.registryId,
  integrity: scalar.integrity,
  size: z.int().min(1),
  signers: scalar.distinct(scalar.fingerprint, 64),
  /** The version of the publisher that was in force: a recovery after it is not accepted unattended. */
  publisher: scalar.counter,
  permissions: scalar.distinct(scalar.permission, 128),
  dependencies: dependencyMap,
  optionalDependencies: dependencyMap.optional(),
});

/** `udos-lock.json`: exactly which releases a project has. It holds no URL, date or machine path. */
export const lockfile = z
  .strictObject({
    lockfileVersion: z.literal(1),
    registries: z.record(
      scalar.registryId,
      z.strictObject({ alias: scalar.alias, root: scalar.counter, sequence: scalar.counter }),
    ),
    plugins: z.record(scalar.pluginName, lockedPlugin),
  })
  .refine((lock) => Object.values(lock.plugins).every((plugin) => plugin.registry in lock.registries), {
    message: 'names a registry that it does not list',
    path: ['plugins'],
  });

export type LockedPlugin = z.infer<typeof lockedPlugin>;
export type Lockfile = z.infer<typeof lockfile>;
