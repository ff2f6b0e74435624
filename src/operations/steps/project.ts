import path from 'node:path';
import { globalPaths, projectPaths, type Context, type RootPaths } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { emptyLockfile, parseLockfile } from '../../lock/index.js';
import {
  project as projectFormat,
  readFormat,
  refuseConflictMarks,
  type Lockfile,
  type Project,
} from '../../model/formats/index.js';
import { isFile, readFileIfAny } from '../../primitives/fs/index.js';
import { formatJson } from '../../primitives/json/index.js';

/** Which project or machine a command acts on. */
export interface Place {
  readonly global?: boolean | undefined;
  /** Where plugins go, when not into the project's own folder. */
  readonly root?: string | undefined;
}

/** A project as it stands on disk. */
export interface OpenProject {
  readonly paths: RootPaths;
  readonly project: Project;
  readonly lock: Lockfile;
  readonly hasLockfile: boolean;
  readonly texts: ProjectTexts;
}

/** A project's two files as they were read; null for one that is not there. */
export interface ProjectTexts {
  readonly project: string | null;
  readonly lockfile: string | null;
}

/**
 * The project that `place` means: the nearest folder with `udos.json`, or the machine's own under `--global`.
 *
 * @throws PROJECT_MISSING; USAGE for a root that is a file
 */
export async function findProject(context: Context, place: Place): Promise<RootPaths> {
  if (place.root !== undefined) await requireFolder(path.resolve(context.cwd, place.root));
  if (place.global === true) return globalPaths(globalRoot(context, place));
  const paths = await findProjectIfAny(context, place);
  if (paths !== undefined) return paths;
  throw new UdosError('PROJECT_MISSING', `There is no udos.json in ${context.cwd} or above it.`, {
    hint: 'Run `udos init` to begin a project here, or add --global to act on this machine.',
  });
}

async function requireFolder(root: string): Promise<void> {
  if (!(await isFile(root))) return;
  throw new UdosError('USAGE', `--root names ${root}, which is a file, not a folder.`, {
    hint: 'Name the folder that plugins are to be installed under; it is made when it is not there.',
    data: { root },
  });
}

export async function findProjectIfAny(context: Context, place: Place = {}): Promise<RootPaths | undefined> {
  for (let folder = context.cwd; ; folder = path.dirname(folder)) {
    if ((await readFileIfAny(path.join(folder, 'udos.json'))) !== undefined) {
      return projectPaths(folder, place.root === undefined ? folder : path.resolve(context.cwd, place.root));
    }
    if (path.dirname(folder) === folder) return undefined;
  }
}

/** An exported `UDOS_ROOT` counts for `--global` only: it never redirects a project. */
function globalRoot(context: Context, place: Place): string {
  const root = place.root ?? context.env.UDOS_ROOT;
  return root === undefined || root === '' ? context.home.defaultRoot : path.resolve(context.cwd, root);
}

/** @throws PROJECT_MISSING, PROJECT_INVALID, LOCKFILE_INVALID */
export async function openProject(context: Context, place: Place): Promise<OpenProject> {
  const paths = await findProject(context, place);
  const bytes = await readFileIfAny(paths.projectFile);
  const lockBytes = await readFileIfAny(paths.lockfile);
  return {
    paths,
    project: parseProject(paths, bytes),
    lock: lockBytes === undefined ? emptyLockfile : parseLockfile(lockBytes),
    hasLockfile: lockBytes !== undefined,
    texts: { project: textOf(bytes), lockfile: textOf(lockBytes) },
  };
}

export async function readProject(paths: RootPaths): Promise<Project> {
  return parseProject(paths, await readFileIfAny(paths.projectFile));
}

/** @param bytes undefined where there is no `udos.json`, as on a new machine. @throws PROJECT_MISSING, PROJECT_INVALID */
export function parseProject(paths: RootPaths, bytes: Uint8Array | undefined): Project {
  if (bytes === undefined && !paths.global) {
    throw new UdosError('PROJECT_MISSING', `There is no ${paths.projectFile}.`, { hint: 'Run `udos init`.' });
  }
  if (bytes !== undefined) {
    refuseConflictMarks(
      bytes,
      paths.projectFile,
      'PROJECT_INVALID',
      (line) =>
        `Edit it from line ${line} on: keep what both sides need, and take out the lines of <<<<<<<, ======= and >>>>>>>. If the lockfile has a conflict, too, run \`udos lock merge\` next, then \`udos install\`.`,
    );
  }
  return readFormat(projectFormat, bytes ?? Buffer.from('{}'), {
    what: paths.projectFile,
    code: 'PROJECT_INVALID',
    hint: 'Mend that field (schemas/project.schema.json describes all of them), or go back with `udos rollback`.',
  });
}

function textOf(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : Buffer.from(bytes).toString('utf8');
}

/** The text of `udos.json`. Parts that say nothing are left out; plugins and registries are sorted. */
export function formatProject(project: Project): string {
  const part = <T>(name: string, record: Readonly<Record<string, T>>) => {
    const entries = Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1));
    return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries) };
  };
  return formatJson({
    plugins: {},
    ...part('plugins', project.plugins),
    ...part('registries', project.registries),
    ...part('routes', project.routes),
    ...part('permissions', project.permissions),
  });
}
