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
    ({ releases }) => new Set(releases.map((one) => withoutBuild(one.version))).size === releases.length,
    {
      message: 'lists a version twice',
      path: ['releases'],
    },
  );

/** Build metadata does not make another version: no range can tell the two apart. */
function withoutBuild(version: string): string {
  return version.split('+')[0] ?? version;
}

export type PluginDocument = z.infer<typeof pluginDocument>;
