import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import type { Project } from '../model/formats/index.js';
import type { PluginName } from '../model/names.js';
import { parseSpec, type Spec } from '../model/spec.js';
import { compareVersions, isInRange, type Range, type Version } from '../model/version.js';
import type { VerifiedPlugin } from '../model/verified-index.js';
import { applyLockfile, withProject, type HeldProject } from './steps/apply.js';
import { chooseReleases, verifiedPlugin } from './steps/choose.js';
import { hostVersion } from './steps/host-version.js';
import { lockedPlugins } from './steps/lock-graph.js';
import { newestRange } from './steps/newest.js';
import { requireConsent, type ConsentOptions } from './steps/consent.js';
import { planChanges, type Plan } from './steps/plan.js';
import { projectChanges, type ProjectChange } from './steps/project-changes.js';
import type { Place } from './steps/project.js';
import { readRecoveries } from './steps/recoveries.js';
import { requireAlias, withRegistries, type Registries } from './steps/registries.js';
import { routeRequirement } from './steps/routing.js';

export interface ChangeOptions extends Place, Pick<ConsentOptions, 'yes' | 'describe'> {
  readonly dryRun: boolean;
}

export interface ChangeResult {
  readonly plan: Plan;
  readonly dryRun: boolean;
  /** What the project requires now, as `udos.json` has it. */
  readonly requirements: Project['plugins'];
  /** What becomes of `udos.json`. */
  readonly project: readonly ProjectChange[];
}

/**
 * Adds requirements to the project, chooses releases for them, and installs.
 *
 * A spec without a range gets `^` of the newest release that can be had; with one it is taken as written. What is
 * locked stays where it can.
 *
 * @throws SPEC_INVALID, UNSATISFIABLE, and what routing, the checks, the network and consent throw. Nothing is changed then.
 */
export async function add(
  context: Context,
  specs: readonly string[],
  options: ChangeOptions,
): Promise<ChangeResult> {
  const parsed = specs.map((text) => parseSpec(text));
  return withProject(context, options, (held) =>
    withRegistries(context, held, async (registries) => {
      const project = await withRequirements(
        registries,
        held,
        parsed,
        await hostVersion(context, held.paths.root),
      );
      const named = new Set(parsed.map((spec) => spec.name));
      const choice = await chooseReleases(context, registries, held, project, (name) => named.has(name));
      const recoveredAt = await readRecoveries(registries, lockedPlugins(choice.lock));
      const plan = planChanges(held.lock, choice.lock, { recoveredAt });
      await requireConsent(context, plan, { ...options, frozen: false, introduces: true });
      if (!options.dryRun)
        await applyLockfile(context, registries, held, project, choice.lock, {
          command: `udos add ${specs.join(' ')}`,
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

async function withRequirements(
  registries: Registries,
  held: HeldProject,
  specs: readonly Spec[],
  host: Version,
): Promise<Project> {
  const plugins = { ...held.project.plugins };
  const routes = { ...held.project.routes };
  for (const spec of specs) {
    if (spec.registry !== undefined) {
      requireAlias(registries.configured, spec.registry);
      routes[spec.name] = spec.registry;
    }
    const registry = await routeRequirement(registries, { ...held.project, routes }, held.lock, spec.name);
    const plugin = await verifiedPlugin(registries, { registry, name: spec.name }, 'choose');
    // A requirement that is there already stays as its author wrote it.
    plugins[spec.name] = spec.range ?? plugins[spec.name] ?? newestRange(spec.name, plugin, host);
    requireRelease(spec.name, plugins[spec.name] ?? ('*' as Range), plugin);
  }
  return { ...held.project, plugins, routes };
}

/** @throws VERSION_NOT_FOUND naming what there is */
function requireRelease(name: PluginName, range: Range, plugin: VerifiedPlugin): void {
  const versions = plugin.document.releases.map((release) => release.version);
  if (versions.some((version) => isInRange(version, range))) return;
  const newest = [...versions].sort((left, right) => compareVersions(right, left)).slice(0, 5);
  throw new UdosError(
    'VERSION_NOT_FOUND',
    `No release of ${name} lies in ${range}. The newest are ${newest.join(', ')}.`,
    {
      hint: `See all with \`udos versions ${name}\`.`,
      data: { plugin: name, range, newest },
    },
  );
}
