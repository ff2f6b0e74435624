import type { DependencyMap, Lockfile, Project } from '../model/formats/index.js';
import type { PluginName, RegistryId } from '../model/names.js';
import { isInRange, type Range } from '../model/version.js';

/**
 * How a lockfile falls short of what a project asks for, in sentences; empty when it is exactly enough: every requirement
 * met, nothing that nobody needs. Reads nothing but the two files.
 *
 * @param routed the registry that the project's own requirements must come from, where it is decided.
 */
export function driftOf(
  project: Project,
  lock: Lockfile,
  routed: (plugin: PluginName) => RegistryId | undefined,
): string[] {
  const problems: string[] = [];
  const needed = new Set<PluginName>();
  const visit = (
    name: PluginName,
    range: Range,
    registry: RegistryId | undefined,
    by: string,
    optional: boolean,
  ): void => {
    const locked = lock.plugins[name];
    if (locked === undefined) {
      if (!optional) problems.push(`${by} needs ${name} ${range}, and udos-lock.json does not have it`);
      return;
    }
    if (!isInRange(locked.version, range)) {
      if (!optional) problems.push(`${by} needs ${name} ${range}, and udos-lock.json has ${locked.version}`);
      return;
    }
    if (registry !== undefined && locked.registry !== registry) {
      problems.push(
        `${by} needs ${name} from ${registry}, and udos-lock.json has it from ${locked.registry}`,
      );
      return;
    }
    if (needed.has(name)) return;
    needed.add(name);
    const who = `${name} ${locked.version}`;
    for (const [dependency, value] of entriesOf(locked.dependencies)) {
      visit(dependency, rangeOf(value), registryOf(value) ?? locked.registry, who, false);
    }
    for (const [dependency, value] of entriesOf(locked.optionalDependencies ?? {})) {
      visit(dependency, rangeOf(value), registryOf(value) ?? locked.registry, who, true);
    }
  };
  for (const [name, range] of entriesOf(project.plugins))
    visit(name, range, routed(name), 'udos.json', false);
  for (const [name] of entriesOf(lock.plugins)) {
    if (!needed.has(name)) problems.push(`udos-lock.json has ${name}, which nothing needs`);
  }
  return problems;
}

type DependencyValue = DependencyMap[PluginName];

function rangeOf(value: DependencyValue): Range {
  return typeof value === 'string' ? value : value.range;
}

function registryOf(value: DependencyValue): RegistryId | undefined {
  return typeof value === 'string' ? undefined : value.registry;
}

function entriesOf<T>(record: Readonly<Record<PluginName, T>>): [PluginName, T][] {
  return Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)) as [PluginName, T][];
}
