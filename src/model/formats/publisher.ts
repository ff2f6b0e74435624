import { z } from 'zod';
import { keyRing, keyRole } from './root.js';
import * as scalar from './scalars.js';

/**
 * `plugins/<xx>/<publisher>/publisher/<n>.json`: a namespace, who owns it and whose signature releases need.
 * The first is signed by the grant role and its owners; later ones by the owners of n-1 and of n, or, marked
 * `recovery`, by the curators.
 */
export const publisherDocument = z
  .strictObject({
    type: z.literal('udos/publisher@1'),
    registry: scalar.registryId,
    publisher: scalar.publisher,
    version: scalar.counter,
    previous: scalar.sha256.nullable(),
    recovery: z.literal(true).optional(),
    displayName: scalar.line(100),
    url: scalar.httpUrl.optional(),
    email: scalar.email.optional(),
    keys: keyRing,
    owners: keyRole,
    release: keyRole,
  })
  .refine(
    (document) => [...document.owners.keys, ...document.release.keys].every((fp) => fp in document.keys),
    {
      message: 'names a key in a role that it does not list',
      path: ['keys'],
    },
  )
  .refine((document) => (document.previous === null) === (document.version === 1), {
    message: 'must be null for version 1 and only there',
    path: ['previous'],
  })
  .refine((document) => document.recovery === undefined || document.version > 1, {
    message: 'cannot mark the first version',
    path: ['recovery'],
  });

export type PublisherDocument = z.infer<typeof publisherDocument>;
