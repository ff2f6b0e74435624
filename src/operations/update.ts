import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import type { LockedPlugin, Project } from '../model/formats/index.js';
import { parsePluginName, type PluginName } from '../model/names.js';
import { compareVersions, type Version } from '../model/version.js';
import type { ChangeOptions, ChangeResult } from './add.js';
import { applyLockfile, withProject, type HeldProject } from './steps/apply.js';
import { chooseReleases, verifiedPlugin } from './steps/choose.js';
import { hostVersion } from './steps/host-version.js';
import { lockedPlugins } from './steps/lock-graph.js';
import { newestRange } from './steps/newest.js';
import { requireConsent } from './steps/consent.js';
import { planChanges, type PlannedChange } from './steps/plan.js';
import { projectChanges } from './steps/project-changes.js';
import { readRecoveries } from './steps/recoveries.js';
import { withRegistries, type Registries } from './steps/registries.js';
import { routeRequirement } from './steps/routing.js';

export interface UpdateOptions extends ChangeOptions {
  /** Widen the named requirements (or all) to `^` of their newest release first. */
  readonly latest: boolean;
}

/**
 * Moves plugins to the newest releases that the project's ranges allow: the named ones, or all. The others stay where
 * they can.
 *
 * @throws NOT_A_REQUIREMENT, NOT_INSTALLED, and what `add` throws. Nothing is changed then.
 */
export async function update(
  context: Context,
  names: readonly string[],
  options: UpdateOptions,
): Promise<ChangeResult> {
  const wanted = new Set(names.map((name) => parsePluginName(name)));
  return withProject(context, options, (held) =>
    withRegistries(context, held, async (registries) => {
      for (const name of wanted) refuseUnknown(name, held, options.latest);
      const moves = (name: PluginName) => wanted.size === 0 || wanted.has(name);
      const project = options.latest
        ? await withNewestRanges(registries, held, moves, await hostVersion(context, held.paths.root))
        : held.project;
      const choice = await chooseReleases(context, registries, held, project, moves);
      const notes = await collectNotes(registries, held, choice.lock.plugins);
      const plan = planChanges(held.lock, choice.lock, {
        notes: (name, from, to) => between(notes.get(name) ?? [], from, to),
        recoveredAt: await readRecoveries(registries, lockedPlugins(choice.lock)),
      });
      await requireConsent(context, plan, { ...options, frozen: false, introduces: false });
      if (!options.dryRun)
        await applyLockfile(context, registries, held, project, choice.lock, {
          command: ['udos update', ...names, ...(options.latest ? ['--latest'] : [])].join(' '),
        });
      return {
        plan,
        dryRun: options.dryRun,
        requirements: project.plugins,
        project: projectChanges(held.project, project),
      };
    }),
  );
}

function refuseUnknown(name: PluginName, held: HeldProject, latest: boolean): void {
  const isLocked = held.lock.plugins[name] !== undefined;
  if (latest && isLocked && held.project.plugins[name] === undefined) {
    throw new UdosError(
      'NOT_A_REQUIREMENT',
      `udos.json does not ask for ${name} itself: other plugins need it, and their ranges decide.`,
      {
        hint: `\`udos update ${name}\` moves it as far as they allow; \`udos why ${name}\` shows them.`,
        data: { plugin: name },
      },
    );
  }
  if (latest && held.project.plugins[name] === undefined) {
    throw new UdosError(
      'NOT_A_REQUIREMENT',
      `The project does not require ${name}, so its range cannot be widened.`,
      {
        hint: `Add it with \`udos add ${name}\`.`,
        data: { plugin: name },
      },
    );
  }
  if (isLocked || held.project.plugins[name] !== undefined) return;
  throw new UdosError('NOT_INSTALLED', `The project does not have ${name}.`, {
    hint: `Add it with \`udos add ${name}\`, or see \`udos list\`.`,
    data: { plugin: name },
  });
}

async function withNewestRanges(
  registries: Registries,
  held: HeldProject,
  moves: (name: PluginName) => boolean,
  host: Version,
): Promise<Project> {
  const plugins = { ...held.project.plugins };
  for (const name of Object.keys(plugins) as PluginName[]) {
    if (!moves(name)) continue;
    const registry = await routeRequirement(registries, held.project, held.lock, name);
    const newest = newestRange(name, await verifiedPlugin(registries, { registry, name }, 'choose'), host);
    const locked = held.lock.plugins[name]?.version;
    // Never backwards: what is locked may be a pre-release, or the last before a yank.
    if (locked === undefined || compareVersions(newest.slice(1) as Version, locked) > 0)
      plugins[name] = newest;
  }
  return { ...held.project, plugins };
}

/** The changelogs of plugins that were locked before and still are. They stand in documents that were read already. */
async function collectNotes(
  registries: Registries,
  held: HeldProject,
  after: Readonly<Record<PluginName, LockedPlugin>>,
): Promise<Map<PluginName, PlannedChange['notes']>> {
  const notes = new Map<PluginName, PlannedChange['notes']>();
  for (const [name, locked] of Object.entries(after) as [PluginName, LockedPlugin][]) {
    if (held.lock.plugins[name] === undefined) continue;
    const { document } = await verifiedPlugin(registries, { registry: locked.registry, name }, 'choose');
    notes.set(
      name,
      document.releases
        .map((release) => ({ version: release.version, text: release.changelog }))
        .sort((left, right) => compareVersions(left.version, right.version)),
    );
  }
  return notes;
}

/** Versions after `from`, up to `to`. */
function between(notes: PlannedChange['notes'], from: Version, to: Version): PlannedChange['notes'] {
  return notes.filter(
    (note) => compareVersions(note.version, from) > 0 && compareVersions(note.version, to) <= 0,
  );
}
