import { UdosError } from '../../errors/index.js';
import {
  readFormat,
  registryFile,
  type PluginDocument,
  type Release,
  type Revocations,
} from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import {
  isPluginName,
  isPublisher,
  type PluginName,
  type Publisher,
  type RegistryId,
  type Sha256,
} from '../../model/names.js';
import { listedSidecars } from '../trust/checked-files.js';
import { verifyDocument, type TrustedDocument } from '../trust/documents.js';
import { publisherFiles, verifyPublisher, type TrustedPublisher } from '../trust/publishers.js';
import { revocationListOf, verifyRevocations, type RevocationList } from '../trust/revocation-list.js';
import { advanceRoots, refuseExpiredRoot, type TrustedRoot } from '../trust/roots.js';
import { createSummedFiles } from '../trust/summed-files.js';
import type { SeenDocument, SeenPublisher, TrustStore } from '../trust/trust-store.js';
import { generateSums } from './folder-sums.js';
import { hashTree } from './hash-tree.js';
import { findLookAlikes } from './look-alikes.js';
import { treeHead, withChanges, type IndexTree } from './index-tree.js';
import type { Problem } from './problem.js';
import { findLostArtifacts } from './published-artifacts.js';
import { walkRoots } from './root-chain.js';

/** What a client would make of a tree, part by part. */
export interface Judgement {
  readonly problems: readonly Problem[];
  /** The newest root that is good. */
  readonly root: TrustedRoot;
  readonly revocations: RevocationList | undefined;
  /** Documents that passed, by name. */
  readonly documents: ReadonlyMap<PluginName, PluginDocument>;
  /** What a client remembers of the publishers and documents that passed. */
  readonly seen: {
    readonly publishers: ReadonlyMap<Publisher, SeenPublisher>;
    readonly documents: ReadonlyMap<PluginName, SeenDocument>;
  };
  readonly hashes: ReadonlyMap<string, Sha256>;
}

/** Checks 15 and 16 for releases whose artifact lies in the tree. Provided by operations; throws what a client would. */
export type JudgeRelease = (
  tree: Pick<IndexTree, 'read'>,
  registry: RegistryId,
  document: PluginDocument,
  release: Release,
  artifactKeys: ReadonlyMap<string, string>,
) => Promise<void>;

export interface JudgeInput {
  readonly registry: RegistryId;
  readonly tree: IndexTree;
  /** What clients read until now: names that are in it are not new. Undefined when there is nothing yet. */
  readonly published: IndexTree | undefined;
  /** This is all of an index: what is published and missing here is a problem, as nothing ever leaves one. */
  readonly complete?: true | undefined;
  /** What a client knows that has read the published index: serials, versions, releases. */
  readonly store: TrustStore;
  readonly now: number;
  readonly judgeRelease: JudgeRelease;
  /** Judge as if the curators had signed these revocations, whatever the tree has. */
  readonly revocations?: Revocations | undefined;
}

/**
 * Runs every check of a client on every part of a tree, with the client's own code, and reports all that fail instead
 * of stopping at the first; and the two checks that are an owner's alone: that no new name imitates another, and that no
 * published artifact is lost.
 */
export async function judgeTree(input: JudgeInput): Promise<Judgement> {
  const { registry, store } = input;
  const { hashes, problems: unreadable } = await hashTree(input.tree);
  const problems: Problem[] = [...unreadable];
  const isUnreadable = new Set(unreadable.map((problem) => problem.path));
  const attempt = async <T>(path: string, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UdosError)) throw error;
      // That such a file does not exist for clients is no news.
      if (!isUnreadable.has(path)) problems.push({ path, error });
      return undefined;
    }
  };

  const sums = generateSums(hashes);
  const root = await newestGoodRoot(input, problems);
  await attempt(layout.root(root.document.version), () => {
    refuseExpiredRoot(root, input.now);
  });

  const summed = withChanges(input.tree, sums.files);
  const source = { location: 'this tree', head: () => Promise.resolve(treeHead(summed, sums.top)) };
  const files = createSummedFiles(sums.top, { source, head: treeHead(summed, sums.top) }, store);
  await files.load([layout.registryFile, layout.revocations]);
  await files.load(listedSidecars(files, layout.revocations));
  const registryJson = await attempt(layout.registryFile, () => {
    const bytes = files.file(layout.registryFile);
    if (bytes === undefined) throw new UdosError('INDEX_INVALID', `${layout.registryFile} is missing.`);
    return readFormat(registryFile, bytes, { what: layout.registryFile, code: 'INDEX_INVALID' });
  });
  const storedSerial = (await store.load())?.head?.revocationsSerial ?? 0;
  const revocations =
    input.revocations === undefined
      ? await attempt(layout.revocations, () =>
          verifyRevocations(files, registry, root, undefined, storedSerial),
        )
      : revocationListOf(registry, input.revocations);

  const documents = new Map<PluginName, PluginDocument>();
  const seen = {
    publishers: new Map<Publisher, SeenPublisher>(),
    documents: new Map<PluginName, SeenDocument>(),
  };
  const names = pluginsByPublisher(input.tree.paths, problems);
  const published = pluginsByPublisher(input.published?.paths ?? [], []);
  problems.push(...findLookAlikes({ names, published, registryFile: registryJson ?? {} }));
  const expected = input.complete === true ? pluginsByPublisher(pathsOf(input), []) : names;
  for (const [publisher, plugins] of expected) {
    const folder = layout.publisherFolder(publisher);
    await files.load(
      plugins.map((plugin) => layout.document(plugin)),
      [folder],
    );
    await files.load([
      ...publisherFiles(files, publisher),
      ...plugins.flatMap((plugin) => listedSidecars(files, layout.document(plugin))),
    ]);
    const effective = revocations ?? noRevocations;
    const trusted = await attempt(folder, async () =>
      verifyPublisher(files, registry, root, publisher, effective, await store.readPublisher(publisher)),
    );
    if (trusted !== undefined) seen.publishers.set(publisher, trusted.seen);
    for (const plugin of plugins) {
      await attempt(layout.document(plugin), async () => {
        const judged = await judgeDocument(input, plugin, trusted, effective, files);
        if (judged === undefined) return;
        documents.set(plugin, judged.document);
        seen.documents.set(plugin, judged.seen);
      });
    }
  }
  if (input.complete === true && input.published !== undefined)
    problems.push(...(await findLostArtifacts(input.tree, input.published, revocations ?? noRevocations)));
  return { problems, root, revocations, documents, seen, hashes };
}

