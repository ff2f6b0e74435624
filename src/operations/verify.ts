import path from 'node:path';
import type { Context, RootPaths } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { driftOf } from '../lock/index.js';
import type { LockedPlugin, Lockfile, Receipt } from '../model/formats/index.js';
import { folderNameOf, type PluginName } from '../model/names.js';
import type { Version } from '../model/version.js';
import { listFolder } from '../primitives/fs/index.js';
import { createReceipts, inspectInstalled, withStoreInUse } from '../store/index.js';
import { isInstalledAs, withProject, type HeldProject } from './steps/apply.js';
import { checkProvenance, type Provenance } from './steps/check-provenance.js';
import { lockedPlugins } from './steps/lock-graph.js';
import { placeFlags, shellPath } from './steps/fix-text.js';
import type { Place } from './steps/project.js';
import { noteStaleLock, notesOf, type VerifyNote } from './verify-notes.js';
import { withRegistries, type Registries } from './steps/registries.js';
import { routedRegistry } from './steps/routing.js';

export interface VerifyProblem {
  /**
   * - `not-installed`: locked, and no receipt says it is installed;
   * - `other-release`: another release is installed than is locked;
   * - `receipt`: the receipt lists other files than the signed artifact has;
   * - `not-locked`: a receipt of something that the lockfile does not have;
   * - `unknown-folder`: a folder among the installed plugins that no receipt knows;
   * - the others: what is wrong with the file or folder at `path`.
   */
  readonly kind:
    | 'not-installed'
    | 'other-release'
    | 'receipt'
    | 'not-locked'
    | 'unknown-folder'
    | 'folder-missing'
    | 'missing'
    | 'changed'
    | 'extra'
    | 'mode'
    | 'link';
  /** Inside the plugin's folder; `.` is the plugin as a whole. */
  readonly path: string;
  /** What mends it. Commands stand in backticks. */
  readonly fix: string;
}

export interface VerifiedInstall extends Provenance {
  readonly name: string;
  readonly version: Version | null;
  readonly problems: readonly VerifyProblem[];
}

export interface VerifyResult {
  readonly project: string;
  readonly root: string;
  readonly plugins: readonly VerifiedInstall[];
  readonly notes: readonly VerifyNote[];
}

/**
 * Proves that what is installed is what was locked and signed: receipts against the lockfile, every file against its
 * receipt, and, for artifacts in the store, the artifact against the signed index and the receipt against the artifact.
 * Works offline with what this machine has kept of the indexes.
 *
 * @throws INSTALL_DAMAGED with `data.plugins` as in the result; LOCKFILE_DRIFT; the trust codes when the index disagrees
 *   with the lockfile, or recalled a release
 */
export async function verifyProject(context: Context, place: Place): Promise<VerifyResult> {
  const notes = await noteStaleLock(context, place);
  return withProject(context, place, (held) =>
    withStoreInUse(context.home.store, () =>
      withRegistries(context, held, (registries) => verifyHeld(context, place, held, registries, notes)),
    ),
  );
}

async function verifyHeld(
  context: Context,
  place: Place,
  held: HeldProject,
  registries: Registries,
  notesBefore: readonly VerifyNote[],
): Promise<VerifyResult> {
  const { paths, lock } = held;
  const flags = placeFlags(place, paths);
  const receipts = await readReceipts(context, paths);
  const plugins: VerifiedInstall[] = [];
  const compared = new Set<PluginName>();
  for (const [name, locked] of lockedPlugins(lock)) {
    context.reporter.step(`Checking ${name} ${locked.version}`);
    const found = await verifyOne(context, registries, paths, name, locked, receipts.get(name));
    plugins.push(withFixes(found, flags));
    if (found.index === 'agrees') compared.add(name);
  }
  plugins.push(...(await strangers(paths, lock, receipts)).map((one) => withFixes(one, flags)));
  refuseDamage(plugins);
  refuseDrift(held, registries);
  const notes = [...notesBefore, ...(await notesOf(registries, lock, compared, flags))];
  return { project: paths.project, root: paths.root, plugins, notes };
}

async function verifyOne(
  context: Context,
  registries: Registries,
  paths: RootPaths,
  name: PluginName,
  locked: LockedPlugin,
  receipt: Receipt | undefined,
): Promise<FoundInstall> {
  const { files, ...provenance } = await checkProvenance(context, registries, name, locked);
  const problems: FoundProblem[] = [];
  if (receipt === undefined) problems.push({ kind: 'not-installed', path: '.' });
  else if (!isInstalledAs(receipt, locked)) problems.push({ kind: 'other-release', path: '.' });
  else {
    if (files !== undefined && !isSameFiles(files, receipt.files))
      problems.push({ kind: 'receipt', path: '.' });
    problems.push(...(await inspectInstalled(paths, receipt)));
  }
  return { name, version: locked.version, ...provenance, problems };
}

