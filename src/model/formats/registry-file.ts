import { z } from 'zod';
import * as scalar from './scalars.js';

export const support = z.strictObject({ url: scalar.httpUrl.optional(), email: scalar.email.optional() });

/** A publisher, or a plugin by its full name. */
const anyName = z.union([scalar.publisher, scalar.pluginName]);

/** `registry.json`: how a registry introduces itself. Covered by the checkpoint, so it needs no signature of its own. */
export const registryFile = z.strictObject({
  format: z.literal(1),
  name: scalar.line(100),
  description: scalar.line(280),
  homepage: scalar.httpUrl.optional(),
  /** Relative artifact URLs start here; without it, in the index itself. */
  artifacts: scalar.fetchableUrl.optional(),
  support: support.optional(),
  /** Names that no new one may be a slip away from: git counts no downloads, so curators say which are known. */
  popular: z.array(anyName).max(1000).optional(),
  /** New names that look like others, and that a curator has looked at and found honest. */
  lookAlikes: z.array(anyName).max(1000).optional(),
});

export type RegistryFile = z.infer<typeof registryFile>;
