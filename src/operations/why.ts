import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import type { Lockfile, Project } from '../model/formats/index.js';
import { nearest } from '../model/nearest.js';
import { parsePluginName, type PluginName } from '../model/names.js';
import type { Range, Version } from '../model/version.js';
import { dependantsOf } from './steps/lock-graph.js';
import { openProject, type Place } from './steps/project.js';

/** One plugin on the way, and the range in which the one before it (`udos.json` for the first) asks for it. */
export interface WhyStep {
  readonly name: PluginName;
  readonly version: Version;
  readonly range: Range;
  readonly optional: boolean;
}

export interface WhyResult {
  readonly name: PluginName;
  readonly version: Version;
  /** From `udos.json` to the plugin, shortest first. Empty when nothing asks for it, which `udos install` mends. */
  readonly paths: readonly (readonly WhyStep[])[];
  /** True when there are more paths than are listed. */
  readonly more: boolean;
}

const maxPaths = 20;
/** Ways tried at most: a graph can have more of them than anybody could read. */
const maxTries = 20_000;

/**
 * Why a project has a plugin. Reads the project's two files only.
 *
 * @throws NAME_INVALID, NOT_INSTALLED, PROJECT_MISSING
 */
export async function why(context: Context, name: string, place: Place): Promise<WhyResult> {
  const plugin = parsePluginName(name);
  const { project, lock } = await openProject(context, place);
  const locked = lock.plugins[plugin];
  if (locked === undefined) {
    const meant = nearest(plugin, Object.keys(lock.plugins));
    throw new UdosError('NOT_INSTALLED', `The project does not have ${plugin}.`, {
      hint: meant === undefined ? 'See `udos list` for what it has.' : `Did you mean ${meant}?`,
      data: { plugin },
    });
  }
  return { name: plugin, version: locked.version, ...findPaths(project, lock, plugin) };
}

/** Walks from the plugin up, all ways in step, so that the shortest come first. No plugin stands twice on one way. */
export function findPaths(
  project: Project,
  lock: Lockfile,
  plugin: PluginName,
): Pick<WhyResult, 'paths' | 'more'> {
  const dependants = dependantsOf(project, lock);
  const paths: WhyStep[][] = [];
  const queue: { at: PluginName; below: WhyStep[] }[] = [{ at: plugin, below: [] }];
  // The queue grows while it is walked.
  for (const { at, below } of queue) {
    const locked = lock.plugins[at];
    if (locked === undefined) continue;
    for (const { by, range, optional } of dependants.get(at) ?? []) {
      const path = [{ name: at, version: locked.version, range, optional }, ...below];
      if (by !== undefined) {
        if (queue.length >= maxTries) return { paths, more: true };
        if (!path.some((step) => step.name === by)) queue.push({ at: by, below: path });
        continue;
      }
      if (paths.length === maxPaths) return { paths, more: true };
      paths.push(path);
    }
  }
  return { paths, more: false };
}
