import type { Context } from '../context/index.js';
import { hasCode, UdosError } from '../errors/index.js';
import { parseAlias, type Alias, type Fingerprint, type RegistryId } from '../model/names.js';
import type { VerifiedIndex } from '../model/verified-index.js';
import { listEvidence } from '../registry/index.js';
import { locationText } from './steps/location-text.js';
import { openProjectIfAny } from './steps/nearest-project.js';
import type { Place } from './steps/project.js';
import { requireAlias, withRegistries } from './steps/registries.js';

export interface RegistryShowResult {
  readonly alias: Alias;
  readonly id: RegistryId;
  readonly url: string;
  readonly mirrors: readonly string[];
  readonly from: 'project' | 'user';
  readonly internal: boolean;
  readonly name: string;
  readonly description: string;
  readonly homepage: string | null;
  readonly support: { readonly url?: string | undefined; readonly email?: string | undefined } | null;
  /** How many there are; null offline, when this machine has no copy of the catalog. */
  readonly plugins: number | null;
  readonly checkpoint: {
    readonly sequence: number;
    readonly issued: string;
    readonly expires: string;
    readonly expired: boolean;
  };
  readonly root: { readonly version: number; readonly expires: string };
  /** Who signs what: how many of which keys. */
  readonly roles: Readonly<
    Record<string, { readonly threshold: number; readonly keys: readonly Fingerprint[] }>
  >;
  readonly upstreams: readonly RegistryId[];
  /** Folders with signed proof of misbehaviour, oldest first. */
  readonly evidence: readonly string[];
}

/**
 * A registry as it stands now, or offline as this machine saw it last.
 *
 * @throws REGISTRY_UNKNOWN, NO_REGISTRY, and what the checks and the network throw
 */
export async function showRegistry(
  context: Context,
  aliasText: string,
  place: Place,
): Promise<RegistryShowResult> {
  const alias = parseAlias(aliasText);
  return withRegistries(context, await openProjectIfAny(context, place), async (registries) => {
    const [registry] = requireAlias(registries.configured, alias);
    if (registry === undefined) throw new UdosError('BUG', 'An alias without a registry.');
    const { index } = await registries.open(registry.id, 'locked');
    const { name, description, homepage, support } = await index.describe();
    const [url = '', ...mirrors] = registry.locations.map(locationText);
    return {
      alias,
      id: registry.id,
      url,
      mirrors,
      from: registry.from,
      internal: registry.internal,
      name,
      description,
      homepage: homepage ?? null,
      support: support ?? null,
      plugins: await countPlugins(index),
      checkpoint: {
        sequence: index.sequence,
        issued: index.issued,
        expires: index.expires,
        expired: index.isExpired,
      },
      root: { version: index.rootVersion, expires: index.root.expires },
      roles: index.root.roles,
      upstreams: index.root.upstreams,
      evidence: await listEvidence(context.home.registry(registry.id).trust),
    };
  });
}

async function countPlugins(index: VerifiedIndex): Promise<number | null> {
  try {
    return (await index.catalog()).length;
  } catch (error) {
    if (hasCode(error, 'OFFLINE')) return null;
    throw error;
  }
}
