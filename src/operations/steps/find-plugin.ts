import type { Alias, RegistryId } from '../../model/names.js';
import type { Spec } from '../../model/spec.js';
import type { VerifiedPlugin } from '../../model/verified-index.js';
import { verifiedPlugin } from './choose.js';
import { noProject } from './nearest-project.js';
import type { OpenProject } from './project.js';
import type { Registries } from './registries.js';
import { routeOf, routeRequirement } from './routing.js';

/** A plugin as the one registry that a spec means says it is. */
export interface FoundPlugin {
  readonly alias: Alias;
  readonly registry: RegistryId;
  readonly plugin: VerifiedPlugin;
}

/**
 * The plugin that a spec means, whether the project has it or not.
 *
 * @throws PLUGIN_NOT_FOUND, REGISTRY_AMBIGUOUS, NO_REGISTRY, REGISTRY_UNKNOWN, and what the checks throw
 */
export async function findPlugin(
  registries: Registries,
  open: OpenProject | undefined,
  spec: Spec,
): Promise<FoundPlugin> {
  const { project, lock } = open ?? noProject;
  const registry = await routeRequirement(
    registries,
    project,
    lock,
    spec.name,
    spec.registry ?? routeOf(project, spec.name),
    'locked',
  );
  const { index } = await registries.open(registry, 'locked');
  const plugin = await verifiedPlugin(registries, { registry, name: spec.name }, 'locked');
  return { alias: index.alias, registry, plugin };
}
