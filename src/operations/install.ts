import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { driftOf } from '../lock/index.js';
import type { Lockfile } from '../model/formats/index.js';
import type { PluginName } from '../model/names.js';
import type { ChangeOptions } from './add.js';
import { applyLockfile, findWork, withProject, type HeldProject } from './steps/apply.js';
import { chooseReleases } from './steps/choose.js';
import { requireConsent } from './steps/consent.js';
import { withCurrentSigners } from './steps/current-signers.js';
import { judgeInstalled } from './steps/installed-releases.js';
import { lockedPlugins } from './steps/lock-graph.js';
import { planChanges, type Plan } from './steps/plan.js';
import { readRecoveries } from './steps/recoveries.js';
import { withRegistries, type Registries } from './steps/registries.js';
import { routedRegistry } from './steps/routing.js';
import { warnOfWithdrawn } from './steps/withdrawals.js';

export interface InstallOptions extends ChangeOptions {
  /** Install exactly what is locked, or fail. */
  readonly frozen: boolean;
  /** Unpack every locked plugin again, also those whose receipt looks right: after `udos verify` found damage. */
  readonly repair?: boolean;
}

export interface InstallResult {
  readonly plan: Plan;
  readonly dryRun: boolean;
  readonly installed: readonly PluginName[];
  readonly removed: readonly PluginName[];
}

/**
 * Brings the root to what the lockfile says. Without a lockfile, or when `udos.json` asks for something else, releases
 * are chosen and the lockfile is written; under `frozen` that is an error instead.
 *
 * What a receipt calls installed is not looked into (`udos verify` does that), but its registry is asked whether it was recalled.
 *
 * @throws LOCKFILE_MISSING, LOCKFILE_DRIFT, SIGNER_CHANGED, PUBLISHER_RECOVERED, RELEASE_REVOKED, and what choosing and obtaining throw.
 *   Nothing is changed then.
 */
export async function install(context: Context, options: InstallOptions): Promise<InstallResult> {
  return withProject(context, options, (held) =>
    withRegistries(context, held, async (registries) => {
      const lock = await lockToInstall(context, registries, held, options.frozen);
      const { install: missing, remove } = await findWork(context, held.paths, lock, options.repair);
      const names = new Set(missing.map(([name]) => name));
      const installed = lockedPlugins(lock).filter(([name]) => !names.has(name));
      const concerned = [...missing, ...(await judgeInstalled(context, registries, installed))];
      const current = await withCurrentSigners(registries, lock, concerned);
      const plan = planChanges(held.lock, current, {
        recoveredAt: await readRecoveries(registries, concerned),
      });
      await warnOfWithdrawn(context, registries, missing);
      await requireConsent(context, plan, { ...options, introduces: !held.hasLockfile });
      if (options.dryRun)
        return { plan, dryRun: true, installed: missing.map(([name]) => name), removed: remove };
      const applied = await applyLockfile(context, registries, held, held.project, current, {
        command: 'udos install',
        repair: options.repair,
      });
      return { plan, dryRun: false, ...applied };
    }),
  );
}

async function lockToInstall(
  context: Context,
  registries: Registries,
  held: HeldProject,
  frozen: boolean,
): Promise<Lockfile> {
  if (frozen && !held.hasLockfile) {
    throw new UdosError('LOCKFILE_MISSING', `There is no ${held.paths.lockfile}, and --frozen needs one.`, {
      hint: 'Run `udos install` without --frozen once, and commit the lockfile.',
    });
  }
  const drift = driftOf(held.project, held.lock, (name) =>
    routedRegistry(held.project, name, registries.configured),
  );
  if (drift.length === 0) return held.lock;
  if (frozen) {
    throw new UdosError('LOCKFILE_DRIFT', `udos-lock.json does not fit udos.json: ${drift.join('; ')}.`, {
      hint: 'Run `udos install` without --frozen, look at the change, and commit the lockfile.',
      data: { drift },
    });
  }
  return (await chooseReleases(context, registries, held, held.project, () => false)).lock;
}
