import { z } from 'zod';
import * as scalar from './scalars.js';

/**
 * A checkpoint a minute for two years. Clients remember a hash for every 256 of them, so that a thief's jump beyond any
 * number would be more than they could keep.
 */
const maxSequence = 2 ** 20;

/**
 * `trust/checkpoint.json`: the signed head of an index. It covers every listed file through the hash of the top
 * `SHA256SUMS`, and all earlier checkpoints through `previous` and the log.
 */
export const checkpoint = z
  .strictObject({
    type: z.literal('udos/checkpoint@1'),
    registry: scalar.registryId,
    root: scalar.counter,
    sequence: z.int().min(1).max(maxSequence),
    previous: scalar.sha256.nullable(),
    issued: scalar.time,
    expires: scalar.time,
    sums: scalar.sha256,
    revocations: z.strictObject({ serial: scalar.byteCount, sha256: scalar.sha256.nullable() }),
    upstreams: z.record(
      scalar.registryId,
      z.strictObject({ sequence: scalar.counter, sha256: scalar.sha256 }),
    ),
  })
  .refine((document) => (document.previous === null) === (document.sequence === 1), {
    message: 'must be null for sequence 1 and only there',
    path: ['previous'],
  })
  .refine(({ revocations }) => (revocations.serial === 0) === (revocations.sha256 === null), {
    message: 'must have serial 0 and no hash when there are none',
    path: ['revocations'],
  });

export type Checkpoint = z.infer<typeof checkpoint>;
