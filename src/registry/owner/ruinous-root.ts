import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import type { TrustStore } from '../trust/trust-store.js';
import type { IndexTree } from './index-tree.js';
import { judgeTree, type JudgeInput, type Judgement } from './judge-tree.js';
import { rootVersion } from './last-good.js';
import type { Problem } from './problem.js';

/** What the published tree is judged with. */
export interface PublishedInput extends Omit<JudgeInput, 'tree' | 'store' | 'revocations'> {
  readonly published: IndexTree | undefined;
}

/**
 * The newest root, when it is not published yet and something that is published is refused under it alone: what its
 * curators signed counts no more, and the new ones have not signed it yet.
 */
export async function findRuinousRoot(
  input: PublishedInput,
  store: TrustStore,
  { root, problems }: Judgement,
): Promise<Problem | undefined> {
  const known = (await store.load())?.root;
  const { version } = root.document;
  if (input.published === undefined || known === undefined || version <= known) return undefined;
  if (problems.length === 0) return undefined;
  const before = await judgeTree({ ...input, tree: input.published, store });
  const wasBad = new Set(before.problems.map((problem) => problem.path));
  const ruined = problems.filter((problem) => !wasBad.has(problem.path) && !isDocument(problem.path));
  if (ruined.length === 0) return undefined;
  const path = layout.root(version);
  const reasons = ruined.map((problem) => `\n  ${problem.path}: ${problem.error.message}`).join('');
  return {
    path,
    error: new UdosError(
      'ROOT_INCOMPLETE',
      `${path} would take back what is published until its keys have signed that anew:${reasons}`,
      {
        hint: 'Whoever holds its keys runs `udos registry rotate`, or `udos registry sign FILE` for each file.',
        data: { file: path, files: ruined.map((problem) => problem.path) },
      },
    ),
  };
}

/** Plugin documents are refused with their publisher; naming that is enough. */
function isDocument(path: string): boolean {
  return path.startsWith(`${layout.pluginsFolder}/`) && path.endsWith('.json');
}

/**
 * Nothing can be published under an expired root. The one that would follow it, and why it cannot, is what its owner must
 * hear of.
 *
 * @throws ROOT_EXPIRED
 */
export function refuseExpired(problems: readonly Problem[], keptBack: Iterable<Problem>): void {
  const error = problems.find((problem) => problem.error.code === 'ROOT_EXPIRED')?.error;
  if (error === undefined) return;
  const next = [...keptBack, ...problems].find(
    (problem) => rootVersion(problem.path) !== undefined && problem.error.code !== 'ROOT_EXPIRED',
  );
  if (next === undefined) {
    throw new UdosError('ROOT_EXPIRED', error.message, {
      hint: 'Make the next root with `udos registry rotate --days 1825`.',
      data: error.data,
    });
  }
  throw new UdosError(
    'ROOT_EXPIRED',
    `${error.message} The next one cannot follow yet: ${next.error.message}`,
    {
      hint: next.error.hint ?? 'See with `udos registry rotate` who must sign.',
      data: { ...error.data, next: next.path },
    },
  );
}
