import path from 'node:path';
import { projectPaths, type Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { readFileIfAny, writeFileAtomic } from '../primitives/fs/index.js';
import { noProject } from './steps/nearest-project.js';
import { findProject, formatProject } from './steps/project.js';

export interface InitOptions {
  /** Begin the machine's own project instead of one in the current folder. */
  readonly global: boolean;
}

export interface InitResult {
  /** The folder of the new `udos.json`. */
  readonly project: string;
  readonly file: string;
}

/**
 * Begins a project in the current folder: an `udos.json` that asks for nothing yet. Warns when it lies inside another
 * project.
 *
 * @throws PROJECT_EXISTS, FILESYSTEM_FAILED
 */
export async function initProject(context: Context, options: InitOptions): Promise<InitResult> {
  const paths = options.global ? await findProject(context, { global: true }) : projectPaths(context.cwd);
  if ((await readFileIfAny(paths.projectFile)) !== undefined) {
    throw new UdosError('PROJECT_EXISTS', `${paths.projectFile} is there already.`, {
      hint: 'Go on with it: `udos registry add ALIAS URL --id udr1…` for a registry, `udos add publisher/name` for a plugin.',
      data: { file: paths.projectFile },
    });
  }
  if (!options.global) await warnOfOuterProject(context);
  await writeFileAtomic(paths.projectFile, formatProject(noProject.project));
  return { project: paths.project, file: paths.projectFile };
}

async function warnOfOuterProject(context: Context): Promise<void> {
  const above = path.dirname(context.cwd);
  for (let folder = above; path.dirname(folder) !== folder; folder = path.dirname(folder)) {
    if ((await readFileIfAny(path.join(folder, 'udos.json'))) === undefined) continue;
    context.reporter.warn(
      `This project lies inside the one of ${folder}; commands here act on the inner one.`,
    );
    return;
  }
}
