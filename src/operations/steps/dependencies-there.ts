import { UdosError } from '../../errors/index.js';
import { pluginDocument, readFormat, type DependencyMap, type Manifest } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import type { PluginName } from '../../model/names.js';
import { isInRange } from '../../model/version.js';
import type { IndexWorkspace } from './index-workspace.js';

/**
 * Refuses a plugin that nobody could install: the registry lacks something that it depends on. Optional dependencies, and
 * those in other registries, are not looked at.
 *
 * @throws PLUGIN_NOT_FOUND, VERSION_NOT_FOUND
 */
export async function requireDependencies(
  workspace: Pick<IndexWorkspace, 'main' | 'registry' | 'location'>,
  manifest: Pick<Manifest, 'name' | 'dependencies'>,
): Promise<void> {
  const entries = Object.entries(manifest.dependencies) as [PluginName, DependencyMap[PluginName]][];
  for (const [name, value] of entries) {
    const { range, registry } =
      typeof value === 'string' ? { range: value, registry: workspace.registry } : value;
    if (registry !== workspace.registry || name === manifest.name) continue;
    const path = layout.document(name);
    const bytes = (await workspace.main.read([path])).get(path);
    const data = { plugin: manifest.name, dependency: name, range };
    if (bytes === undefined) {
      throw new UdosError(
        'PLUGIN_NOT_FOUND',
        `${manifest.name} depends on ${name}, and the registry at ${workspace.location} has no such plugin.`,
        {
          hint: 'Publish that first, name the registry that has it, or move it to "optionalDependencies".',
          data,
        },
      );
    }
    const { releases } = readFormat(pluginDocument, bytes, { what: path, code: 'DOCUMENT_INVALID' });
    if (releases.some((one) => one.yanked === false && isInRange(one.version, range))) continue;
    throw new UdosError(
      'VERSION_NOT_FOUND',
      `${manifest.name} depends on ${name} ${range}, and the registry at ${workspace.location} has no release in that range.`,
      { hint: `Publish one first, or mend the range: \`udos versions ${name}\` shows what there is.`, data },
    );
  }
}
