import type { Context, RootPaths } from '../../context/index.js';
import { formatLockfile } from '../../lock/index.js';
import type { LockedPlugin, Lockfile, Project, Receipt } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';
import { isFolder, removeTornWrites, withLock, type Lock } from '../../primitives/fs/index.js';
import {
  applyTransaction,
  createReceipts,
  recoverTransaction,
  withStoreInUse,
  type InstallChange,
  type PluginInstall,
} from '../../store/index.js';
import { recordChange } from './earlier-states.js';
import { obtainPlugins } from './obtain.js';
import { formatProject, openProject, type OpenProject, type Place, type ProjectTexts } from './project.js';
import type { Registries } from './registries.js';

/** A project that no other udos process changes meanwhile. */
export interface HeldProject extends OpenProject {
  refuseIfLost(): void;
}

/**
 * Runs `work` on a project while holding its lock. What a killed command left half done is finished or undone first.
 *
 * @throws PROJECT_MISSING, STATE_LOCKED, STATE_CORRUPT
 */
export async function withProject<T>(
  context: Context,
  place: Place,
  work: (project: HeldProject) => Promise<T>,
): Promise<T> {
  return withProjectAs(context, place, openProject, work);
}

/** The same for a project that is opened in another way. */
export async function withProjectAs<T, P extends OpenProject>(
  context: Context,
  place: Place,
  open: (context: Context, place: Place) => Promise<P>,
  work: (project: P & Pick<HeldProject, 'refuseIfLost'>) => Promise<T>,
): Promise<T> {
  const { paths } = await open(context, place);
  const hold = async (lock: Lock) => {
    const refuseIfLost = () => {
      lock.refuseIfLost();
    };
    await recoverTransaction({ ...transactionPlace(context, paths), refuseIfLost });
    for (const file of [paths.projectFile, paths.lockfile]) await removeTornWrites(file);
    return work({ ...(await open(context, place)), refuseIfLost });
  };
  return withLock(`${paths.lockfile}.lock`, hold, () => {
    context.reporter.step('Waiting for another udos command on this project');
  });
}

/** What {@link applyLockfile} did. */
export interface Applied {
  readonly installed: readonly PluginName[];
  readonly removed: readonly PluginName[];
}

/**
 * Plugins of `lock` that are not installed as it says, and installed ones that it does not have. By receipts alone.
 *
 * @param repair every plugin of `lock` counts as missing, whatever its receipt says: it may be the receipt that is wrong,
 *   or unreadable.
 * @throws STATE_CORRUPT for a receipt that cannot be read, unless `repair`; FILESYSTEM_FAILED
 */
export async function findWork(
  context: Context,
  paths: RootPaths,
  lock: Lockfile,
  repair = false,
): Promise<{
  readonly install: readonly (readonly [PluginName, LockedPlugin])[];
  readonly remove: readonly PluginName[];
}> {
  const all = createReceipts(context.home.receipts(paths.root));
  const survey = repair ? await all.survey() : { receipts: await all.all(), unreadable: [] };
  const receipts = new Map(survey.receipts.map((one) => [one.name, one]));
  const unreadable = survey.unreadable.map(({ plugin }) => plugin).filter((name) => name !== undefined);
  const install: [PluginName, LockedPlugin][] = [];
  for (const [name, locked] of Object.entries(lock.plugins) as [PluginName, LockedPlugin][]) {
    const isThere = isInstalledAs(receipts.get(name), locked) && (await isFolder(paths.installed(name)));
    if (repair || !isThere) install.push([name, locked]);
  }
  const known = new Set([...receipts.keys(), ...unreadable]);
  return { install, remove: [...known].filter((name) => lock.plugins[name] === undefined) };
}

/** What a change is called, and how it is done. */
export interface ApplyOptions {
  /** As typed, for those who look at earlier states: `udos update`. */
  readonly command: string;
  /** As for {@link findWork}. */
  readonly repair?: boolean | undefined;
}

/**
 * Brings the root to what `lock` says and writes `udos.json` and the lockfile, in one step that happens whole or not at
 * all. Files whose text would not change are left alone; of others the text before is kept, for a rollback.
 *
 * @param registries where artifacts come from; undefined to remove only, and leave what is missing missing.
 */
