import { rm } from 'node:fs/promises';
import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { parseAlias, type Alias, type PluginName, type RegistryId } from '../model/names.js';
import { fileError } from '../primitives/fs/index.js';
import { readConfig } from './steps/config.js';
import { lockedPlugins } from './steps/lock-graph.js';
import { openProjectIfAny } from './steps/nearest-project.js';
import type { OpenProject, Place } from './steps/project.js';
import { changeConfig, changeProject, without } from './steps/settings.js';

export interface RegistryRemoveOptions {
  readonly alias: string;
  /** Forget also what this machine knows of it: roots, heads, evidence. */
  readonly forget: boolean;
  readonly place: Place;
}

export interface RegistryRemoveResult {
  readonly alias: Alias;
  readonly id: RegistryId;
  readonly from: 'project' | 'user';
  readonly file: string;
  readonly forgotten: boolean;
  /** True when the user's own settings still have the alias. */
  readonly remains: boolean;
  /** Locked plugins of the project that come from it. */
  readonly plugins: readonly PluginName[];
  /** Routes of the project that lead to it. */
  readonly routes: readonly string[];
}

/**
 * Takes a registry out of the project around, or out of the user's own settings when it stands there only. The alias's
 * token is bound to nothing then. What this machine knows of the registry stays, so that adding it again cannot be used to
 * roll it back, unless `forget` says otherwise.
 *
 * @throws REGISTRY_UNKNOWN, NAME_INVALID
 */
export async function removeRegistry(
  context: Context,
  options: RegistryRemoveOptions,
): Promise<RegistryRemoveResult> {
  const alias = parseAlias(options.alias);
  const open = options.place.global === true ? undefined : await openProjectIfAny(context, options.place);
  const config = await readConfig(context);
  const inProject = open?.project.registries[alias];
  const inConfig = config.registries[alias];
  const id = inProject?.id ?? inConfig?.id;
  if (id === undefined)
    throw unknown(alias, [...keysOf(open?.project.registries), ...keysOf(config.registries)]);

  const remains = inProject !== undefined && inConfig !== undefined;
  if (open !== undefined && inProject !== undefined) {
    await changeProject(context, options.place, (now) => ({
      ...now,
      registries: without(now.registries, alias),
    }));
  }
  if (!remains) {
    await changeConfig(context, (now) => ({
      registries: inProject === undefined ? without(now.registries, alias) : now.registries,
      bindings: now.bindings[alias]?.id === id ? without(now.bindings, alias) : now.bindings,
    }));
  }
  if (options.forget) await forget(context, id);
  return {
    alias,
    id,
    from: inProject === undefined ? 'user' : 'project',
    file: inProject === undefined ? context.home.config : (open?.paths.projectFile ?? ''),
    forgotten: options.forget,
    remains,
    ...left(open, alias, id, remains),
  };
}

/** What goes on naming the registry. */
function left(
  open: OpenProject | undefined,
  alias: Alias,
  id: RegistryId,
  remains: boolean,
): Pick<RegistryRemoveResult, 'plugins' | 'routes'> {
  if (open === undefined || remains) return { plugins: [], routes: [] };
  return {
    plugins: lockedPlugins(open.lock)
      .filter(([, locked]) => locked.registry === id)
      .map(([name]) => name),
    routes: Object.entries(open.project.routes)
      .filter(([, to]) => to === alias)
      .map(([route]) => route),
  };
}

async function forget(context: Context, id: RegistryId): Promise<void> {
  const { folder } = context.home.registry(id);
  await rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
    throw fileError('remove', folder, error);
  });
}

function unknown(alias: Alias, known: readonly string[]): UdosError {
  return new UdosError('REGISTRY_UNKNOWN', `No registry here is called ${alias}.`, {
    hint: known.length === 0 ? 'None is configured.' : `Known are ${[...new Set(known)].sort().join(', ')}.`,
    data: { alias, known },
  });
}

function keysOf(record: object | undefined): string[] {
  return Object.keys(record ?? {});
}
