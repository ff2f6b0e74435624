import type { LockedPlugin, Lockfile } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';
import { verifiedPlugin, vouchedBy } from './choose.js';
import type { Registries } from './registries.js';

/** `lock` with the keys that vouch for these plugins now: others than it has seen are for the user to accept. */
export async function withCurrentSigners(
  registries: Registries,
  lock: Lockfile,
  wanted: readonly (readonly [PluginName, LockedPlugin])[],
): Promise<Lockfile> {
  const plugins = { ...lock.plugins };
  for (const [name, locked] of wanted) {
    const plugin = await verifiedPlugin(registries, { registry: locked.registry, name }, 'locked');
    plugins[name] = { ...locked, ...vouchedBy(plugin, locked) };
  }
  return { ...lock, plugins };
}
