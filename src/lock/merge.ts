import { UdosError } from '../errors/index.js';
import type { LockedPlugin, Lockfile } from '../model/formats/index.js';
import type { PluginName, RegistryId } from '../model/names.js';
import { differingFields } from './diff.js';

export interface LockConflict {
  readonly name: PluginName;
  /** Null where that side took the plugin out. */
  readonly ours: LockedPlugin['version'] | null;
  readonly theirs: LockedPlugin['version'] | null;
}

/**
 * Joins two lockfiles that grew out of `base`, plugin by plugin: what one side changed is taken from that side. Of a
 * registry the later position counts, as both sides' plugins are in it. Taking the sides in the other order gives the
 * same, but for two aliases of one registry.
 *
 * The result may lack what a plugin of the other side needs; `udos install` chooses it.
 *
 * @throws LOCKFILE_CONFLICT when both sides changed one plugin, and not to the same
 */
export function mergeLockfiles(base: Lockfile, ours: Lockfile, theirs: Lockfile): Lockfile {
  const names = new Set([...Object.keys(ours.plugins), ...Object.keys(theirs.plugins)]);
  const plugins: Record<PluginName, LockedPlugin> = {};
  const conflicts: LockConflict[] = [];
  for (const name of [...names].sort() as PluginName[]) {
    const [before, left, right] = [base, ours, theirs].map((lock) => lock.plugins[name]);
    if (isSame(left, right) || isSame(before, right)) {
      if (left !== undefined) plugins[name] = left;
    } else if (isSame(before, left)) {
      if (right !== undefined) plugins[name] = right;
    } else {
      conflicts.push({ name, ours: left?.version ?? null, theirs: right?.version ?? null });
    }
  }
  if (conflicts.length > 0) throw conflict(conflicts);
  return { lockfileVersion: 1, registries: mergeRegistries(ours, theirs, plugins), plugins };
}

function isSame(left: LockedPlugin | undefined, right: LockedPlugin | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return differingFields(left, right).length === 0;
}

type LockedRegistry = Lockfile['registries'][RegistryId];

function mergeRegistries(
  ours: Lockfile,
  theirs: Lockfile,
  plugins: Readonly<Record<PluginName, LockedPlugin>>,
): Lockfile['registries'] {
  const registries: Record<RegistryId, Lockfile['registries'][RegistryId]> = {};
  for (const { registry } of Object.values(plugins)) {
    const [left, right] = [ours.registries[registry], theirs.registries[registry]];
    const later = isLater(right, left) ? right : left;
    if (later !== undefined) registries[registry] = later;
  }
  return registries;
}

/** By the root first: a newer one may have made a lower sequence good again. */
function isLater(one: LockedRegistry | undefined, other: LockedRegistry | undefined): boolean {
  if (one === undefined || other === undefined) return other === undefined;
  return one.root === other.root ? one.sequence > other.sequence : one.root > other.root;
}

function conflict(conflicts: readonly LockConflict[]): UdosError {
  const lines = conflicts.map(({ name, ours, theirs }) =>
    ours === theirs
      ? `${name} ${ours ?? ''} with other facts on each side`
      : `${name} is ${ours ?? 'taken out'} in ours and ${theirs ?? 'taken out'} in theirs`,
  );
  return new UdosError('LOCKFILE_CONFLICT', `Cannot merge the lockfiles: ${lines.join('; ')}.`, {
    hint: 'Merge udos.json, take either lockfile (`git checkout --ours udos-lock.json`), then run `udos install` or `udos update NAME`.',
    data: { conflicts },
  });
}
