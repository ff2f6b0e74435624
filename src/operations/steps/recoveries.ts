import type { LockedPlugin } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';
import { verifiedPlugin } from './choose.js';
import type { Registries } from './registries.js';

/** Of locked plugins: the newest version of each one's publisher that is a recovery by curators (check 11). */
export async function readRecoveries(
  registries: Registries,
  plugins: readonly (readonly [PluginName, LockedPlugin])[],
): Promise<Map<PluginName, number>> {
  const recoveredAt = new Map<PluginName, number>();
  for (const [name, { registry }] of plugins)
    recoveredAt.set(name, (await verifiedPlugin(registries, { registry, name }, 'locked')).recoveredAt);
  return recoveredAt;
}
