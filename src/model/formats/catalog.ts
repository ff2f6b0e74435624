import { z } from 'zod';
import { categories, releaseFacts } from './release.js';
import * as scalar from './scalars.js';

/** One line of `catalog/<xx>.jsonl`: what search needs of a plugin, derived from its document by `registry checkpoint`. */
export const catalogLine = z.strictObject({
  name: scalar.pluginName,
  /** The newest release that is not yanked, else the newest; a stable one where there is any. */
  latest: scalar.version,
  description: scalar.line(280),
  category: z.enum(categories),
  keywords: scalar.distinct(scalar.line(32), 16),
  license: releaseFacts.license,
  permissions: releaseFacts.permissions,
  tier: releaseFacts.tier,
});

export type CatalogLine = z.infer<typeof catalogLine>;
