import type { Context } from '../context/index.js';
import type { LockedPlugin, Lockfile } from '../model/formats/index.js';
import type { Alias, PluginName } from '../model/names.js';
import { compareVersions, type Range, type Version } from '../model/version.js';
import { verifiedPlugin } from './steps/choose.js';
import { dependantsOf, lockedPlugins } from './steps/lock-graph.js';
import { newestInRanges, newestRelease, type ReleaseList } from './steps/newest.js';
import { openProject, type Place } from './steps/project.js';
import { withRegistries, type Registries } from './steps/registries.js';

export interface OutdatedPlugin {
  readonly name: PluginName;
  readonly current: Version;
  /** The newest release that everything asking for it allows. */
  readonly wanted: Version;
  /** The newest release: a stable one where there is any. */
  readonly latest: Version;
  readonly registry: Alias;
  /** True for a requirement of `udos.json`. */
  readonly direct: boolean;
  readonly requirement: Range | null;
}

export interface OutdatedResult {
  /** How many locked plugins were looked at. */
  readonly checked: number;
  readonly plugins: readonly OutdatedPlugin[];
}

/**
 * Locked plugins of which a newer release exists. What was withdrawn or recalled never counts as newer.
 *
 * @throws PROJECT_MISSING, REGISTRY_UNKNOWN, PLUGIN_NOT_FOUND, and what the checks and the network throw
 */
export async function outdated(context: Context, place: Place): Promise<OutdatedResult> {
  const open = await openProject(context, place);
  const { project, lock } = open;
  return withRegistries(context, open, async (registries) => {
    await readAhead(registries, lock);
    const dependants = dependantsOf(project, lock);
    const plugins: OutdatedPlugin[] = [];
    for (const [name, locked] of lockedPlugins(lock)) {
      const { index } = await registries.open(locked.registry, 'locked');
      const plugin = await verifiedPlugin(registries, { registry: locked.registry, name }, 'locked');
      const versions = newerVersions(
        plugin,
        locked,
        (dependants.get(name) ?? []).map(({ range }) => range),
      );
      if (versions === undefined) continue;
      const requirement = project.plugins[name] ?? null;
      plugins.push({ name, ...versions, registry: index.alias, direct: requirement !== null, requirement });
    }
    return { checked: lockedPlugins(lock).length, plugins };
  });
}

/** Undefined when there is nothing newer than what is locked. */
export function newerVersions(
  plugin: ReleaseList,
  locked: Pick<LockedPlugin, 'version'>,
  ranges: readonly Range[],
): Pick<OutdatedPlugin, 'current' | 'wanted' | 'latest'> | undefined {
  const current = locked.version;
  const newerOf = (version: Version | undefined) =>
    version !== undefined && compareVersions(version, current) > 0 ? version : current;
  const wanted = newerOf(newestInRanges(plugin, ranges)?.version);
  const latest = newerOf(newestRelease(plugin)?.version);
  if (wanted === current && latest === current) return undefined;
  return { current, wanted, latest: compareVersions(latest, wanted) < 0 ? wanted : latest };
}

/** All documents of a registry in one batch. */
async function readAhead(registries: Registries, lock: Lockfile): Promise<void> {
  const plugins = lockedPlugins(lock);
  for (const id of new Set(plugins.map(([, locked]) => locked.registry))) {
    const { index } = await registries.open(id, 'locked');
    await index.plugins(plugins.filter(([, locked]) => locked.registry === id).map(([name]) => name));
  }
}
