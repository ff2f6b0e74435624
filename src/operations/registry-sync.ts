import type { Context } from '../context/index.js';
import { parseAlias, type Alias, type RegistryId } from '../model/names.js';
import { createDiskTrustStore } from '../registry/index.js';
import type { ConfiguredRegistry } from './steps/configured-registries.js';
import { openProjectIfAny } from './steps/nearest-project.js';
import type { Place } from './steps/project.js';
import { requireAlias, withRegistries, type Registries } from './steps/registries.js';

export interface SyncedRegistry {
  readonly alias: Alias;
  readonly id: RegistryId;
  /** The sequence this machine knew before; null when it had never read the registry. */
  readonly before: number | null;
  readonly after: number;
  readonly expires: string;
}

export interface RegistrySyncResult {
  readonly registries: readonly SyncedRegistry[];
}

/**
 * Reads the head of one registry, or of all, with its catalog, and keeps what passed the checks. When several are read and one fails, the
 * others are still read before the failure is thrown.
 *
 * @throws NO_REGISTRY, REGISTRY_UNKNOWN, and what the checks and the network throw
 */
export async function syncRegistries(
  context: Context,
  aliasText: string | undefined,
  place: Place,
): Promise<RegistrySyncResult> {
  const alias = aliasText === undefined ? undefined : parseAlias(aliasText);
  return withRegistries(context, await openProjectIfAny(context, place), async (registries) => {
    const wanted = requireAlias(registries.configured, alias);
    const work = await Promise.allSettled(wanted.map((registry) => syncOne(context, registries, registry)));
    const failed = work.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { registries: work.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])) };
  });
}

async function syncOne(
  context: Context,
  registries: Registries,
  { alias, id }: ConfiguredRegistry,
): Promise<SyncedRegistry> {
  const before = await createDiskTrustStore(context.home.registry(id).trust).load();
  const { index } = await registries.open(id, 'locked');
  await index.describe();
  await index.catalog();
  return {
    alias,
    id,
    before: before?.head?.sequence ?? null,
    after: index.sequence,
    expires: index.expires,
  };
}
