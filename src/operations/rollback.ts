import type { Context } from '../context/index.js';
import { hasCode, UdosError } from '../errors/index.js';
import { emptyLockfile, formatLockfile, parseLockfile } from '../lock/index.js';
import type { HistoryEntry, LockedPlugin, Lockfile } from '../model/formats/index.js';
import type { PluginName } from '../model/names.js';
import { createArtifactStore, createHistory, createReceipts } from '../store/index.js';
import type { ChangeOptions } from './add.js';
import { applyTexts, findWork, isInstalledAs, withProjectAs, type HeldProject } from './steps/apply.js';
import { verifiedPlugin } from './steps/choose.js';
import { requireConsent } from './steps/consent.js';
import { withCurrentSigners } from './steps/current-signers.js';
import { chooseState, isEditedSince } from './steps/earlier-states.js';
import { lockedPlugins } from './steps/lock-graph.js';
import {
  isReadableState,
  keepAside,
  openMendableProject,
  type MendableProject,
} from './steps/mendable-project.js';
import { claimOf } from './steps/obtain.js';
import { planChanges, type Plan } from './steps/plan.js';
import { parseProject, type OpenProject } from './steps/project.js';
import { readRecoveries } from './steps/recoveries.js';
import { withRegistries, type Registries } from './steps/registries.js';
import { warnOfWithdrawn } from './steps/withdrawals.js';

export interface RollbackOptions extends ChangeOptions {
  /** The number of the state; by default the one before. */
  readonly to?: number | undefined;
}

export interface RolledBack {
  /** The number of the state that was brought back. */
  readonly to: number;
  /** The change before which it stood, and when that was made. */
  readonly command: string | null;
  readonly time: string;
  readonly plan: Plan;
  /** True when `udos.json` itself changes. */
  readonly project: boolean;
  /** True when `udos.json` had been edited since the last change: the edited text is kept as an earlier state. */
  readonly edited: boolean;
  /** Files that could not be read. */
  readonly broken: readonly string[];
  /** Where a copy of each of them is; empty under `dryRun`. */
  readonly keptAside: readonly string[];
  readonly dryRun: boolean;
}

/**
 * Brings back an earlier state of `udos.json`, the lockfile and what is installed, in one transaction. The state that is
 * left is kept. Files that cannot be read are no hindrance: a copy of them is kept beside.
 *
 * Reaches no network as long as this machine has all that is needed. Every check of an offline install holds: artifacts
 * are hashed, and their signatures and revocations checked against the index that this machine has kept. Only when
 * something is missing here, and `--offline` is not given, its registry is asked.
 *
 * @throws STATE_NOT_FOUND; OFFLINE naming what is missing; RELEASE_REVOKED, LOCKED_RELEASE_MISMATCH and the other trust
 *   codes; PERMISSIONS_WIDENED, SIGNER_CHANGED, PUBLISHER_RECOVERED, CONFIRMATION_REQUIRED. Nothing is changed then.
 */
export async function rollback(context: Context, options: RollbackOptions): Promise<RolledBack> {
  return withProjectAs(context, options, openMendableProject, async (held) => {
    const all = await createHistory(context.home.history(held.paths.root)).all();
    const states = all.filter((state) => isReadableState(held.paths, state));
    const isBroken = held.broken.length > 0;
    const state = chooseState(states, held.texts, options.to, isBroken);
    const { plan, keptAside } = await bringBackWithin(context, held, state, options);
    return {
      to: state.number,
      command: state.command ?? null,
      time: state.time,
      plan,
      project: state.project !== held.texts.project,
      edited: !isBroken && isEditedSince(all, held.texts),
      broken: held.broken.map(({ file }) => file),
      keptAside,
      dryRun: options.dryRun,
    };
  });
}

type Held = MendableProject & HeldProject;

interface Brought {
  readonly plan: Plan;
  readonly keptAside: readonly string[];
}

/** Without a network first. */
async function bringBackWithin(
  context: Context,
  held: Held,
  state: HistoryEntry,
  options: RollbackOptions,
): Promise<Brought> {
  const target = targetOf(held, state);
  const attempt = (world: Context) =>
    withRegistries(world, target, (registries) => bringBack(world, registries, held, state, target, options));
  try {
    return await attempt({ ...context, offline: true });
  } catch (error) {
    if (context.offline || !hasCode(error, 'OFFLINE')) throw error;
    context.reporter.warn(`${error.message} Its registry is asked.`);
    return attempt(context);
  }
}

