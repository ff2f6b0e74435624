import { z } from 'zod';
import * as scalar from './scalars.js';

export const support = z.strictObject({ url: scalar.httpUrl.optional(), email: scalar.email.optional() });

/** `registry.json`: how a registry introduces itself. Covered by the checkpoint, so it needs no signature of its own. */
export const registryFile = z.strictObject({
  format: z.literal(1),
  name: scalar.line(100),
  description: scalar.line(280),
  homepage: scalar.httpUrl.optional(),
  /** Relative artifact URLs start here; without it, in the index itself. */
  artifacts: scalar.httpUrl.optional(),
  support: support.optional(),
});

export type RegistryFile = z.infer<typeof registryFile>;
