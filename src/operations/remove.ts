import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import type { Project } from '../model/formats/index.js';
import { nearest } from '../model/nearest.js';
import { parsePluginName, type PluginName } from '../model/names.js';
import type { ChangeOptions, ChangeResult } from './add.js';
import { applyLockfile, withProject } from './steps/apply.js';
import { withoutUnneeded } from './steps/needed.js';
import { planChanges } from './steps/plan.js';
import { projectChanges } from './steps/project-changes.js';
import { without } from './steps/settings.js';

/**
 * Takes requirements out of the project, and with them whatever nothing needs any more. Reads no registry: what stays,
 * stays as it is locked.
 *
 * @throws NAME_INVALID, NOT_A_REQUIREMENT. Nothing is changed then.
 */
export async function remove(
  context: Context,
  names: readonly string[],
  options: ChangeOptions,
): Promise<ChangeResult> {
  const wanted = names.map((name) => parsePluginName(name));
  return withProject(context, options, async (held) => {
    let { plugins, routes } = held.project;
    for (const name of wanted) {
      if (plugins[name] === undefined) throw notRequired(name, held.project, name in held.lock.plugins);
      plugins = without(plugins, name);
      routes = without(routes, name);
    }
    const project: Project = { ...held.project, plugins, routes };
    const lock = withoutUnneeded(project, held.lock);
    const plan = planChanges(held.lock, lock);
    if (!options.dryRun)
      await applyLockfile(context, undefined, held, project, lock, {
        command: `udos remove ${names.join(' ')}`,
      });
    return {
      plan,
      dryRun: options.dryRun,
      requirements: plugins,
      project: projectChanges(held.project, project),
    };
  });
}

function notRequired(name: PluginName, project: Project, isLocked: boolean): UdosError {
  const meant = nearest(name, Object.keys(project.plugins));
  return new UdosError('NOT_A_REQUIREMENT', `The project does not require ${name}.`, {
    hint: isLocked
      ? `Another plugin needs it: see \`udos why ${name}\`.`
      : meant === undefined
        ? 'See `udos list` for what it has.'
        : `Did you mean ${meant}?`,
    data: { plugin: name },
  });
}
