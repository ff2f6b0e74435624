import type { Context } from '../context/index.js';
import { hasCode, UdosError } from '../errors/index.js';
import type { LockedPlugin } from '../model/formats/index.js';
import { parseAlias, type Alias, type PluginName, type RegistryId } from '../model/names.js';
import type { VerifiedIndex } from '../model/verified-index.js';
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
  /** True when its source still shows an earlier state than this machine knows, which stays. */
  readonly behind: boolean;
  readonly expires: string;
}

export interface RegistrySyncResult {
  readonly registries: readonly SyncedRegistry[];
}

/**
 * Reads the head of one registry, or of all, with its catalog and the documents of what the project has locked from it, so that
 * both can be used offline afterwards, and keeps what passed the checks. When several are read and one fails, the
 * others are still read before the failure is thrown. A source that only lags is no failure, unless what is known has expired.
 *
 * @throws NO_REGISTRY, REGISTRY_UNKNOWN, CHECKPOINT_EXPIRED, and what the checks and the network throw
 */
export async function syncRegistries(
  context: Context,
  aliasText: string | undefined,
  place: Place,
): Promise<RegistrySyncResult> {
  const alias = aliasText === undefined ? undefined : parseAlias(aliasText);
  const project = await openProjectIfAny(context, place);
  const locked = Object.entries(project?.lock.plugins ?? {}) as [PluginName, LockedPlugin][];
  return withRegistries(context, project, async (registries) => {
    const wanted = requireAlias(registries.configured, alias);
    const work = await Promise.allSettled(
      wanted.map((registry) => {
        const plugins = locked.filter(([, one]) => one.registry === registry.id).map(([name]) => name);
        return syncOne(context, registries, registry, plugins);
      }),
    );
    const failed = work.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { registries: work.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])) };
  });
}

async function syncOne(
  context: Context,
  registries: Registries,
  { alias, id }: ConfiguredRegistry,
  locked: readonly PluginName[],
): Promise<SyncedRegistry> {
  const before = await createDiskTrustStore(context.home.registry(id).trust).load();
  const { index } = await registries.open(id, 'locked');
  if (index.isLagging && index.isExpired) throw frozen(index);
  await unlessBehind(index, () => index.describe());
  await unlessBehind(index, () => index.catalog());
  await unlessBehind(index, () => readLocked(context, index, locked));
  return {
    alias,
    id,
    before: before?.head?.sequence ?? null,
    after: index.sequence,
    behind: index.isLagging,
    expires: index.expires,
  };
}

/** A plugin that is refused is a matter for whoever installs it; the registry's newest state is believed all the same. */
async function readLocked(
  context: Context,
  index: VerifiedIndex,
  locked: readonly PluginName[],
): Promise<void> {
  try {
    await index.plugins(locked);
  } catch (error) {
    if (!hasCode(error, 'PUBLISHER_INVALID', 'DOCUMENT_INVALID', 'DOCUMENT_ROLLBACK', 'RELEASE_CHANGED'))
      throw error;
    context.reporter.warn(
      `A locked plugin of ${index.alias} is refused now: ${error.message} [${error.code}]`,
    );
  }
}

/** A source that lags cannot be asked for what is new; it was warned of, and nothing is wrong. */
async function unlessBehind(index: VerifiedIndex, read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!index.isLagging || !hasCode(error, 'NETWORK_FAILED')) throw error;
  }
}

/** Somebody may hold the newer states back. */
function frozen({ registry, alias, sequence, expires }: VerifiedIndex): UdosError {
  return new UdosError(
    'CHECKPOINT_EXPIRED',
    `The newest index of ${alias} known here expired on ${expires}, and its source shows an even older one.`,
    {
      hint: 'Try a mirror, or ask its owner whether newer ones are held back from you. Locked installs go on working.',
      data: { registry, sequence, expires },
    },
  );
}
