import type { Context } from '../../context/index.js';
import type { Fingerprint } from '../../model/names.js';
import { layout } from '../../model/index-layout.js';
import { judgeTree, rememberPublished } from '../../registry/index.js';
import type { IndexWorkspace } from './index-workspace.js';
import { judgeRelease } from './judge-release.js';

/**
 * The keys that the curators have revoked: as it is published, and as main has it for the next checkpoint. A list that they
 * have not signed says nothing.
 *
 * @throws ROOT_INVALID when not even the first root is good
 */
export async function revokedKeys(
  context: Context,
  { registry, main, published }: Pick<IndexWorkspace, 'registry' | 'main' | 'published'>,
): Promise<ReadonlySet<Fingerprint>> {
  const keys = new Set<Fingerprint>();
  const now = context.clock.now().getTime();
  for (const tree of [main, published]) {
    if (tree?.paths.includes(layout.revocations) !== true) continue;
    const trust = { ...tree, paths: tree.paths.filter((path) => path.startsWith('trust/')) };
    const store = await rememberPublished(registry, undefined);
    const judged = await judgeTree({
      registry,
      tree: trust,
      published: undefined,
      store,
      now,
      judgeRelease,
    });
    for (const key of judged.revocations?.keys ?? []) keys.add(key);
  }
  return keys;
}
