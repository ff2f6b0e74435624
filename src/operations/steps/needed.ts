import type { LockedPlugin, Lockfile, Project } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';

/** The lockfile without the plugins that no requirement of the project leads to any more. */
export function withoutUnneeded(project: Project, lock: Lockfile): Lockfile {
  const needed = reachedPlugins(project, lock, dependencyNames);
  const plugins = Object.fromEntries(
    Object.entries(lock.plugins).filter(([name]) => needed.has(name as PluginName)),
  );
  const used = new Set<string>(Object.values(plugins).map((plugin) => plugin.registry));
  const registries = Object.fromEntries(Object.entries(lock.registries).filter(([id]) => used.has(id)));
  return { ...lock, registries, plugins };
}

/** Locked plugins that the project's requirements lead to, along what `next` names. */
export function reachedPlugins(
  project: Project,
  lock: Lockfile,
  next: (locked: LockedPlugin) => readonly PluginName[],
): Set<PluginName> {
  const reached = new Set<PluginName>();
  const queue = Object.keys(project.plugins) as PluginName[];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const locked = lock.plugins[name];
    if (locked === undefined || reached.has(name)) continue;
    reached.add(name);
    queue.push(...next(locked));
  }
  return reached;
}

/** What a locked release depends on, optionally too. */
export function dependencyNames(locked: LockedPlugin): PluginName[] {
  return Object.keys({ ...locked.dependencies, ...locked.optionalDependencies }).sort() as PluginName[];
}
