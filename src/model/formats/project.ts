import { z } from 'zod';
import * as scalar from './scalars.js';

/** A URL, or a path for registries on this machine. */
export const sourceLocation = z.string().min(1).max(2048);

const registryEntry = z.strictObject({
  url: sourceLocation,
  id: scalar.registryId,
  mirrors: z.array(sourceLocation).max(16).default([]),
});

export const registryMap = z.record(scalar.alias, registryEntry);

/** `udos.json`: what a project (or a machine) wants, and where from. */
export const project = z.strictObject({
  plugins: z.record(scalar.pluginName, scalar.range).default({}),
  registries: registryMap.default({}),
  /** `publisher/*` or `publisher/name` to an alias. */
  routes: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{1,63}\/(\*|[a-z][a-z0-9-]{0,63})$/), scalar.alias)
    .default({}),
  permissions: z
    .record(scalar.pluginName, z.strictObject({ deny: z.array(z.string().max(256)).max(128) }))
    .default({}),
});

/** `UDOS_HOME/config.json`: the user's own registries, and what the user allows of each. */
export const config = z.strictObject({
  registries: registryMap.default({}),
  /**
   * What the user, never a cloned project, has said of an alias: the place that was typed (a URL, or a folder), to whose
   * origin its token may go and where its authors publish; and whether it may lie on a private network.
   */
  bindings: z
    .record(
      scalar.alias,
      z.strictObject({ id: scalar.registryId, place: sourceLocation, internal: z.boolean() }),
    )
    .default({}),
});

export type RegistryEntry = z.infer<typeof registryEntry>;
export type Project = z.infer<typeof project>;
export type Config = z.infer<typeof config>;
