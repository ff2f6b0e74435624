import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { DependencyMap, LockedPlugin, Lockfile, Project, Release } from '../../model/formats/index.js';
import type { PluginName, RegistryId } from '../../model/names.js';
import type {
  Candidate,
  Dependency,
  DocumentAnswer,
  DocumentProvider,
  PluginRef,
  Resolution,
  RoutedRequirement,
} from '../../model/resolution.js';
import type { Range } from '../../model/version.js';
import type { VerifiedPlugin } from '../../model/verified-index.js';
import { resolve } from '../../resolve/index.js';
import { hostVersion } from './host-version.js';
import type { OpenProject } from './project.js';
import type { Purpose, Registries } from './registries.js';
import { routeRequirement } from './routing.js';

/** What a project should have from now on, and why. */
export interface Choice {
  readonly resolution: Resolution;
  readonly lock: Lockfile;
}

/**
 * Chooses releases for a project's requirements.
 *
 * @param release names that may move away from what the lockfile has; the others stay where they can.
 * @throws UNSATISFIABLE, REGISTRY_AMBIGUOUS, PLUGIN_NOT_FOUND, and what opening a registry throws
 */
export async function chooseReleases(
  context: Context,
  registries: Registries,
  open: OpenProject,
  project: Project,
  release: (plugin: PluginName) => boolean,
): Promise<Choice> {
  context.reporter.step('Choosing versions');
  const requirements: RoutedRequirement[] = [];
  for (const [name, range] of Object.entries(project.plugins) as [PluginName, Range][]) {
    const registry = await routeRequirement(registries, project, open.lock, name);
    requirements.push({ registry, name, range });
  }
  const lockedEntries = Object.entries(open.lock.plugins) as [PluginName, LockedPlugin][];
  const resolution = await resolve({
    requirements,
    locked: new Map(
      lockedEntries
        .filter(([name]) => !release(name))
        .map(([name, { registry, version }]) => [name, { registry, version }]),
    ),
    hostVersion: await hostVersion(context, open.paths.root),
    provider: documentProvider(registries, open.lock),
    aliasOf: (id) => registries.find(id)?.alias ?? id,
  });
  return { resolution, lock: await lockOf(registries, resolution, open.lock) };
}

/** One verified plugin. @throws PLUGIN_NOT_FOUND */
export async function verifiedPlugin(
  registries: Registries,
  ref: PluginRef,
  purpose: Purpose,
): Promise<VerifiedPlugin> {
  const { index } = await registries.open(ref.registry, purpose);
  const plugin = (await index.plugins([ref.name])).get(ref.name);
  if (plugin !== undefined) return plugin;
  throw new UdosError('PLUGIN_NOT_FOUND', `The registry ${index.alias} has no plugin ${ref.name}.`, {
    hint: 'Look for it with `udos search TEXT`.',
    data: { plugin: ref.name, registry: ref.registry },
  });
}

/** Documents for the solver, a registry's many at once. A registry that is not configured is an answer, not an error. */
function documentProvider(registries: Registries, lock: Lockfile): DocumentProvider {
  return {
    async documents(wanted) {
      const answers = new Map<PluginRef, DocumentAnswer>();
      for (const id of new Set(wanted.map((ref) => ref.registry))) {
        const refs = wanted.filter((ref) => ref.registry === id);
        if (registries.find(id) === undefined) {
          for (const ref of refs)
            answers.set(ref, { kind: 'unavailable', reason: 'that registry is not configured here' });
          continue;
        }
        const { index } = await registries.open(id, 'choose');
        const plugins = await index.plugins(refs.map((ref) => ref.name));
        for (const ref of refs) {
          const plugin = plugins.get(ref.name);
          answers.set(
            ref,
            plugin === undefined
              ? { kind: 'absent' }
              : { kind: 'found', candidates: candidatesOf(plugin, lock.plugins[ref.name]) },
          );
        }
      }
      return wanted.map((ref) => answers.get(ref) ?? { kind: 'absent' });
    },
  };
}

