import { UdosError } from '../../errors/index.js';
import type { Lockfile, Project } from '../../model/formats/index.js';
import { nearest } from '../../model/nearest.js';
import { publisherOf, type Alias, type PluginName, type RegistryId } from '../../model/names.js';
import type { ConfiguredRegistry } from './configured-registries.js';
import { requireAlias, type Purpose, type Registries } from './registries.js';

/** The alias that `udos.json` routes a plugin to: by its full name, else by its publisher. */
export function routeOf(project: Project, plugin: PluginName): Alias | undefined {
  return project.routes[plugin] ?? project.routes[`${publisherOf(plugin)}/*`];
}

/** The registry a project's own requirement must come from, when a route decides it without asking anybody. */
export function routedRegistry(
  project: Project,
  plugin: PluginName,
  configured: readonly ConfiguredRegistry[],
): RegistryId | undefined {
  const alias = routeOf(project, plugin);
  return alias === undefined ? undefined : requireAlias(configured, alias)[0]?.id;
}

/**
 * The one registry that a project's requirement comes from (check 14): the one a route names, the one it is locked to,
 * or the only one that offers it.
 *
 * There is no "best" of two: two that offer it is an error. One that cannot be asked is an error too, as it might.
 *
 * @throws REGISTRY_AMBIGUOUS, PLUGIN_NOT_FOUND, NO_REGISTRY, REGISTRY_UNKNOWN
 */
export async function routeRequirement(
  registries: Registries,
  project: Project,
  lock: Lockfile,
  plugin: PluginName,
  alias: Alias | undefined = routeOf(project, plugin),
  purpose: Purpose = 'choose',
): Promise<RegistryId> {
  const candidates = requireAlias(registries.configured, alias);
  const locked = alias === undefined ? lock.plugins[plugin]?.registry : undefined;
  if (locked !== undefined && registries.find(locked) !== undefined) return locked;
  const byId = [...new Map(candidates.map((registry) => [registry.id, registry])).values()];
  const offers: ConfiguredRegistry[] = [];
  for (const registry of byId) {
    const { index } = await registries.open(registry.id, purpose);
    if ((await index.plugins([plugin])).has(plugin)) offers.push(registry);
  }
  const [offer] = offers;
  if (offer === undefined) throw await notFound(registries, plugin, byId, purpose);
  if (offers.length === 1) return offer.id;
  const aliases = offers.map((registry) => registry.alias);
  throw new UdosError('REGISTRY_AMBIGUOUS', `${aliases.join(' and ')} both offer ${plugin}.`, {
    hint: `Say which you mean: ${aliases.map((one) => `\`udos add ${one}:${plugin}\``).join(' or ')}.`,
    data: { plugin, offers: offers.map(({ alias: one, id }) => ({ alias: one, id })) },
  });
}

async function notFound(
  registries: Registries,
  plugin: PluginName,
  asked: readonly ConfiguredRegistry[],
  purpose: Purpose,
): Promise<UdosError> {
  const known: string[] = [];
  for (const registry of asked) {
    const { index } = await registries.open(registry.id, purpose);
    known.push(...(await index.catalog()).map((line) => line.name));
  }
  const meant = nearest(plugin, known);
  const where = asked.map((registry) => registry.alias).join(', ');
  return new UdosError('PLUGIN_NOT_FOUND', `There is no plugin ${plugin} in ${where}.`, {
    hint: meant === undefined ? 'Look for it with `udos search TEXT`.' : `Did you mean ${meant}?`,
    data: { plugin, registries: asked.map((registry) => registry.id) },
  });
}
