import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import type { RegistryId } from '../../model/names.js';
import {
  createDiskTrustStore,
  parseRoot,
  removedCheckpointKeys,
  rootInForce,
  type IndexTree,
} from '../../registry/index.js';
import { readCheckpointOf } from './index-documents.js';
import type { IndexWorkspace } from './index-workspace.js';

/**
 * The published state that the next checkpoint follows: the newest one; or, after a checkpoint key was stolen, the last
 * that was the owner's own. The branch `published` still only grows by a commit, so that no push has to be forced.
 *
 * @throws USAGE when the branch never had that checkpoint
 */
export async function checkpointBase(
  workspace: IndexWorkspace,
  after: number | undefined,
): Promise<IndexTree | undefined> {
  if (after === undefined) return workspace.published;
  const base = await workspace.publishedAt(after);
  if (base !== undefined) return base;
  throw new UdosError('USAGE', `The branch published of ${workspace.location} has no checkpoint ${after}.`, {
    hint: 'Fetch that branch whole; `git log published` shows its checkpoints.',
    data: { after },
  });
}

/**
 * Refuses to leave checkpoints out that clients would not forget: only a root that takes a checkpoint key away makes them
 * (check 4). It is asked of the root that the base was under, and of what this machine has seen.
 *
 * @throws USAGE
 */
export async function requireForgetting(
  context: Context,
  registry: RegistryId,
  main: IndexTree,
  base: IndexTree | undefined,
  after: number,
): Promise<void> {
  const next = await rootInForce(registry, main);
  const store = createDiskTrustStore(context.home.registry(registry).trust);
  const state = await store.load();
  const known: (Uint8Array | undefined)[] = [];
  if (base !== undefined) {
    const path = layout.root((await readCheckpointOf(base)).document.root);
    known.push((await base.read([path])).get(path));
  }
  if (state?.head !== undefined && state.head.sequence > after) known.push(await store.readRoot(state.root));
  for (const bytes of known) {
    if (bytes === undefined) continue;
    const before = parseRoot(bytes, 'an earlier root');
    if (removedCheckpointKeys(before, next).length > 0) continue;
    throw new UdosError(
      'USAGE',
      `--after ${after} would look like a rollback to all who saw a later checkpoint: root ${next.document.version} takes no checkpoint key of root ${before.document.version} away.`,
      {
        hint: 'Take the stolen key away first: `udos registry rotate --replace OLD=NEW`.',
        data: { after, root: next.document.version, before: before.document.version },
      },
    );
  }
}
