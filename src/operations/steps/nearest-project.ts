import type { Context } from '../../context/index.js';
import { emptyLockfile } from '../../lock/index.js';
import type { Lockfile, Project } from '../../model/formats/index.js';
import { findProjectIfAny, openProject, type OpenProject, type Place } from './project.js';

/**
 * The project around, for commands that also work without one: undefined outside any.
 *
 * @throws PROJECT_INVALID, LOCKFILE_INVALID
 */
export async function openProjectIfAny(context: Context, place: Place): Promise<OpenProject | undefined> {
  const isThere = place.global === true || (await findProjectIfAny(context, place)) !== undefined;
  return isThere ? openProject(context, place) : undefined;
}

/** What stands in for a project where there is none. */
export const noProject: { readonly project: Project; readonly lock: Lockfile } = {
  project: { plugins: {}, registries: {}, routes: {}, permissions: {} },
  lock: emptyLockfile,
};
