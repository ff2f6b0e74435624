import type { Context } from '../../context/index.js';
import { hasCode, UdosError } from '../../errors/index.js';
import type { Root } from '../../model/formats/index.js';
import type { Alias } from '../../model/names.js';
import type { VerifiedIndex } from '../../model/verified-index.js';
import { readCheckpointOf } from './index-documents.js';
import {
  createDiskTrustStore,
  prepareCheckpoint,
  syncRegistry,
  treeHead,
  withChanges,
  type Changes,
  type IndexTree,
  type PreparedCheckpoint,
  type Signer,
  type SignersFor,
} from '../../registry/index.js';
import { checkpointBase, requireForgetting } from './checkpoint-base.js';
import type { IndexWorkspace } from './index-workspace.js';
import { judgeRelease } from './judge-release.js';

/** How long a checkpoint lasts: a year where one person holds the keys, 30 days for a team's CI (DESIGN check 8). */
export const checkpointDays = { onePerson: 365, team: 30 } as const;

/** How many days a checkpoint lasts under these roles, unless somebody says otherwise. */
export function daysUnder({ root }: Root['roles']): number {
  return root.threshold === 1 ? checkpointDays.onePerson : checkpointDays.team;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * The next checkpoint of a workspace whose main would have `changes`. Nothing is written.
 *
 * @param days how long it lasts; by default as {@link checkpointDays} says for the root in force.
 * @param after the checkpoint that this one follows, when later ones are the work of a stolen key.
 * @throws INDEX_ROLLBACK, INDEX_FORK, INDEX_EQUIVOCATION when what is published is not what this machine has seen: a
 *   git host must not get an owner to sign over a rewritten history; USAGE for an `after` that clients would refuse
 */
export async function prepareWorkspaceCheckpoint(
  context: Context,
  workspace: IndexWorkspace,
  changes: Changes,
  signers: readonly Signer[] | SignersFor,
  days: number | undefined,
  after?: number,
): Promise<PreparedCheckpoint> {
  const main = withChanges(workspace.main, changes);
  const base = await checkpointBase(workspace, after);
  if (after === undefined) await refuseForeignHistory(context, workspace);
  else await requireForgetting(context, workspace.registry, main, base, after);
  context.reporter.step('Checking the index as a client would');
  return prepareCheckpoint({
    registry: workspace.registry,
    main,
    published: base,
    signers,
    now: Math.floor(context.clock.now().getTime() / 1000) * 1000,
    lifetime: (roles) => (days ?? daysUnder(roles)) * dayMs,
    judgeRelease,
  });
}

/** Remembers what was just published, so that nobody can have it signed over again. */
export async function rememberCheckpoint(
  context: Context,
  workspace: IndexWorkspace,
  prepared: PreparedCheckpoint,
): Promise<void> {
  await syncOwn(context, workspace, withChanges(workspace.main, prepared.changes));
}

/** Remembers a checkpoint that was signed here before and is about to be pushed. @throws as a client that reads it */
export async function rememberPublishedTree(
  context: Context,
  index: Pick<IndexWorkspace, 'registry' | 'location'>,
  published: IndexTree,
): Promise<void> {
  await syncOwn(context, index, published);
}

/**
 * Refuses to sign on top of what is published when it is not what this machine has seen, or a continuation of that. A new
 * root that takes a checkpoint key away makes a machine forget, as it does with every client (check 4).
 */
async function refuseForeignHistory(context: Context, workspace: IndexWorkspace): Promise<void> {
  const { published, location, registry } = workspace;
  const store = createDiskTrustStore(context.home.registry(registry).trust);
  const found = published && (await readCheckpointOf(published));
  if (published !== undefined && (await store.load())?.head?.sha256 !== found?.sha256) {
    await syncOwn(context, workspace, published).catch((error: unknown) => {
      // A new root on main is what mends this, and the sequence is compared below.
      if (!hasCode(error, 'ROOT_EXPIRED')) throw error;
    });
  }
  const stored = (await store.load())?.head;
  if (stored === undefined || (found?.document.sequence ?? 0) >= stored.sequence) return;
  throw new UdosError(
    'INDEX_ROLLBACK',
    `${location} is at checkpoint ${found?.document.sequence ?? 'none'}, but this machine has seen ${stored.sequence}.`,
    {
      hint: 'Fetch the branch published. If its host lost checkpoints, push yours again before you sign anything new.',
      data: { expected: stored.sequence, found: found?.document.sequence ?? null },
    },
  );
}

function syncOwn(
  context: Context,
  workspace: Pick<IndexWorkspace, 'registry' | 'location'>,
  tree: IndexTree,
): Promise<VerifiedIndex> {
  const head = treeHead(tree, workspace.location);
  return syncRegistry({
    registry: workspace.registry,
    alias: 'index' as Alias,
    sources: [{ location: workspace.location, head: () => Promise.resolve(head) }],
    store: createDiskTrustStore(context.home.registry(workspace.registry).trust),
    clock: context.clock.now().getTime(),
    warn: () => undefined,
  });
}
