import { z } from 'zod';
import { categories, release } from './release.js';
import * as scalar from './scalars.js';

/**
 * `plugins/<xx>/<publisher>/<name>.json`: a plugin and its releases, oldest version first.
 * Signed by the release role of the publisher version in force.
 */
export const pluginDocument = z
  .strictObject({
    type: z.literal('udos/plugin@1'),
    registry: scalar.registryId,
    name: scalar.pluginName,
    serial: scalar.counter,
    description: scalar.line(280),
    category: z.enum(categories),
    keywords: scalar.distinct(scalar.line(32), 16),
    releases: z.array(release).max(2000),
  })
  .refine(
    (document) => new Set(document.releases.map((one) => one.version)).size === document.releases.length,
    {
      message: 'lists a version twice',
      path: ['releases'],
    },
  );

export type PluginDocument = z.infer<typeof pluginDocument>;
