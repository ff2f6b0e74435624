import type { DependencyMap, LockedPlugin, Lockfile, Project } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';
import type { Range } from '../../model/version.js';
import { reachedPlugins } from './needed.js';

/** One arrow of a lockfile's graph. */
export interface LockedEdge {
  /** Who asks: a plugin, or undefined for `udos.json` itself. */
  readonly by: PluginName | undefined;
  readonly range: Range;
  readonly optional: boolean;
}

/** Who asks for each locked plugin, `udos.json` first, then by name. */
export function dependantsOf(project: Project, lock: Lockfile): Map<PluginName, LockedEdge[]> {
  const edges = new Map<PluginName, LockedEdge[]>();
  const add = (name: PluginName, edge: LockedEdge) => {
    if (lock.plugins[name] === undefined) return;
    edges.set(name, [...(edges.get(name) ?? []), edge]);
  };
  for (const [name, range] of entriesOf(project.plugins))
    add(name, { by: undefined, range, optional: false });
  for (const [by, locked] of entriesOf(lock.plugins)) {
    for (const [name, value] of entriesOf(locked.dependencies)) {
      add(name, { by, range: rangeOf(value), optional: false });
    }
    for (const [name, value] of entriesOf(locked.optionalDependencies ?? {})) {
      add(name, { by, range: rangeOf(value), optional: true });
    }
  }
  return edges;
}

/** Locked plugins that something needs in earnest: reached from `udos.json` without an optional dependency on the way. */
export function neededPlugins(project: Project, lock: Lockfile): Set<PluginName> {
  return reachedPlugins(project, lock, (locked) => Object.keys(locked.dependencies) as PluginName[]);
}

/** The locked plugins in name order. */
export function lockedPlugins(lock: Lockfile): [PluginName, LockedPlugin][] {
  return entriesOf(lock.plugins);
}

function rangeOf(value: DependencyMap[PluginName]): Range {
  return typeof value === 'string' ? value : value.range;
}

function entriesOf<T>(record: Readonly<Record<PluginName, T>>): [PluginName, T][] {
  return Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)) as [PluginName, T][];
}
