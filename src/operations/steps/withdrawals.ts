import type { Context } from '../../context/index.js';
import { hasCode } from '../../errors/index.js';
import type { LockedPlugin } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';
import type { VerifiedPlugin } from '../../model/verified-index.js';
import { verifiedPlugin } from './choose.js';
import { lockedPlugins } from './lock-graph.js';
import type { OpenProject } from './project.js';
import { withRegistries, type Registries } from './registries.js';

/** What became of a locked release. */
export interface Withdrawal {
  /** Why its publisher withdrew it, or false. */
  readonly yanked: string | false;
  /** Why the registry recalled it, or false. */
  readonly revoked: string | false;
}

export function withdrawalOf(plugin: VerifiedPlugin, { version }: Pick<LockedPlugin, 'version'>): Withdrawal {
  const release = plugin.document.releases.find((one) => one.version === version);
  if (release === undefined) return { yanked: false, revoked: false };
  return { yanked: release.yanked, revoked: plugin.revocationOf(release) ?? false };
}

/** Tells of each locked release that its publisher withdrew: it still works, and somebody should know. */
export async function warnOfWithdrawn(
  context: Context,
  registries: Registries,
  wanted: readonly (readonly [PluginName, LockedPlugin])[],
): Promise<void> {
  for (const [name, locked] of wanted) {
    const plugin = await verifiedPlugin(registries, { registry: locked.registry, name }, 'locked');
    const { yanked } = withdrawalOf(plugin, locked);
    if (yanked === false) continue;
    context.reporter.warn(`${name} ${locked.version} was withdrawn by its publisher: ${yanked}`);
  }
}

/**
 * What became of the locked releases of a project, by what this machine has kept of the indexes. Asks nobody; a plugin
 * whose index is not here, or cannot be believed, is missing from the answer: this is for showing, not for deciding.
 */
export async function knownWithdrawals(
  context: Context,
  open: OpenProject,
): Promise<Map<PluginName, Withdrawal>> {
  const known = new Map<PluginName, Withdrawal>();
  const silent = { step: () => undefined, warn: () => undefined };
  await withRegistries({ ...context, offline: true, reporter: silent }, open, async (registries) => {
    for (const [name, locked] of lockedPlugins(open.lock)) {
      try {
        const plugin = await verifiedPlugin(registries, { registry: locked.registry, name }, 'locked');
        known.set(name, withdrawalOf(plugin, locked));
      } catch (error) {
        if (!isAboutIndex(error)) throw error;
      }
    }
  });
  return known;
}

function isAboutIndex(error: unknown): boolean {
  if (hasCode(error, 'REGISTRY_UNKNOWN', 'PLUGIN_NOT_FOUND', 'OFFLINE')) return true;
  // A home that cannot be written, or that another command works on, cannot be asked now.
  if (hasCode(error, 'FILESYSTEM_FAILED', 'STATE_LOCKED', 'STATE_CORRUPT')) return true;
  return error instanceof Error && 'exitClass' in error && error.exitClass === 'trust';
}