type FoundProblem = Omit<VerifyProblem, 'fix'>;
type FoundInstall = Omit<VerifiedInstall, 'problems'> & { readonly problems: readonly FoundProblem[] };

function withFixes(found: FoundInstall, flags: string): VerifiedInstall {
  const fixOf = ({ kind }: FoundProblem) => {
    if (kind === 'unknown-folder')
      return `Look at what is in it, then remove it with \`rm -r ${shellPath(found.name)}\`.`;
    const repair = ['not-installed', 'other-release', 'not-locked'].includes(kind) ? '' : ' --repair';
    return `Run \`udos install${repair}${flags}\`.`;
  };
  return { ...found, problems: found.problems.map((problem) => ({ ...problem, fix: fixOf(problem) })) };
}

/** What is under the root and should not be. */
async function strangers(
  paths: RootPaths,
  lock: Lockfile,
  receipts: ReadonlyMap<PluginName, Receipt>,
): Promise<FoundInstall[]> {
  const unlocked = [...receipts.values()]
    .filter((receipt) => lock.plugins[receipt.name] === undefined)
    .map((receipt) => stranger(receipt.name, receipt.version, 'not-locked'));
  const known = new Set([...receipts.keys(), ...lockedPlugins(lock).map(([name]) => name)].map(folderNameOf));
  const folders = await listFolder(paths.installedFolder);
  return [
    ...unlocked,
    ...folders
      .filter((folder) => !known.has(folder))
      .map((folder) => stranger(path.join(paths.installedFolder, folder), null, 'unknown-folder')),
  ];
}

function stranger(name: string, version: Version | null, kind: VerifyProblem['kind']): FoundInstall {
  return { name, version, index: 'not-asked', artifact: 'not-asked', problems: [{ kind, path: '.' }] };
}

async function readReceipts(context: Context, paths: RootPaths): Promise<Map<PluginName, Receipt>> {
  const all = await createReceipts(context.home.receipts(paths.root)).all();
  return new Map(all.map((receipt) => [receipt.name, receipt]));
}

function isSameFiles(left: Receipt['files'], right: Receipt['files']): boolean {
  const text = (files: Receipt['files']) =>
    JSON.stringify(
      Object.entries(files)
        .map(([name, { size, sha256, executable }]) => [name, size, sha256, executable])
        .sort(),
    );
  return text(left) === text(right);
}

function refuseDamage(plugins: readonly VerifiedInstall[]): void {
  const damaged = plugins.filter((plugin) => plugin.problems.length > 0);
  if (damaged.length === 0) return;
  const lines = damaged.map(
    (plugin) => `\n  ${plugin.name}: ${plugin.problems.slice(0, 5).map(sentence).join('; ')}`,
  );
  const isForeign = damaged.some((plugin) => plugin.problems.some(({ kind }) => kind === 'unknown-folder'));
  throw new UdosError('INSTALL_DAMAGED', `What is installed is not what is locked:${lines.join('')}`, {
    hint: isForeign
      ? 'Look at the folders that no receipt knows and remove them by hand, then run `udos install --repair`.'
      : 'Run `udos install --repair` to unpack the signed artifacts again.',
    data: { plugins: damaged },
  });
}

const sentences: Readonly<Record<VerifyProblem['kind'], string>> = {
  'not-installed': 'it is not installed',
  'other-release': 'another release is installed',
  receipt: 'its receipt does not fit the signed artifact',
  'not-locked': 'it is installed, and the lockfile does not have it',
  'unknown-folder': 'no receipt knows this folder',
  'folder-missing': 'its folder is missing',
  missing: 'is missing',
  changed: 'was changed',
  extra: 'does not belong there',
  mode: 'has another executable bit',
  link: 'is a link',
};

function sentence({ kind, path: where }: FoundProblem): string {
  return where === '.' ? sentences[kind] : `${where} ${sentences[kind]}`;
}

function refuseDrift(held: HeldProject, registries: Registries): void {
  const drift = driftOf(held.project, held.lock, (name) =>
    routedRegistry(held.project, name, registries.configured),
  );
  if (drift.length === 0) return;
  throw new UdosError('LOCKFILE_DRIFT', `udos-lock.json does not fit udos.json: ${drift.join('; ')}.`, {
    hint: 'Run `udos install`, look at the change, and commit the lockfile.',
    data: { drift },
  });
}
