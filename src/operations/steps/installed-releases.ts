import type { Context } from '../../context/index.js';
import { hasCode } from '../../errors/index.js';
import type { LockedPlugin } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';
import { claimOf } from './obtain.js';
import type { Registries } from './registries.js';

type Locked = readonly [PluginName, LockedPlugin];

/**
 * Asks the registries about releases that are installed already, each registry once: the lockfile must still be what the index
 * says, and none may have been recalled (check 13). A registry that cannot be asked now is no reason to fail, as nothing is
 * brought in: that is told.
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
      const { index } = await registries.open(id, 'locked');
      const plugins = await index.plugins(here.map(([name]) => name));
      for (const [name, locked] of here) {
        const plugin = plugins.get(name);
        if (plugin === undefined) continue;
        claimOf(name, locked, plugin);
        if (plugin.recoveredAt > locked.publisher) recovered.push([name, locked]);
      }
    } catch (error) {
      if (!hasCode(error, ...unreachable)) throw error;
      if (!context.offline)
        context.reporter.warn(`Whether anything installed was recalled, nobody said: ${error.message}`);
    }
  }
  return recovered;
}

const unreachable = [
  'REGISTRY_UNKNOWN',
  'INDEX_NOT_FOUND',
  'NETWORK_FAILED',
  'AUTH_REQUIRED',
  'TRANSFER_LIMIT',
  'OFFLINE',
] as const;
