import { z } from 'zod';
import { isIndexPath } from '../names.js';
import { isVisible } from '../visible-text.js';
import * as scalar from './scalars.js';

/** In the order of DESIGN section 4. */
export const categories = [
  'system/monitoring',
  'system/security',
  'system/performance',
  'system/backup',
  'productivity/tasks',
  'productivity/time-tracking',
  'productivity/notes',
  'productivity/communication',
  'development/ide',
  'development/version-control',
  'development/testing',
  'development/deployment',
  'integration/cloud',
  'integration/databases',
  'integration/apis',
  'integration/iot',
] as const;

/** An npm range, or a range in another registry, named by its id. */
export const dependencyValue = z.union([
  scalar.range,
  z.strictObject({ range: scalar.range, registry: scalar.registryId }),
]);

export const dependencyMap = z
  .record(scalar.pluginName, dependencyValue)
  .refine((map) => Object.keys(map).length <= 256, { message: 'has more than 256 entries' });

/** What a manifest and its release record both say; they must agree. */
export const releaseFacts = {
  engines: z.strictObject({ udos: scalar.range.optional() }),
  dependencies: dependencyMap,
  optionalDependencies: dependencyMap,
  permissions: scalar.distinct(scalar.permission, 128),
  license: scalar.line(256),
  tier: z.enum(['free', 'premium', 'enterprise']),
} as const;

/** The most that one artifact may weigh, packed and unpacked, and the files it may hold. */
export const artifactLimits = {
  size: 128 * 1024 * 1024,
  unpackedSize: 512 * 1024 * 1024,
  files: 20_000,
} as const;

/** One immutable version in a plugin document. Once listed, only `yanked` may change. */
export const release = z.strictObject({
  version: scalar.version,
  published: scalar.time,
  urls: z
    .array(
      z
        .string()
        .max(2048)
        .regex(/^(https?:\/\/[^\s]+|[A-Za-z0-9._/-]+)$/)
        .refine((url) => (/^https?:/.test(url) ? isVisible(url) : isIndexPath(url)), {
          message: 'not a URL or a path',
        })
        .refine((url) => !/^https?:/.test(url) || scalar.isFetchableUrl(url), {
          message: 'is no URL, or holds a user name or password',
        }),
    )
    .min(1)
    .max(8),
  size: z.int().min(1).max(artifactLimits.size),
  unpackedSize: z.int().min(0).max(artifactLimits.unpackedSize),
  files: z.int().min(1).max(artifactLimits.files),
  integrity: scalar.integrity,
  minisig: scalar.text(2048),
  ...releaseFacts,
  changelog: scalar.text(4096),
  yanked: z.union([z.literal(false), scalar.line(280)]),
});

export type DependencyMap = z.infer<typeof dependencyMap>;
export type Release = z.infer<typeof release>;
