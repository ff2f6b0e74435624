import path from 'node:path';
import type { Context, RootPaths } from '../../context/index.js';
import { hasCode, type UdosError } from '../../errors/index.js';
import type { LockedPlugin, Lockfile, Receipt } from '../../model/formats/index.js';
import { folderNameOf, type PluginName } from '../../model/names.js';
import type { Version } from '../../model/version.js';
import { listFolder } from '../../primitives/fs/index.js';
import { createReceipts, inspectInstalled } from '../../store/index.js';
import { isInstalledAs } from '../steps/apply.js';
import { checkProvenance, isRefusal } from '../steps/check-provenance.js';
import { shellPath } from '../steps/fix-text.js';
import { lockedPlugins } from '../steps/lock-graph.js';
import type { OpenProject } from '../steps/project.js';
import type { Registries } from '../steps/registries.js';
import type { VerifiedInstall, VerifyProblem, VerifyReason } from './result.js';

type FoundProblem = Omit<VerifyProblem, 'fix'>;

interface FoundReceipts {
  readonly known: ReadonlyMap<PluginName, Receipt>;
  /** Plugins whose receipt cannot be read, and why. */
  readonly unreadable: ReadonlyMap<PluginName, UdosError>;
}

/**
 * Judges every locked plugin, and whatever else is installed. Nothing ends it early: what was found is an answer.
 *
 * @throws INDEX_MOVED; FILESYSTEM_FAILED where not even the folders can be listed
 */
export async function judgePlugins(
  context: Context,
  registries: Registries,
  { paths, lock }: OpenProject,
  flags: string,
): Promise<VerifiedInstall[]> {
  const receipts = await readReceipts(context, paths);
  const judged: VerifiedInstall[] = [];
  for (const [name, locked] of lockedPlugins(lock)) {
    context.reporter.step(`Checking ${name} ${locked.version}`);
    judged.push(await judgeOne(context, registries, paths, [name, locked], receipts, flags));
  }
  return [...judged, ...(await strangers(paths, lock, receipts, flags))];
}

async function readReceipts(context: Context, paths: RootPaths): Promise<FoundReceipts> {
  const { receipts, unreadable } = await createReceipts(context.home.receipts(paths.root)).survey();
  const bad = unreadable.flatMap(({ plugin, error }) =>
    plugin === undefined ? [] : [[plugin, error] as const],
  );
  return { known: new Map(receipts.map((receipt) => [receipt.name, receipt])), unreadable: new Map(bad) };
}

async function judgeOne(
  context: Context,
  registries: Registries,
  paths: RootPaths,
  [name, locked]: readonly [PluginName, LockedPlugin],
  { known, unreadable }: FoundReceipts,
  flags: string,
): Promise<VerifiedInstall> {
  const { files, refusal, ...provenance } = await checkProvenance(context, registries, name, locked);
  const receipt = known.get(name);
  const problems: FoundProblem[] = [];
  let failure = refusal;
  if (unreadable.has(name)) problems.push({ kind: 'receipt', path: '.' });
  else if (receipt === undefined) problems.push({ kind: 'not-installed', path: '.' });
  else if (!isInstalledAs(receipt, locked)) problems.push({ kind: 'other-release', path: '.' });
  else {
    if (files !== undefined && !isSameFiles(files, receipt.files))
      problems.push({ kind: 'receipt', path: '.' });
    try {
      problems.push(...(await inspectInstalled(paths, receipt)));
    } catch (error) {
      if (!hasCode(error, 'FILESYSTEM_FAILED')) throw error;
      failure ??= error;
    }
  }
  return {
    name,
    version: locked.version,
    outcome: outcomeOf(problems, failure),
    ...provenance,
    problems: withFixes(name, problems, flags),
    reason: failure === undefined ? null : reasonOf(failure, flags),
  };
}

function outcomeOf(
  problems: readonly FoundProblem[],
  failure: UdosError | undefined,
): VerifiedInstall['outcome'] {
  if (failure?.code === 'RELEASE_REVOKED') return 'recalled';
  if (failure !== undefined && isRefusal(failure)) return 'refused';
  if (problems.length > 0) return 'damaged';
  return failure === undefined ? 'proved' : 'not-proved';
}

function reasonOf({ code, message, hint, exitClass }: UdosError, flags: string): VerifyReason {
  const usual =
    exitClass === 'trust'
      ? 'Do not use it until the owner of the registry has explained that.'
      : 'Check the address and the connection, then run `udos verify` again.';
  const fix = hint ?? usual;
  return { code, message, fix: code === 'NOT_PROVED' ? `Run \`udos install --repair${flags}\`.` : fix };
}

function withFixes(name: string, problems: readonly FoundProblem[], flags: string): VerifyProblem[] {
  const fixOf = ({ kind }: FoundProblem) => {
    if (kind === 'unknown-folder')
      return `Look at what is in it, then remove it with \`rm -r ${shellPath(name)}\`.`;
    const repair = ['not-installed', 'other-release', 'not-locked'].includes(kind) ? '' : ' --repair';
    return `Run \`udos install${repair}${flags}\`.`;
  };
  return problems.map((problem) => ({ ...problem, fix: fixOf(problem) }));
}

/** What is under the root and should not be. */
async function strangers(
  paths: RootPaths,
  lock: Lockfile,
  { known, unreadable }: FoundReceipts,
  flags: string,
): Promise<VerifiedInstall[]> {
  const isLocked = (name: PluginName) => lock.plugins[name] !== undefined;
  const unlocked = [...known.values()].filter(({ name }) => !isLocked(name));
  const unread = [...unreadable.keys()].filter((name) => !isLocked(name));
  const names = [...known.keys(), ...unreadable.keys(), ...lockedPlugins(lock).map(([name]) => name)];
  const folders = new Set(names.map(folderNameOf));
  return [
    ...unlocked.map(({ name, version }) => stranger(name, version, 'not-locked', flags)),
    ...unread.map((name) => stranger(name, null, 'receipt', flags)),
    ...(await listFolder(paths.installedFolder))
      .filter((folder) => !folders.has(folder))
      .map((folder) => stranger(path.join(paths.installedFolder, folder), null, 'unknown-folder', flags)),
  ];
}

function stranger(
  name: string,
  version: Version | null,
  kind: VerifyProblem['kind'],
  flags: string,
): VerifiedInstall {
  const problems = withFixes(name, [{ kind, path: '.' }], flags);
  return {
    ...{ name, version, outcome: 'damaged', index: 'not-asked', artifact: 'not-asked' },
    problems,
    reason: null,
  };
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
