import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import { isPluginName, publisherOf, type PluginName, type Publisher } from '../../model/names.js';
import type { TrustStore } from '../trust/trust-store.js';
import { onlyNamespace, withChanges, type Changes, type IndexTree } from './index-tree.js';
import { judgeTree, type Judgement } from './judge-tree.js';
import { lastGood } from './last-good.js';
import type { Problem } from './problem.js';
import { findRuinousRoot, refuseExpired, type PublishedInput } from './ruinous-root.js';

export interface GoodParts {
  readonly tree: IndexTree;
  /** What was put back, as changes of main. */
  readonly reverted: Changes;
  readonly judgement: Judgement;
  readonly keptBack: readonly Problem[];
}

export interface KeepInput extends PublishedInput {
  readonly main: IndexTree;
}

/**
 * What of main can be published: every path that a client would refuse is put back to its last good bytes.
 *
 * A new root under which something that is published would no longer be good is such a path too: clients stay with the
 * old one until the signatures that the new one needs are there.
 *
 * @param store what a client knows that has read the published index.
 * @throws ROOT_EXPIRED when the newest good root has
 */
export async function keepGoodParts(input: KeepInput, store: TrustStore): Promise<GoodParts> {
  const heldRoots: Problem[] = [];
  for (;;) {
    const parts = await putBackFailing(input, store, heldRoots);
    const ruinous = await findRuinousRoot(input, store, parts.judgement);
    if (ruinous === undefined) return parts;
    heldRoots.push(ruinous);
  }
}

/**
 * Puts failing paths back until what remains is good. Putting one back may uncover another, so this repeats.
 *
 * A publisher's namespace goes back as a whole when its new version would make clients refuse a document that they accept
 * today: its keys change for clients together with the signatures of the new keys, or not yet.
 */
async function putBackFailing(
  input: KeepInput,
  store: TrustStore,
  heldRoots: readonly Problem[],
): Promise<GoodParts> {
  const { main, published, registry, now, judgeRelease } = input;
  const reverted = new Map<string, Uint8Array | null>();
  const keptBack = new Map<string, Problem>();
  const judge = (tree: IndexTree, complete?: true) =>
    judgeTree({ registry, tree, published, complete, store, now, judgeRelease });
  /** What is bad even so goes back a second time, without the signatures that main adds. */
  const twice = new Set<string>();
  const putBack = async (problem: Problem, path = problem.path) => {
    const isAgain = keptBack.has(problem.path);
    const bare = await lastGood(path, main, published, 'published');
    const files = isAgain ? bare : await lastGood(path, main, published, 'added');
    if (isAgain || files.size === bare.size) twice.add(problem.path);
    if (!isAgain) keptBack.set(problem.path, problem);
    for (const [file, bytes] of files) reverted.set(file, bytes);
  };
  for (const root of heldRoots) await putBack(root);
  for (;;) {
    const tree = withChanges(main, reverted);
    const judgement = await judge(tree, true);
    refuseExpired(judgement.problems, keptBack.values());
    const fresh = firstOfEach(judgement.problems.filter((problem) => !twice.has(problem.path)));
    const folders = new Set(fresh.map(({ path }) => path));
    for (const problem of fresh) {
      const plugin = pluginOf(problem.path);
      // Judged again once its publisher is put back: it may be good.
      if (plugin !== undefined && folders.has(layout.publisherFolder(publisherOf(plugin)))) continue;
      await putBack(problem);
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
      keptBack.delete(problem.path);
      await putBack(problem, namespace);
    }
  }
}

/** One problem a path. */
function firstOfEach(problems: readonly Problem[]): Problem[] {
  return [...new Map([...problems].reverse().map((problem) => [problem.path, problem])).values()].reverse();
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
