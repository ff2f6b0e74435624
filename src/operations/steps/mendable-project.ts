import path from 'node:path';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { emptyLockfile, parseLockfile } from '../../lock/index.js';
import type { HistoryEntry } from '../../model/formats/index.js';
import { listFolder, readFileIfAny, writeFileAtomic } from '../../primitives/fs/index.js';
import { refuseLinks } from '../../store/index.js';
import { noProject } from './nearest-project.js';
import { findProject, parseProject, type OpenProject, type Place } from './project.js';

/** A project of which either file may be beyond reading. */
export interface MendableProject extends OpenProject {
  /** What cannot be read. What stands for it in `project` and `lock` is empty. */
  readonly broken: readonly BrokenFile[];
}

export interface BrokenFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** As `openProject`, for the one command that is there for broken files. @throws PROJECT_MISSING, FILESYSTEM_FAILED */
export async function openMendableProject(context: Context, place: Place): Promise<MendableProject> {
  const paths = await findProject(context, place);
  const [projectBytes, lockBytes] = [
    await readFileIfAny(paths.projectFile),
    await readFileIfAny(paths.lockfile),
  ];
  const project = unlessBroken(() => parseProject(paths, projectBytes));
  const lock = unlessBroken(() => (lockBytes === undefined ? emptyLockfile : parseLockfile(lockBytes)));
  const broken = [
    { file: paths.projectFile, bytes: projectBytes, isBroken: project === undefined },
    { file: paths.lockfile, bytes: lockBytes, isBroken: lock === undefined },
  ];
  return {
    paths,
    project: project ?? noProject.project,
    lock: lock ?? emptyLockfile,
    hasLockfile: lockBytes !== undefined,
    texts: { project: textOf(projectBytes), lockfile: textOf(lockBytes) },
    broken: broken.flatMap(({ file, bytes, isBroken }) =>
      isBroken && bytes !== undefined ? [{ file, bytes }] : [],
    ),
  };
}

/** True when both texts of an earlier state can be read. */
export function isReadableState(
  paths: OpenProject['paths'],
  { project, lockfile }: Pick<HistoryEntry, 'project' | 'lockfile'>,
): boolean {
  const parsed = unlessBroken(() => {
    if (lockfile !== null) parseLockfile(Buffer.from(lockfile));
    return parseProject(paths, project === null ? undefined : Buffer.from(project));
  });
  return parsed !== undefined;
}

/**
 * Puts a copy of each broken file beside it, byte for byte, under a name that is free. What is not even text is written
 * anew as the text that stands for it, so that the transaction knows it again.
 *
 * @returns the copies.
 * @throws STATE_CORRUPT for a link, which a cloned project may bring along: what it leads to is not the project's
 */
export async function keepAside(broken: readonly BrokenFile[]): Promise<string[]> {
  for (const { file } of broken) await refuseLinks(path.dirname(file), [file]);
  const kept: string[] = [];
  for (const { file, bytes } of broken) {
    const taken = new Set(await listFolder(path.dirname(file)));
    let copy = `${file}.broken`;
    for (let number = 2; taken.has(path.basename(copy)); number += 1) copy = `${file}.broken-${number}`;
    await writeFileAtomic(copy, bytes);
    kept.push(copy);
    const text = Buffer.from(textOf(bytes) ?? '', 'utf8');
    if (!text.equals(bytes)) await writeFileAtomic(file, text);
  }
  return kept;
}

function unlessBroken<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof UdosError && error.exitClass !== 'bug') return undefined;
    throw error;
  }
}

function textOf(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : Buffer.from(bytes).toString('utf8');
}