/** A yanked release stays eligible where it is locked, also for an update that finds nothing better. */
function candidatesOf(plugin: VerifiedPlugin, locked: LockedPlugin | undefined): Candidate[] {
  return plugin.document.releases.map((release) => ({
    version: release.version,
    yanked: release.version === locked?.version ? false : release.yanked,
    revoked: plugin.revocationOf(release) ?? false,
    engine: release.engines.udos,
    dependencies: dependenciesOf(release.dependencies),
    optionalDependencies: dependenciesOf(release.optionalDependencies),
  }));
}

function dependenciesOf(map: DependencyMap): Dependency[] {
  return (Object.entries(map) as [PluginName, DependencyMap[PluginName]][]).map(([name, value]) =>
    typeof value === 'string'
      ? { name, range: value }
      : { name, range: value.range, registry: value.registry },
  );
}

/**
 * The lockfile of a resolution. A registry's `root` and `sequence` move only when one of its plugins does, so that a
 * lockfile does not change because time has passed.
 */
async function lockOf(registries: Registries, resolution: Resolution, before: Lockfile): Promise<Lockfile> {
  const plugins: Record<PluginName, LockedPlugin> = {};
  for (const chosen of resolution.values()) {
    const plugin = await verifiedPlugin(registries, chosen, 'choose');
    const release = plugin.document.releases.find((one) => one.version === chosen.version);
    if (release === undefined)
      throw new UdosError('BUG', `The solver chose ${chosen.name} ${chosen.version}, which does not exist.`);
    plugins[chosen.name] = lockedPlugin(chosen.registry, release, plugin, before.plugins[chosen.name]);
  }
  const lockedRegistries: Record<RegistryId, Lockfile['registries'][RegistryId]> = {};
  for (const id of new Set([...resolution.values()].map((chosen) => chosen.registry))) {
    const { index } = await registries.open(id, 'choose');
    const known = before.registries[id];
    const isUnchanged = known !== undefined && sameBlocks(before.plugins, plugins, id);
    lockedRegistries[id] = isUnchanged
      ? { ...known, alias: index.alias }
      : { alias: index.alias, root: index.rootVersion, sequence: index.sequence };
  }
  return { lockfileVersion: 1, registries: lockedRegistries, plugins };
}

export function lockedPlugin(
  registry: RegistryId,
  release: Release,
  plugin: VerifiedPlugin,
  before: LockedPlugin | undefined,
): LockedPlugin {
  const { version, integrity, size, permissions, dependencies, optionalDependencies } = release;
  return {
    version,
    registry,
    integrity,
    size,
    ...vouchedBy(plugin, before),
    permissions: [...permissions].sort(),
    dependencies,
    ...(Object.keys(optionalDependencies).length === 0 ? {} : { optionalDependencies }),
  };
}

/**
 * Who vouches for a plugin now. What a publisher changes of its profile alone does not touch the lockfile: its version
 * moves with the signers, and with a recovery.
 */
export function vouchedBy(
  plugin: VerifiedPlugin,
  before: LockedPlugin | undefined,
): Pick<LockedPlugin, 'signers' | 'publisher'> {
  const signers = [...plugin.signers].sort();
  const isKnown = before?.signers.join() === signers.join() && plugin.recoveredAt <= before.publisher;
  return { signers, publisher: isKnown ? before.publisher : plugin.publisherVersion };
}

function sameBlocks(
  before: Readonly<Record<PluginName, LockedPlugin>>,
  after: Readonly<Record<PluginName, LockedPlugin>>,
  registry: RegistryId,
): boolean {
  const blocks = (plugins: Readonly<Record<PluginName, LockedPlugin>>) =>
    JSON.stringify(
      Object.entries(plugins)
        .filter(([, plugin]) => plugin.registry === registry)
        .map(([name, plugin]) => [name, plugin.version, plugin.integrity])
        .sort(),
    );
  return blocks(before) === blocks(after);
}
