import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import { isPluginName, publisherOf, type PluginName, type Publisher } from '../../model/names.js';
import type { TrustStore } from '../trust/trust-store.js';
import { isGenerated } from './folder-sums.js';
import { onlyNamespace, withChanges, type Changes, type IndexTree } from './index-tree.js';
import { judgeTree, type Judgement, type JudgeInput, type Problem } from './judge-tree.js';

export interface GoodParts {
  readonly tree: IndexTree;
  /** What was put back, as changes of main. */
  readonly reverted: Changes;
  readonly judgement: Judgement;
  readonly keptBack: readonly Problem[];
}

export interface KeepInput extends Omit<JudgeInput, 'tree' | 'store' | 'revocations'> {
  readonly main: IndexTree;
  readonly published: IndexTree | undefined;
}

/**
 * Puts failing paths back until what remains is good. Putting one back may uncover another, so this repeats.
 *
 * A publisher's namespace goes back as a whole when its new version would make clients refuse a document that they accept
 * today: its keys change for clients together with the signatures of the new keys, or not yet.
 */
export async function keepGoodParts(input: KeepInput, store: TrustStore): Promise<GoodParts> {
  const { main, published, registry, now, judgeRelease } = input;
  const reverted = new Map<string, Uint8Array | null>();
  const keptBack = new Map<string, Problem>();
  const judge = (tree: IndexTree) => judgeTree({ registry, tree, published, store, now, judgeRelease });
  for (;;) {
    const tree = withChanges(main, reverted);
    const judgement = await judge(tree);
    const fresh = judgement.problems.filter((problem) => !keptBack.has(problem.path));
    const folders = new Set(fresh.map(({ path }) => path));
    for (const problem of fresh) {
      if (problem.error.code === 'ROOT_EXPIRED') throw problem.error;
      const plugin = pluginOf(problem.path);
      // Judged again once its publisher is put back: it may be good.
      if (plugin !== undefined && folders.has(layout.publisherFolder(publisherOf(plugin)))) continue;
      keptBack.set(problem.path, problem);
      for (const [path, bytes] of await lastGood(problem.path, main, published)) reverted.set(path, bytes);
    }
    if (fresh.length > 0) continue;
    const waiting = await waitingVersions(judgement, tree, published, (publisher, namespace) =>
      judge(onlyNamespace(withChanges(tree, namespace), publisher)),
    );
    if (waiting.size === 0) return { tree, reverted, judgement, keptBack: [...keptBack.values()] };
    for (const [publisher, problem] of waiting) {
      const namespace = layout.namespace(publisher);
      // A document that is bad in itself keeps its own reason.
      for (const [path, { error }] of [...keptBack]) {
        if (path.startsWith(`${namespace}/`) && error.code === 'DOCUMENT_INVALID') keptBack.delete(path);
      }
      keptBack.set(problem.path, problem);
      for (const [path, bytes] of await lastGood(namespace, main, published)) reverted.set(path, bytes);
    }
  }
}

/** Publishers whose new version takes documents away that clients accept under the published one. */
async function waitingVersions(
  judgement: Judgement,
  tree: IndexTree,
  published: IndexTree | undefined,
  judgeWith: (publisher: Publisher, namespace: Changes) => Promise<Judgement>,
): Promise<Map<Publisher, Problem>> {
  const waiting = new Map<Publisher, Problem>();
  if (published === undefined) return waiting;
  const refused = judgement.problems.map(({ path }) => pluginOf(path)).filter((one) => one !== undefined);
  for (const publisher of new Set(refused.map(publisherOf))) {
    const version = newestVersion(tree, publisher);
    if (version <= newestVersion(published, publisher)) continue;
    const before = await judgeWith(publisher, await lastGood(layout.namespace(publisher), tree, published));
    const lost = refused.filter((plugin) => before.documents.has(plugin));
    if (lost.length > 0) waiting.set(publisher, waitingVersion(publisher, version, lost));
  }
  return waiting;
}

function waitingVersion(publisher: Publisher, version: number, lost: readonly PluginName[]): Problem {
  const error = new UdosError(
    'DOCUMENT_INVALID',
    `Version ${version} of the publisher ${publisher} waits, and its plugins with it: its release keys have not signed ${lost.join(', ')}.`,
    {
      hint: `Whoever holds the new keys runs \`udos key rotate ${publisher}\`. If a thief holds the old ones, revoke them first: \`udos registry revoke KEY\`.`,
      data: { publisher, version, plugins: lost },
    },
  );
  return { path: layout.publisherFolder(publisher), error };
}

function newestVersion(tree: IndexTree, publisher: Publisher): number {
  const folder = `${layout.publisherFolder(publisher)}/`;
  const numbers = tree.paths
    .filter((path) => path.startsWith(folder))
    .map((path) => Number(/^([1-9][0-9]{0,4})\.json$/.exec(path.slice(folder.length))?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

function pluginOf(path: string): PluginName | undefined {
  const [, publisher, name] = /^plugins\/[^/]+\/([^/]+)\/([^/]+)\.json$/.exec(path) ?? [];
  const plugin = `${publisher ?? ''}/${name ?? ''}`;
  return isPluginName(plugin) ? plugin : undefined;
}

/** The published bytes of a path with all that signs it, or of all files below a folder. */
async function lastGood(path: string, main: IndexTree, published: IndexTree | undefined): Promise<Changes> {
  const belongs = (candidate: string) =>
    candidate === path ||
    candidate.startsWith(`${path}/`) ||
    (candidate.startsWith(`${path}.`) && candidate.endsWith('.minisig'));
  const changes = new Map<string, Uint8Array | null>();
  for (const candidate of main.paths.filter(belongs)) changes.set(candidate, null);
  if (published === undefined) return changes;
  const before = published.paths.filter((candidate) => belongs(candidate) && !isGenerated(candidate));
  for (const [candidate, bytes] of await published.read(before)) changes.set(candidate, bytes);
  return changes;
}