const noRevocations: RevocationList = {
  serial: 0,
  keys: new Set(),
  reasonAgainstKey: () => undefined,
  reasonAgainst: () => undefined,
};

async function judgeDocument(
  input: JudgeInput,
  plugin: PluginName,
  publisher: TrustedPublisher | undefined,
  revocations: RevocationList,
  files: Parameters<typeof verifyDocument>[0],
): Promise<TrustedDocument | undefined> {
  const seen = await input.store.readDocument(plugin);
  const trusted = verifyDocument(files, input.registry, plugin, publisher, revocations, seen);
  if (trusted === undefined || publisher === undefined) return undefined;
  const keys = new Map([...publisher.releaseKeysEver].map(([fp, key]) => [fp as string, key.encoded]));
  for (const release of trusted.document.releases) {
    if (seen?.releases[release.version] !== undefined) continue;
    await input.judgeRelease(input.tree, input.registry, trusted.document, release, keys);
  }
  return trusted;
}

/**
 * Roots are walked one by one from the first, as somebody who is new here does, so that a bad one is named and the last
 * good one is still used. Those that are published must be there, byte for byte.
 */
async function newestGoodRoot(
  { registry, tree, store }: JudgeInput,
  problems: Problem[],
): Promise<TrustedRoot> {
  const chain = await walkRoots(registry, tree);
  const published = (await store.load())?.root ?? 0;
  for (let version = 1; version <= published; version += 1) {
    const path = layout.root(version);
    const [found, known] = [await chain.read(version), await store.readRoot(version)];
    if (found !== undefined && known !== undefined && Buffer.compare(found, known) === 0) continue;
    problems.push(chain.problem?.path === path ? chain.problem : { path, error: changedRoot(path) });
    return advanceRoots(registry, published, undefined, store);
  }
  if (chain.problem !== undefined) problems.push(chain.problem);
  if (chain.root === undefined) throw chain.problem?.error ?? changedRoot(layout.root(1));
  return chain.root;
}

function changedRoot(path: string): UdosError {
  return new UdosError('ROOT_INVALID', `${path} is published, and here it is missing or has other bytes.`, {
    hint: 'A root never changes. Bring it back from the branch published, and change keys with `udos registry rotate`.',
    data: { file: path },
  });
}

function pathsOf({ tree, published }: JudgeInput): string[] {
  return [...new Set([...tree.paths, ...(published?.paths ?? [])])].sort();
}

/** Which plugins of which publishers a tree claims to have. A document in the wrong place is a problem. */
function pluginsByPublisher(paths: readonly string[], problems: Problem[]): Map<Publisher, PluginName[]> {
  const found = new Map<Publisher, PluginName[]>();
  for (const path of paths) {
    const [, letters, publisher = '', file = '', ...rest] = path.split('/');
    if (!path.startsWith('plugins/') || !path.endsWith('.json')) continue;
    const name = `${publisher}/${file.replace(/\.json$/, '')}`;
    const isVersionFile = file === 'publisher' && rest.length === 1;
    if (!isPublisher(publisher) || letters !== publisher.slice(0, 2) || (!isVersionFile && rest.length > 0)) {
      problems.push({ path, error: misplaced(path) });
      continue;
    }
    const plugins = found.get(publisher) ?? [];
    found.set(publisher, plugins);
    if (isVersionFile) continue;
    if (isPluginName(name)) plugins.push(name);
    else problems.push({ path, error: misplaced(path) });
  }
  return found;
}

function misplaced(path: string): UdosError {
  return new UdosError('INDEX_INVALID', `${path} is not a place for a plugin document.`, {
    hint: 'Documents are plugins/<first two letters>/<publisher>/<name>.json; publisher versions publisher/<n>.json below.',
  });
}
