import { rm } from 'node:fs/promises';
import type { Context } from '../context/index.js';
import type { PluginName, RegistryId } from '../model/names.js';
import { isRegistryId } from '../model/names.js';
import type { Version } from '../model/version.js';
import { fileError, listFolder } from '../primitives/fs/index.js';
import { checkObjects } from '../registry/index.js';
import {
  createReceipts,
  findArtifactProblem,
  listArtifacts,
  listIncoming,
  readKnownRoots,
  withStoreAlone,
  type StoredFile,
} from '../store/index.js';

export interface StoreCheckOptions {
  /** Tell only. */
  readonly dryRun: boolean;
}

/** A file that does not belong where it lies, and was, or under a dry run would be, removed. */
export interface BadStoreFile {
  readonly kind: 'artifact' | 'leftover' | 'index-object';
  readonly file: string;
  readonly bytes: number;
  /** Why, as a part of a sentence. */
  readonly problem: string;
}

export interface StoreCheckResult {
  readonly dryRun: boolean;
  /** How many artifacts and index files were hashed. */
  readonly checked: { readonly artifacts: number; readonly bytes: number; readonly indexFiles: number };
  readonly bad: readonly BadStoreFile[];
  /** Installed plugins whose artifact is not in the store. That is no fault: it is fetched again when it is needed. */
  readonly absent: readonly {
    readonly root: string;
    readonly name: PluginName;
    readonly version: Version;
  }[];
}

/**
 * Hashes every artifact and every kept index file, and removes those that are not what their name says, with what
 * interrupted downloads left. All of it can be fetched again.
 *
 * @throws STATE_LOCKED when something is to be removed while another command uses the store; FILESYSTEM_FAILED
 */
export async function checkStore(context: Context, { dryRun }: StoreCheckOptions): Promise<StoreCheckResult> {
  const { store } = context.home;
  const artifacts = await listArtifacts(store);
  const bad: BadStoreFile[] = [];
  for (const [at, artifact] of artifacts.entries()) {
    context.reporter.step(`Checking artifact ${at + 1} of ${artifacts.length}`);
    const problem = await findArtifactProblem(artifact);
    if (problem !== undefined) bad.push(badFile('artifact', artifact, problem));
  }
  if (bad.length > 0 || (await listIncoming(store)).length > 0) {
    const found = bad.splice(0);
    bad.push(...(await withStoreAlone(store, () => removeBad(context, artifacts, found, dryRun))));
  }
  let indexFiles = 0;
  for (const id of await registriesOf(context)) {
    context.reporter.step('Checking the kept index files');
    const report = await checkObjects(context.home.registry(id).trust, dryRun);
    indexFiles += report.checked;
    for (const object of report.removed)
      bad.push({ kind: 'index-object', ...object, problem: 'its bytes are not what its name says' });
  }
  return {
    dryRun,
    checked: {
      artifacts: artifacts.length,
      bytes: artifacts.reduce((sum, { bytes }) => sum + bytes, 0),
      indexFiles,
    },
    bad: bad.map(({ kind, file, bytes, problem }) => ({ kind, file, bytes, problem })),
    absent: await findAbsent(context),
  };
}

/** Nobody else uses the store now: what is bad still, and all that downloads left, goes. */
async function removeBad(
  context: Context,
  artifacts: readonly StoredFile[],
  found: readonly BadStoreFile[],
  dryRun: boolean,
): Promise<BadStoreFile[]> {
  const bad: BadStoreFile[] = [];
  for (const { file } of found) {
    const artifact = artifacts.find((one) => one.file === file);
    // Another command may have put good bytes in its place meanwhile.
    const problem = artifact && (await findArtifactProblem(artifact));
    if (artifact !== undefined && problem !== undefined) bad.push(badFile('artifact', artifact, problem));
  }
  for (const leftover of await listIncoming(context.home.store))
    bad.push(badFile('leftover', leftover, 'its download was interrupted'));
  if (dryRun) return bad;
  for (const { file } of bad) {
    await rm(file, { recursive: true, force: true }).catch((error: unknown) => {
      throw fileError('remove', file, error);
    });
  }
  return bad;
}

async function findAbsent(context: Context): Promise<StoreCheckResult['absent']> {
  const stored = new Set((await listArtifacts(context.home.store)).map(({ integrity }) => integrity));
  const absent: StoreCheckResult['absent'][number][] = [];
  for (const { folder, state } of await readKnownRoots(context.home.receiptsFolder)) {
    if (state === 'gone') continue;
    const { receipts } = await createReceipts(folder).survey();
    for (const { root, name, version, integrity } of receipts) {
      if (!stored.has(integrity)) absent.push({ root, name, version });
    }
  }
  return absent;
}

async function registriesOf({ home }: Context): Promise<RegistryId[]> {
  return (await listFolder(home.registriesFolder)).filter(isRegistryId);
}

function badFile(kind: BadStoreFile['kind'], { file, bytes }: StoredFile, problem: string): BadStoreFile {
  return { kind, file, bytes, problem };
}
