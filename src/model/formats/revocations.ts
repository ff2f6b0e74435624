import { z } from 'zod';
import * as scalar from './scalars.js';

/**
 * `trust/revocations.json`: keys that vouch for nothing any more, and releases that must not be installed.
 * Signed by the curator role.
 */
export const revocations = z.strictObject({
  type: z.literal('udos/revocations@1'),
  registry: scalar.registryId,
  serial: scalar.counter,
  keys: z.array(z.strictObject({ fp: scalar.fingerprint, reason: scalar.line(280) })).max(10_000),
  releases: z
    .array(
      z.strictObject({
        name: scalar.pluginName,
        version: z.union([scalar.version, z.literal('*')]),
        integrity: scalar.integrity.optional(),
        reason: scalar.line(280),
        registry: scalar.registryId.optional(),
      }),
    )
    .max(10_000),
});

export type Revocations = z.infer<typeof revocations>;
