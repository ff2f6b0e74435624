import type { Context } from '../context/index.js';
import type { Release } from '../model/formats/index.js';
import type { Alias, PluginName, RegistryId } from '../model/names.js';
import { parseSpec } from '../model/spec.js';
import { isInRange, type Version } from '../model/version.js';
import { findPlugin } from './steps/find-plugin.js';
import { openProjectIfAny } from './steps/nearest-project.js';
import { newestFirst } from './steps/newest.js';
import type { Place } from './steps/project.js';
import { withRegistries } from './steps/registries.js';

export interface ListedVersion extends Pick<
  Release,
  'version' | 'published' | 'size' | 'engines' | 'yanked'
> {
  /** Why the registry recalled it, or false. */
  readonly revoked: string | false;
  /** True for the one that the project here has locked. */
  readonly locked: boolean;
}

export interface VersionsResult {
  readonly name: PluginName;
  readonly registry: Alias;
  readonly registryId: RegistryId;
  readonly locked: Version | null;
  /** Newest first; withdrawn and recalled ones too. */
  readonly versions: readonly ListedVersion[];
}

/**
 * The releases of a plugin, or those in the spec's range.
 *
 * @throws SPEC_INVALID, PLUGIN_NOT_FOUND, REGISTRY_AMBIGUOUS, NO_REGISTRY, and what the checks throw
 */
export async function versions(context: Context, specText: string, place: Place): Promise<VersionsResult> {
  const spec = parseSpec(specText);
  const { range } = spec;
  const open = await openProjectIfAny(context, place);
  return withRegistries(context, open, async (registries) => {
    const { alias, registry, plugin } = await findPlugin(registries, open, spec);
    const here = open?.lock.plugins[spec.name];
    const locked = here?.registry === registry ? here.version : null;
    return {
      name: spec.name,
      registry: alias,
      registryId: registry,
      locked,
      versions: newestFirst(plugin)
        .filter((release) => range === undefined || isInRange(release.version, range))
        .map((release) => ({
          version: release.version,
          published: release.published,
          size: release.size,
          engines: release.engines,
          yanked: release.yanked,
          revoked: plugin.revocationOf(release) ?? false,
          locked: release.version === locked,
        })),
    };
  });
}
