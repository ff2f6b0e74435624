import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import type { Root } from '../model/formats/index.js';
import { signFile, walkRoots, withChanges, type Signer } from '../registry/index.js';
import { requireAgreement } from './steps/agreement.js';
import { checkpointBase } from './steps/checkpoint-base.js';
import { prepareWorkspaceCheckpoint, rememberCheckpoint } from './steps/checkpoint-index.js';
import { indexFolder, openLocalWorkspace, type IndexWorkspace } from './steps/index-workspace.js';
import { keyHandles, type KeyHandle } from './steps/key-handles.js';
import { isNothing, type RootChanges } from './steps/next-root.js';
import { draftRoot, findWaitingRoot, type RootDraft } from './steps/root-draft.js';
import { planRootRotation, type RootPlan, type RootRotation } from './steps/root-rotation.js';
import { tellProblem, type ToldProblem } from './steps/told-problem.js';
import { requireBranch } from './steps/typed-text.js';

export interface RootRotateOptions {
  readonly index?: string | undefined;
  readonly changes: RootChanges;
  /** Which of this user's keys may sign; by default all of them. */
  readonly keys: readonly string[];
  /** The last checkpoint that was the owner's, when a stolen key signed later ones. */
  readonly after?: number | undefined;
  /** Commit to this branch instead of main. */
  readonly branch?: string | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Sign also what no client has yet: somebody has looked at it. */
  readonly signUnpublished: boolean;
  /** Shows the plan in the question. */
  readonly describe: (plan: RootPlan) => string;
  /** Shows what is not published in a question of its own. */
  readonly describeUnpublished: (plan: RootPlan) => string;
}

export interface RootRotateResult extends RootPlan {
  /**
   * `published`: clients follow the new root now. `complete`: they will with the next checkpoint, once nothing is missing.
   * `proposed`: the root waits for signatures, or on a branch.
   */
  readonly state: 'published' | 'complete' | 'proposed' | 'dry-run';
  readonly branch: string | null;
  readonly sequence: number | null;
  /** Parts of main that clients would refuse, and that stayed at their last good bytes. */
  readonly keptBack: readonly ToldProblem[];
}

/**
 * Makes the next root of an index, or finishes one that waits on main: signs it with the keys that are here, signs anew
 * what would not count under it, commits, and publishes it when a key for checkpoints is here too.
 *
 * What the keys before vouched for on main and no client has yet is signed only when somebody says so: after a theft it is the
 * thief's.
 *
 * A root that waits is not signed here, as this user has not asked for what it says: `registry sign` does that.
 *
 * @throws USAGE, INDEX_NOT_FOUND, KEY_NOT_FOUND, CONFIRMATION_REQUIRED, and what a client would say of the result. Nothing is
 *   written then.
 */
export async function rotateRoot(context: Context, options: RootRotateOptions): Promise<RootRotateResult> {
  if (options.branch !== undefined) requireBranch(options.branch);
  const workspace = await openLocalWorkspace(context, indexFolder(context, options.index));
  const published = await checkpointBase(workspace, options.after);
  const draft = isNothing(options.changes)
    ? await findWaitingRoot(workspace, published)
    : await draftRoot(context, workspace, options.changes);
  const handles = await keyHandles(context, options.keys);
  const planned = await planRootRotation(context, workspace, published, draft, handles);
  const careful = (options.signUnpublished ? planned.withUnpublished : undefined) ?? planned;
  const branch = options.branch ?? null;
  const told = { ...careful.plan, branch, sequence: null, keptBack: [] };
  if (options.dryRun) return { ...told, state: 'dry-run' };
  if (!careful.isComplete && !draft.isOwn) return { ...told, state: 'proposed' };
  await requireAgreement(context, options.yes, options.describe(careful.plan));
  const rotation = await askForUnpublished(context, careful, options);
  const { plan, isComplete } = rotation;
  const result = { ...plan, branch, sequence: null, keptBack: [] };

  const changes = await signAll(workspace, draft, rotation);
  if (isComplete) {
    const { root, problem } = await walkRoots(workspace.registry, withChanges(workspace.main, changes));
    if (root?.document.version !== plan.version)
      throw problem?.error ?? new UdosError('BUG', 'No root follows.');
  }
  const message = isComplete ? `Root ${plan.version}` : `Propose root ${plan.version}`;
  if (!isComplete || branch !== null) {
    await workspace.commit(changes, message, options.branch);
    return { ...result, state: 'proposed' };
  }
  const mine = checkpointHandles(handles, draft.next.document.roles);
  if (mine === undefined || plan.missing.length > 0) {
    if (changes.size > 0) await workspace.commit(changes, message);
    return { ...result, state: 'complete' };
  }
  const prepared = await prepareWorkspaceCheckpoint(
    context,
    workspace,
    changes,
    () => openAll(mine),
    undefined,
    options.after,
  );
  const held = prepared.keptBack.find((problem) => problem.path === plan.file);
  if (held !== undefined) throw held.error;
  if (changes.size > 0) await workspace.commit(changes, message);
  await workspace.publish(prepared.changes, `Checkpoint ${prepared.checkpoint.sequence}`);
  await rememberCheckpoint(context, workspace, prepared);
  const keptBack = prepared.keptBack.map(tellProblem);
  return { ...result, state: 'published', sequence: prepared.checkpoint.sequence, keptBack };
}

/** Asks on a terminal whether to sign what is not published too. `--yes` is no answer to this: it was given before. */
async function askForUnpublished(
  context: Context,
  rotation: RootRotation,
  { yes, describeUnpublished }: RootRotateOptions,
): Promise<RootRotation> {
  const { withUnpublished, plan } = rotation;
  if (withUnpublished === undefined || yes || !context.prompts.interactive) return rotation;
  const agreed = await context.prompts.confirm(`${describeUnpublished(plan)}\n\nSign these too?`);
  return agreed ? withUnpublished : rotation;
}

/** The draft and every signature that this user can give. */
async function signAll(
  { registry }: IndexWorkspace,
  draft: RootDraft,
  { rootSigners, documents }: RootRotation,
): Promise<Map<string, Uint8Array | null>> {
  const changes = new Map(draft.changes);
  const { type, version } = draft.next.document;
  const root = { path: draft.path, bytes: draft.bytes, type, n: version };
  for (const signer of await openAll(rootSigners)) changes.set(...signFile(signer, registry, root));
  for (const { file, signers } of documents) {
    for (const signer of await openAll(signers)) changes.set(...signFile(signer, registry, file));
  }
  return changes;
}

/** The keys that make a checkpoint under these roles; undefined when they are too few. */
function checkpointHandles(
  handles: readonly KeyHandle[],
  { checkpoint, witness }: Root['roles'],
): KeyHandle[] | undefined {
  const mine: KeyHandle[] = [];
  for (const role of [checkpoint, ...(witness === undefined ? [] : [witness])]) {
    const enough = handles
      .filter((handle) => role.keys.includes(handle.fingerprint))
      .slice(0, role.threshold);
    if (enough.length < role.threshold) return undefined;
    mine.push(...enough);
  }
  return mine;
}

async function openAll(handles: readonly KeyHandle[]): Promise<Signer[]> {
  const signers: Signer[] = [];
  for (const handle of handles) signers.push(await handle.open());
  return signers;
}