async function bringBack(
  context: Context,
  registries: Registries,
  held: Held,
  state: HistoryEntry,
  target: OpenProject,
  options: RollbackOptions,
): Promise<Brought> {
  const { install: missing } = await findWork(context, held.paths, target.lock);
  for (const [name, locked] of missing) await requireReady(context, registries, name, locked);
  const present = await presentLock(context, held, target.lock);
  const lock = await withPresentPins(registries, present, target.lock);
  const recoveredAt = await readRecoveries(registries, missing);
  const plan = planChanges(present, lock, { recoveredAt });
  await warnOfWithdrawn(context, registries, missing);
  await requireConsent(context, plan, { ...options, frozen: false, introduces: true });
  if (options.dryRun) return { plan, keptAside: [] };
  const isAsItWas = formatLockfile(lock) === formatLockfile(target.lock);
  const texts = {
    project: state.project,
    lockfile: isAsItWas ? state.lockfile : formatLockfile(lock),
  };
  let keptAside: readonly string[] = [];
  await applyTexts(context, registries, held, lock, texts, {
    command: 'udos rollback',
    back: state.number,
    onReady: async () => {
      held.refuseIfLost();
      keptAside = await keepAside(held.broken);
    },
  });
  return { plan, keptAside };
}

/** What the project has; where the lockfile cannot be read, what of `then` the receipts say is installed. */
async function presentLock(context: Context, held: Held, then: Lockfile): Promise<Lockfile> {
  if (!held.broken.some(({ file }) => file === held.paths.lockfile)) return held.lock;
  const { receipts } = await createReceipts(context.home.receipts(held.paths.root)).survey();
  const isInstalled = (name: PluginName, locked: LockedPlugin) =>
    isInstalledAs(
      receipts.find((one) => one.name === name),
      locked,
    );
  const plugins = lockedPlugins(then).filter(([name, locked]) => isInstalled(name, locked));
  return { ...then, plugins: Object.fromEntries(plugins) };
}

/** The project as it was. */
function targetOf({ paths }: HeldProject, { project, lockfile }: HistoryEntry): OpenProject {
  return {
    paths,
    project: parseProject(paths, project === null ? undefined : Buffer.from(project)),
    lock: lockfile === null ? emptyLockfile : parseLockfile(Buffer.from(lockfile)),
    hasLockfile: lockfile !== null,
    texts: { project, lockfile },
  };
}

/** Judges before anybody is asked: by the index, and, offline, by what the store has. */
async function requireReady(
  context: Context,
  registries: Registries,
  name: PluginName,
  locked: LockedPlugin,
): Promise<void> {
  const plugin = await verifiedPlugin(registries, { registry: locked.registry, name }, 'locked');
  try {
    claimOf(name, locked, plugin);
  } catch (error) {
    throw hasCode(error, 'RELEASE_REVOKED') ? recalledSince(error) : error;
  }
  if (!context.offline || (await createArtifactStore(context.home.store).find(locked.integrity))) return;
  throw new UdosError('OFFLINE', `The artifact of ${name} ${locked.version} is not in the store any more.`, {
    hint: 'Run `udos rollback` without --offline, so that it can be fetched again.',
    data: { plugin: name, version: locked.version, integrity: locked.integrity },
  });
}

/** Moving the plugin on is no way out here: the project may have left that release long ago. */
function recalledSince({ code, message, data }: UdosError): UdosError {
  return new UdosError(code, message, {
    hint: 'Nothing was changed. Choose a state without that release: `udos rollback --list` shows all, and --to N brings one back.',
    data,
  });
}

/** An old lockfile must not bring back trust in keys that have been replaced since. */
async function withPresentPins(registries: Registries, now: Lockfile, then: Lockfile): Promise<Lockfile> {
  const plugins = { ...then.plugins };
  const moved: [PluginName, LockedPlugin][] = [];
  for (const [name, locked] of lockedPlugins(then)) {
    const present = now.plugins[name];
    const isSame = present?.integrity === locked.integrity && present.registry === locked.registry;
    if (isSame) plugins[name] = { ...locked, signers: present.signers, publisher: present.publisher };
    else moved.push([name, locked]);
  }
  return withCurrentSigners(registries, { ...then, plugins }, moved);
}
