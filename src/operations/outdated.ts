import type { Context } from '../context/index.js';
import type { LockedPlugin, Lockfile, Release } from '../model/formats/index.js';
import type { Alias, PluginName } from '../model/names.js';
import { compareVersions, type Range, type Version } from '../model/version.js';
import { verifiedPlugin } from './steps/choose.js';
import { hostVersion } from './steps/host-version.js';
import { dependantsOf, lockedPlugins } from './steps/lock-graph.js';
import { newestInRanges, newestRelease, runningOn, type ReleaseList } from './steps/newest.js';
import { openProject, type Place } from './steps/project.js';
import { withRegistries, type Registries } from './steps/registries.js';
import { withdrawalOf } from './steps/withdrawals.js';

export interface OutdatedPlugin {
  readonly name: PluginName;
  readonly current: Version;
  /** The newest release that everything asking for it allows and that runs on this uDOS. */
  readonly wanted: Version;
  /** The newest release that runs on this uDOS: a stable one where there is any. */
  readonly latest: Version;
  readonly registry: Alias;
  /** True for a requirement of `udos.json`. */
  readonly direct: boolean;
  readonly requirement: Range | null;
  /** A release newer than `latest` that runs only on another uDOS than this one; null when there is none. */
  readonly unfit: { readonly version: Version; readonly udos: Range } | null;
  /** Why its publisher withdrew what is locked, or false. */
  readonly yanked: string | false;
  /** Why the registry recalled what is locked, or false. */
  readonly revoked: string | false;
}

export interface OutdatedResult {
  /** How many locked plugins were looked at. */
  readonly checked: number;
  readonly plugins: readonly OutdatedPlugin[];
}

/**
 * Locked plugins of which a newer release exists, or whose own was withdrawn or recalled: that never counts as newer.
 *
 * @throws PROJECT_MISSING, REGISTRY_UNKNOWN, PLUGIN_NOT_FOUND, and what the checks and the network throw
 */
export async function outdated(context: Context, place: Place): Promise<OutdatedResult> {
  const open = await openProject(context, place);
  const { project, lock } = open;
  return withRegistries(context, open, async (registries) => {
    await readAhead(registries, lock);
    const dependants = dependantsOf(project, lock);
    const host = await hostVersion(context, open.paths.root);
    const plugins: OutdatedPlugin[] = [];
    for (const [name, locked] of lockedPlugins(lock)) {
      const { index } = await registries.open(locked.registry, 'locked');
      const plugin = await verifiedPlugin(registries, { registry: locked.registry, name }, 'locked');
      const versions = newerVersions(
        plugin,
        locked,
        (dependants.get(name) ?? []).map(({ range }) => range),
        host,
      );
      const withdrawal = withdrawalOf(plugin, locked);
      const isFine = withdrawal.yanked === false && withdrawal.revoked === false;
      if (isFine && versions.latest === locked.version && versions.unfit === null) continue;
      const requirement = project.plugins[name] ?? null;
      const facts = { registry: index.alias, direct: requirement !== null, requirement };
      plugins.push({ name, ...versions, ...facts, ...withdrawal });
    }
    return { checked: lockedPlugins(lock).length, plugins };
  });
}

/** What is newer than what is locked: `wanted` and `latest` are `current` when nothing is. */
export function newerVersions(
  plugin: ReleaseList,
  locked: Pick<LockedPlugin, 'version'>,
  ranges: readonly Range[],
  host: Version,
): Pick<OutdatedPlugin, 'current' | 'wanted' | 'latest' | 'unfit'> {
  const current = locked.version;
  const newerOf = (version: Version | undefined) =>
    version !== undefined && compareVersions(version, current) > 0 ? version : current;
  const fitting = runningOn(plugin, host);
  const wanted = newerOf(newestInRanges(fitting, ranges)?.version);
  const newest = newerOf(newestRelease(fitting)?.version);
  const latest = compareVersions(newest, wanted) < 0 ? wanted : newest;
  return { current, wanted, latest, unfit: unfitAfter(latest, newestRelease(plugin)) };
}

/** A release newer than all that fit is one that asks for another uDOS. */
function unfitAfter(latest: Version, newest: Release | undefined): OutdatedPlugin['unfit'] {
  if (newest?.engines.udos === undefined || compareVersions(newest.version, latest) <= 0) return null;
  return { version: newest.version, udos: newest.engines.udos };
}

/** All documents of a registry in one batch. */
async function readAhead(registries: Registries, lock: Lockfile): Promise<void> {
  const plugins = lockedPlugins(lock);
  for (const id of new Set(plugins.map(([, locked]) => locked.registry))) {
    const { index } = await registries.open(id, 'locked');
    await index.plugins(plugins.filter(([, locked]) => locked.registry === id).map(([name]) => name));
  }
}
