import type { Context } from '../context/index.js';
import type { Alias, PluginName, RegistryId } from '../model/names.js';
import type { Permission } from '../model/permission.js';
import type { Range, Version } from '../model/version.js';
import { createReceipts } from '../store/index.js';
import { isInstalledAs } from './steps/apply.js';
import { lockedPlugins, neededPlugins } from './steps/lock-graph.js';
import { dependencyNames } from './steps/needed.js';
import { openProject, type Place } from './steps/project.js';
import { knownWithdrawals } from './steps/withdrawals.js';

export interface ListedPlugin {
  readonly name: PluginName;
  readonly version: Version;
  /** What the lockfile calls its registry. */
  readonly registry: Alias | null;
  readonly registryId: RegistryId;
  /** The range in `udos.json`; null for a plugin that only others need. */
  readonly requirement: Range | null;
  readonly direct: boolean;
  /** True when nothing but optional dependencies leads to it. */
  readonly optional: boolean;
  /** True when the receipt on this machine is of this very release. */
  readonly installed: boolean;
  /** Why its publisher withdrew it, or false; null when this machine has not kept its index. */
  readonly yanked: string | false | null;
  /** Why the registry recalled it, or false; null when this machine has not kept its index. */
  readonly revoked: string | false | null;
  readonly size: number;
  readonly permissions: readonly Permission[];
  /** Locked plugins that it depends on. */
  readonly dependencies: readonly PluginName[];
}

export interface ListResult {
  readonly project: string;
  readonly root: string;
  readonly hasLockfile: boolean;
  /** In name order. */
  readonly plugins: readonly ListedPlugin[];
  /** Requirements of `udos.json` that the lockfile does not have. */
  readonly unlocked: readonly PluginName[];
}

/**
 * What a project has, by its lockfile, the receipts, and what this machine has kept of the indexes. Reaches no network.
 *
 * @throws PROJECT_MISSING, PROJECT_INVALID, LOCKFILE_INVALID, STATE_CORRUPT
 */
export async function listPlugins(context: Context, place: Place): Promise<ListResult> {
  const open = await openProject(context, place);
  const { paths, project, lock, hasLockfile } = open;
  const withdrawals = await knownWithdrawals(context, open);
  const receipts = createReceipts(context.home.receipts(paths.root));
  const installed = new Map((await receipts.all()).map((receipt) => [receipt.name, receipt]));
  const needed = neededPlugins(project, lock);
  return {
    project: paths.project,
    root: paths.root,
    hasLockfile,
    plugins: lockedPlugins(lock).map(([name, locked]) => ({
      name,
      version: locked.version,
      registry: lock.registries[locked.registry]?.alias ?? null,
      registryId: locked.registry,
      requirement: project.plugins[name] ?? null,
      direct: project.plugins[name] !== undefined,
      optional: !needed.has(name),
      installed: isInstalledAs(installed.get(name), locked),
      yanked: withdrawals.get(name)?.yanked ?? null,
      revoked: withdrawals.get(name)?.revoked ?? null,
      size: locked.size,
      permissions: locked.permissions,
      dependencies: dependencyNames(locked).filter((one) => lock.plugins[one] !== undefined),
    })),
    unlocked: (Object.keys(project.plugins) as PluginName[])
      .filter((name) => lock.plugins[name] === undefined)
      .sort(),
  };
}
