import type { Context } from '../../context/index.js';
import type { Config, Project } from '../../model/formats/index.js';
import { withLock, writeFileAtomic } from '../../primitives/fs/index.js';
import { withProject } from './apply.js';
import { readConfig, writeConfig } from './config.js';
import { formatProject, type Place } from './project.js';

/**
 * Changes the user's own settings while no other udos process does.
 *
 * @throws CONFIG_INVALID, STATE_LOCKED, FILESYSTEM_FAILED
 */
export async function changeConfig(context: Context, change: (config: Config) => Config): Promise<void> {
  await withLock(`${context.home.config}.lock`, async (lock) => {
    const next = change(await readConfig(context));
    lock.refuseIfLost();
    await writeConfig(context, next);
  });
}

/**
 * Changes a project's `udos.json` while no other udos process does.
 *
 * @throws PROJECT_MISSING, PROJECT_INVALID, STATE_LOCKED, FILESYSTEM_FAILED
 */
export async function changeProject(
  context: Context,
  place: Place,
  change: (project: Project) => Project,
): Promise<void> {
  await withProject(context, place, async (held) => {
    const text = formatProject(change(held.project));
    held.refuseIfLost();
    await writeFileAtomic(held.paths.projectFile, text);
  });
}

/** `record` without `key`. */
export function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
