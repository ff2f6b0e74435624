import type { Context } from '../context/index.js';
import type { Alias, RegistryId } from '../model/names.js';
import { createDiskTrustStore } from '../registry/index.js';
import { readConfig } from './steps/config.js';
import {
  configuredRegistries,
  tokenVariable,
  type ConfiguredRegistry,
} from './steps/configured-registries.js';
import { locationText } from './steps/location-text.js';
import { openProjectIfAny } from './steps/nearest-project.js';
import type { Place } from './steps/project.js';

export interface ListedRegistry {
  readonly alias: Alias;
  readonly id: RegistryId;
  readonly url: string;
  readonly mirrors: readonly string[];
  readonly from: 'project' | 'user';
  readonly internal: boolean;
  /** The environment variable for its token. */
  readonly tokenVariable: string;
  /** True when that is set and may be sent there. */
  readonly token: boolean;
  /** What this machine saw last; null before the first sync. */
  readonly sequence: number | null;
  /** Plugins that the project has locked from it. */
  readonly plugins: number;
}

export interface RegistryListResult {
  readonly registries: readonly ListedRegistry[];
}

/**
 * The registries at hand: the project's and the user's own. Reads no registry.
 *
 * @throws ALIAS_CONFLICT, CONFIG_INVALID, PROJECT_INVALID, STATE_CORRUPT
 */
export async function listRegistries(context: Context, place: Place): Promise<RegistryListResult> {
  const open = await openProjectIfAny(context, place);
  const locked = Object.values(open?.lock.plugins ?? {});
  const registries: ListedRegistry[] = [];
  for (const registry of configuredRegistries(context, await readConfig(context), open)) {
    registries.push({
      ...(await listedRegistry(context, registry)),
      plugins: locked.filter((plugin) => plugin.registry === registry.id).length,
    });
  }
  return { registries };
}

async function listedRegistry(
  context: Context,
  registry: ConfiguredRegistry,
): Promise<Omit<ListedRegistry, 'plugins'>> {
  const { alias, id, from, internal, credential } = registry;
  const [url = '', ...mirrors] = registry.locations.map(locationText);
  const state = await createDiskTrustStore(context.home.registry(id).trust).load();
  return {
    alias,
    id,
    url,
    mirrors,
    from,
    internal,
    tokenVariable: tokenVariable(alias),
    token: credential !== undefined,
    sequence: state?.head?.sequence ?? null,
  };
}
