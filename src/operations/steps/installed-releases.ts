import type { Context } from '../../context/index.js';
import { hasCode } from '../../errors/index.js';
import type { LockedPlugin } from '../../model/formats/index.js';
import type { PluginName, RegistryId } from '../../model/names.js';
import { claimOf } from './obtain.js';
import { openConfigured, type Registries } from './registries.js';

type Locked = readonly [PluginName, LockedPlugin];

/**
 * Asks the registries about releases that are installed already, each registry once: the lockfile must still be what the index
 * says, and none may have been recalled (check 13). A registry that cannot be asked now is no reason to fail, as nothing is
 * brought in: that is told. What this machine knows of it already still counts, so that nobody hides a recall by being silent.
 *
 * @returns those whose publisher curators recovered since they were locked (check 11).
 * @throws RELEASE_REVOKED, LOCKED_RELEASE_MISMATCH, and what the checks throw
 */
export async function judgeInstalled(
  context: Context,
  registries: Registries,
  installed: readonly Locked[],
): Promise<Locked[]> {
  const recovered: Locked[] = [];
  for (const id of new Set(installed.map(([, { registry }]) => registry))) {
    const here = installed.filter(([, { registry }]) => registry === id);
    try {
      recovered.push(...(await judgeBy(registries, id, here)));
    } catch (error) {
      if (!hasCode(error, ...unreachable)) throw error;
      if (context.offline) continue;
      context.reporter.warn(`Whether anything installed was recalled, nobody said: ${error.message}`);
      recovered.push(...(await judgeByKept(context, registries, id, here)));
    }
  }
  return recovered;
}

async function judgeBy(registries: Registries, id: RegistryId, here: readonly Locked[]): Promise<Locked[]> {
  const { index } = await registries.open(id, 'locked');
  const plugins = await index.plugins(here.map(([name]) => name));
  return here.filter(([name, locked]) => {
    const plugin = plugins.get(name);
    if (plugin === undefined) return false;
    claimOf(name, locked, plugin);
    return plugin.recoveredAt > locked.publisher;
  });
}

/** By the index that this machine has kept, which may be none. */
async function judgeByKept(
  context: Context,
  { configured }: Registries,
  id: RegistryId,
  here: readonly Locked[],
): Promise<Locked[]> {
  const kept = openConfigured({ ...context, offline: true }, configured, undefined);
  try {
    return await judgeBy(kept, id, here);
  } catch (error) {
    if (!hasCode(error, ...unreachable)) throw error;
    return [];
  } finally {
    await kept.close();
  }
}

const unreachable = [
  'REGISTRY_UNKNOWN',
  'INDEX_NOT_FOUND',
  'NETWORK_FAILED',
  'AUTH_REQUIRED',
  'TRANSFER_LIMIT',
  'OFFLINE',
] as const;
