import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { judgeTree, rememberPublished } from '../registry/index.js';
import { folderTree } from './steps/folder-tree.js';
import { idOf, indexFolder, publishedTree } from './steps/index-workspace.js';
import { judgeRelease } from './steps/judge-release.js';
import { tellProblem } from './steps/told-problem.js';

export interface CheckResult {
  readonly registry: string;
  readonly plugins: number;
  readonly releases: number;
  /** The published state that immutability was judged against; false when there is none yet. */
  readonly comparedWithPublished: boolean;
}

/**
 * Judges an index as it lies in a folder with all of a client's checks: formats, signatures, ownership, and that nothing
 * published has changed or gone. For a pull request's CI.
 *
 * @throws INDEX_INVALID with every part that fails; INDEX_NOT_FOUND
 */
export async function checkRegistry(
  context: Context,
  options: { readonly index?: string | undefined },
): Promise<CheckResult> {
  const folder = indexFolder(context, options.index);
  const tree = await folderTree(folder);
  const registry = await idOf(tree, folder);
  const published = await publishedTree(folder);
  const store = await rememberPublished(registry, published);
  const judgement = await judgeTree({
    registry,
    tree,
    published,
    complete: true,
    store,
    now: context.clock.now().getTime(),
    judgeRelease,
  });
  if (judgement.problems.length > 0) {
    const problems = judgement.problems.map(tellProblem);
    const lines = problems.map(
      ({ path, code, message, hint }) =>
        `\n  ${path}: ${message} [${code}]${hint === null ? '' : `\n    ${hint}`}`,
    );
    throw new UdosError(
      'INDEX_INVALID',
      `A client would refuse ${problems.length} part(s) of this index:${lines.join('')}`,
      {
        hint: 'Mend them before they are merged: `udos registry checkpoint` would leave them out.',
        data: { problems },
      },
    );
  }
  const documents = [...judgement.documents.values()];
  return {
    registry,
    plugins: documents.length,
    releases: documents.reduce((sum, document) => sum + document.releases.length, 0),
    comparedWithPublished: published !== undefined,
  };
}
