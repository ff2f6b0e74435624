import { z } from 'zod';
import { isVisible } from '../visible-text.js';
import { support } from './registry-file.js';
import { categories, releaseFacts } from './release.js';
import * as scalar from './scalars.js';

const described = z.record(
  z
    .string()
    .max(128)
    .regex(/^[^\s]+$/)
    .refine(isVisible, { message: 'has control, bidirectional or invisible characters' }),
  scalar.line(280),
);

/**
 * `udos-plugin.json`: what a plugin says of itself, in the artifact's one folder. Fields named `x-…` are the author's
 * own; every other unknown field is refused.
 */
export const manifest = z.strictObject({
  name: scalar.pluginName,
  version: scalar.version,
  description: scalar.line(280),
  license: releaseFacts.license,
  category: z.enum(categories),
  main: scalar.filePath,
  runtime: z.enum(['sandbox', 'node', 'shell']),
  engines: releaseFacts.engines.default({}),
  dependencies: releaseFacts.dependencies.default({}),
  optionalDependencies: releaseFacts.optionalDependencies.default({}),
  permissions: releaseFacts.permissions.default([]),
  contributes: z
    .strictObject({
      commands: described.optional(),
      events: described.optional(),
      ui: described.optional(),
      data: described.optional(),
    })
    .default({}),
  keywords: scalar.distinct(scalar.line(32), 16).default([]),
  homepage: scalar.httpUrl.optional(),
  repository: scalar.line(2048).optional(),
  author: scalar.line(200).optional(),
  support: support.optional(),
  tier: releaseFacts.tier.default('free'),
  changelog: scalar.filePath.optional(),
});

/** The manifest's name inside the artifact's folder. */
export const manifestName = 'udos-plugin.json';

export type Manifest = z.infer<typeof manifest>;
