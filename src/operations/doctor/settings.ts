import path from 'node:path';
import type { Context, RootPaths } from '../../context/index.js';
import { driftOf, emptyLockfile, parseLockfile } from '../../lock/index.js';
import type { UdosError } from '../../errors/index.js';
import type { Config, Lockfile, Project } from '../../model/formats/index.js';
import { isTornWrite, listFolder, readFileIfAny } from '../../primitives/fs/index.js';
import { readMergeStages } from '../../primitives/git/index.js';
import { readConfig } from '../steps/config.js';
import { configuredRegistries, type ConfiguredRegistry } from '../steps/configured-registries.js';
import { readProject } from '../steps/project.js';
import { routedRegistry } from '../steps/routing.js';
import { shellPath } from '../steps/fix-text.js';
import type { Findings } from './findings.js';
import type { Patient } from './patient.js';

/** What a project, and the user, say they want. Parts that cannot be read are undefined. */
export interface Settings {
  readonly project: Project | undefined;
  readonly lock: Lockfile | undefined;
  readonly configured: readonly ConfiguredRegistry[];
}

/** Whether `config.json`, `udos.json` and the lockfile can be read, and fit each other. */
export async function checkSettings(
  context: Context,
  patient: Patient | undefined,
  findings: Findings,
): Promise<Settings> {
  const { config: configFile } = context.home;
  const config = await findings.attempt(
    'config-invalid',
    configFile,
    `Mend that field by hand, or move the file away with \`mv ${shellPath(configFile)} ${shellPath(`${configFile}.broken`)}\` and add your own registries again.`,
    () => readConfig(context),
  );
  if (patient === undefined)
    return { project: undefined, lock: undefined, configured: namedIn(context, config) };

  const { paths } = patient;
  const project = await findings.attempt(
    'project-invalid',
    paths.projectFile,
    await wayBack(context, patient, paths.projectFile, 'Mend that field by hand, or '),
    () => readProject(paths),
  );
  const lock = await findings.attempt(
    'lockfile-invalid',
    paths.lockfile,
    await wayBack(context, patient, paths.lockfile, 'To keep the releases that were chosen, '),
    async () => parseIfAny(await readFileIfAny(paths.lockfile)),
  );
  const configured =
    (await findings.attempt(
      'project-invalid',
      paths.projectFile,
      `Correct that registry in ${shellPath(paths.projectFile)}.`,
      () => configuredRegistries(context, config ?? noConfig, project && { project, paths }),
    )) ?? [];
  if (project !== undefined && lock !== undefined) {
    await checkDrift(patient, project, lock, configured, findings);
    checkConfigured(patient, lock.file, configured, findings);
  }
  await checkTornFiles(patient, findings);
  return { project, lock: lock?.file, configured };
}

const noConfig: Config = { registries: {}, bindings: {} };

function namedIn(context: Context, config: Config | undefined): ConfiguredRegistry[] {
  return config === undefined ? [] : configuredRegistries(context, config, undefined);
}

interface FoundLock {
  readonly file: Lockfile;
  readonly isThere: boolean;
}

function parseIfAny(bytes: Uint8Array | undefined): FoundLock {
  return bytes === undefined
    ? { file: emptyLockfile, isThere: false }
    : { file: parseLockfile(bytes), isThere: true };
}

async function checkDrift(
  { paths, flags }: Patient,
  project: Project,
  lock: FoundLock,
  configured: readonly ConfiguredRegistry[],
  findings: Findings,
): Promise<void> {
  const drift = await findings.attempt(
    'project-invalid',
    paths.projectFile,
    (error) => error.hint ?? `Correct its routes in ${shellPath(paths.projectFile)}.`,
    () => driftOf(project, lock.file, (name) => routedRegistry(project, name, configured)),
  );
  if (drift === undefined || drift.length === 0) return;
  if (lock.isThere) {
    const fix = `Run \`udos install${flags}\`, look at the change, and commit the lockfile.`;
    findings.add('lockfile-drift', paths.lockfile, `It does not fit udos.json: ${drift.join('; ')}.`, fix);
  } else {
    const message = 'There is no lockfile, so that every machine would choose for itself.';
    findings.add('lockfile-missing', paths.lockfile, message, `Run \`udos install${flags}\` and commit it.`);
  }
}

function checkConfigured(
  { paths }: Patient,
  lock: Lockfile,
  configured: readonly ConfiguredRegistry[],
  findings: Findings,
): void {
  for (const [id, { alias }] of Object.entries(lock.registries)) {
    if (configured.some((registry) => registry.id === id)) continue;
    findings.add(
      'registry-unconfigured',
      alias,
      `The lockfile has plugins from the registry ${id}, and nothing says where that is.`,
      `Ask your colleagues for its URL, then run \`udos registry add ${alias} URL --id ${id}${paths.global ? ' --global' : ''}\`.`,
    );
  }
}

/** Temporary files of writes that were killed. While another command works they may be its own. */
async function checkTornFiles({ paths, flags, isBusy }: Patient, findings: Findings): Promise<void> {
  if (isBusy) return;
  const names = [paths.projectFile, paths.lockfile].map((file) => `${path.basename(file)}.`);
  for (const entry of await listFolder(paths.project)) {
    if (!isTornWrite(entry) || !names.some((name) => entry.startsWith(name))) continue;
    findings.add(
      'torn-write',
      path.join(paths.project, entry),
      'A killed command left this half-written file.',
      `Any command that changes the project removes it: \`udos install${flags}\`.`,
    );
  }
}

/** What git is just merging is to be merged, not to be thrown away. */
async function wayBack(
  context: Context,
  patient: Patient,
  file: string,
  before: string,
): Promise<(error: UdosError) => string> {
  const otherwise = await restoring(patient, file, before);
  const bytes = await readFileIfAny(file).catch(() => undefined);
  if (bytes === undefined || !Buffer.from(bytes).includes('<<<<<<<')) return () => otherwise;
  const { ours, theirs } = await readMergeStages(path.dirname(file), path.basename(file), context.env);
  const isUnmerged = ours !== undefined || theirs !== undefined;
  return ({ data, hint }) => (isUnmerged && data.line !== undefined ? (hint ?? otherwise) : otherwise);
}

/** How a file of the project comes back: from version control, else by beginning a new one. */
async function restoring({ paths, flags }: Patient, file: string, before: string): Promise<string> {
  const folder = shellPath(paths.project);
  const place = shellPath(file);
  if (await isVersioned(paths)) {
    return `${before}restore it from version control with \`git -C ${folder} checkout HEAD -- ${path.basename(file)}\`.`;
  }
  const broken = shellPath(`${file}.broken`);
  if (file === paths.lockfile) {
    return `Look for a copy of it; without one, \`mv ${place} ${broken}\` and \`udos install${flags}\` choose anew.`;
  }
  const begin = paths.global ? 'add the plugins again' : 'then `udos init`, and add the plugins again';
  return `${before}move it away with \`mv ${place} ${broken}\`, ${begin}.`;
}

async function isVersioned(paths: RootPaths): Promise<boolean> {
  if (paths.global) return false;
  for (let folder = paths.project; ; folder = path.dirname(folder)) {
    if ((await listFolder(folder)).includes('.git')) return true;
    if (path.dirname(folder) === folder) return false;
  }
}