export async function applyLockfile(
  context: Context,
  registries: Registries | undefined,
  held: HeldProject,
  project: Project,
  lock: Lockfile,
  options: ApplyOptions,
): Promise<Applied> {
  const texts = {
    project: project === held.project ? held.texts.project : formatProject(project),
    lockfile: formatLockfile(lock),
  };
  return applyTexts(context, registries, held, lock, texts, options);
}

interface TextOptions extends ApplyOptions {
  readonly back?: number;
  /** Called when everything was judged and nothing is changed yet. */
  readonly onReady?: () => Promise<void>;
}

/**
 * As {@link applyLockfile}, with the very texts that the two files are to have.
 *
 * @param lock what `texts.lockfile` says.
 * @param options.back set by a rollback, for {@link recordChange}.
 */
export async function applyTexts(
  context: Context,
  registries: Registries | undefined,
  held: HeldProject,
  lock: Lockfile,
  texts: ProjectTexts,
  options: TextOptions,
): Promise<Applied> {
  return withStoreInUse(context.home.store, (use) => {
    const refuseIfLost = () => {
      held.refuseIfLost();
      use.refuseIfLost();
    };
    return applyInUse(context, registries, { ...held, refuseIfLost }, lock, texts, options);
  });
}

/** Nobody may take an artifact out of the store between its arrival and the receipt that keeps it there. */
async function applyInUse(
  context: Context,
  registries: Registries | undefined,
  held: HeldProject,
  lock: Lockfile,
  texts: ProjectTexts,
  { command, repair, back, onReady }: TextOptions,
): Promise<Applied> {
  const { paths } = held;
  const { install, remove } = await findWork(context, paths, lock, repair);
  const installs =
    registries === undefined
      ? new Map<PluginName, PluginInstall>()
      : await obtainPlugins(context, registries, paths.root, install);
  await onReady?.();
  const changes: InstallChange[] = [
    ...[...installs].map(([plugin, one]) => ({ plugin, install: one })),
    ...remove.map((plugin) => ({ plugin })),
  ];
  const files = [
    { file: paths.projectFile, before: held.texts.project, bytes: texts.project },
    { file: paths.lockfile, before: held.texts.lockfile, bytes: texts.lockfile },
  ].filter(({ before, bytes }) => before !== bytes);
  if (changes.length > 0 || files.length > 0) {
    context.reporter.step('Installing');
    await applyTransaction({
      ...transactionPlace(context, paths),
      changes: changes.sort((left, right) => (left.plugin < right.plugin ? -1 : 1)),
      files,
      history:
        back === undefined && !isWorthKeeping(held, lock, texts, changes.length)
          ? null
          : await recordChange(context, held, { command, left: texts.project, back }),
      host: paths.global ? { ecosystem: context.home.ecosystem, clock: context.clock } : undefined,
      refuseIfLost: () => {
        held.refuseIfLost();
      },
    });
  }
  return { installed: [...installs.keys()].sort(), removed: [...remove].sort() };
}

/** False where a rollback would bring back nothing: no text changes, or the first lockfile only says that there are no plugins. */
function isWorthKeeping(
  { texts }: HeldProject,
  lock: Lockfile,
  { project, lockfile }: ProjectTexts,
  changes: number,
): boolean {
  if (texts.project !== project) return true;
  if (texts.lockfile === lockfile) return false;
  return texts.lockfile !== null || changes > 0 || Object.keys(lock.plugins).length > 0;
}

function transactionPlace(context: Context, paths: RootPaths) {
  return {
    paths,
    receiptsFolder: context.home.receipts(paths.root),
    historyFolder: context.home.history(paths.root),
    ecosystem: context.home.ecosystem,
  };
}

/** True when the receipt is of the very release that is locked. */
export function isInstalledAs(receipt: Receipt | undefined, locked: LockedPlugin): boolean {
  return (
    receipt?.version === locked.version &&
    receipt.integrity === locked.integrity &&
    receipt.registry === locked.registry
  );
}
