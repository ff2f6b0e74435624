import type { Context } from '../../context/index.js';
import { hasCode, UdosError } from '../../errors/index.js';
import type { PluginDocument } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import { publisherOf } from '../../model/names.js';
import {
  judgeTree,
  rememberPublished,
  withChanges,
  type Changes,
  type Signer,
  type SignersFor,
} from '../../registry/index.js';
import { signedDocument } from './author-index.js';
import { daysUnder, prepareWorkspaceCheckpoint, rememberCheckpoint } from './checkpoint-index.js';
import { compareUrlOf } from './compare-url.js';
import { readRoles } from './index-documents.js';
import { branchFor, type IndexWorkspace } from './index-workspace.js';
import { judgeRelease } from './judge-release.js';
import { revokedKeys } from './revoked-keys.js';
import { findCheckpointSigners, openCheckpointSigners } from './signers.js';

export interface Submission {
  readonly changes: Changes;
  /** Paths that must be good afterwards. What else on main is bad is kept back, and told. */
  readonly concerned: ReadonlySet<string>;
  readonly message: string;
  /** Where a proposal goes when no branch is named. */
  readonly proposalBranch: string;
  /** Propose on a branch even where the checkpoint key is at hand. */
  readonly branch: string | boolean;
  readonly keys: readonly string[];
  readonly dryRun: boolean;
}

export interface DocumentSubmission extends Omit<Submission, 'changes' | 'concerned' | 'proposalBranch'> {
  readonly document: PluginDocument;
  /** Files that go with it: artifacts. */
  readonly files: Changes;
  readonly signers: readonly Signer[];
  /** Names the branch of a proposal. */
  readonly what: string;
}

export interface Submitted {
  /** `published`: clients see it now. `proposed`: it waits on a branch for a pull request. */
  readonly state: 'published' | 'proposed' | 'dry-run';
  readonly branch: string | null;
  readonly sequence: number | null;
  /** The web page on which the pull request is opened, where it is known. */
  readonly compareUrl: string | null;
}

/** Signs a plugin document and brings it into an index: see {@link submitChanges}. */
export async function submitDocument(
  context: Context,
  workspace: IndexWorkspace,
  submission: DocumentSubmission,
): Promise<Submitted> {
  const { document, files, signers, what, ...rest } = submission;
  const path = layout.document(document.name);
  const signed = signedDocument(workspace.registry, path, document, signers, workspace.main);
  return submitChanges(context, workspace, {
    ...rest,
    changes: new Map([...signed, ...files]),
    concerned: new Set<string>([path, layout.publisherFolder(publisherOf(document.name))]),
    proposalBranch: branchFor(document.name, what),
  });
}

/**
 * Brings signed files into an index. Who holds the keys that a checkpoint needs, witnesses included, commits to main,
 * checkpoints and pushes, in one go; everybody else gets a branch to open a pull request from. Either way the result is judged first, as a client and as
 * `registry check` would.
 *
 * @throws what a client would say of the files; PUSH_REFUSED, AUTH_REQUIRED. Nothing is committed before the judging.
 */
export async function submitChanges(
  context: Context,
  workspace: IndexWorkspace,
  submission: Submission,
): Promise<Submitted> {
  const { changes, concerned, dryRun, message } = submission;
  const roles = await readRoles(workspace.main, workspace.published);
  const revoked = await revokedKeys(context, workspace);
  const mayPublish =
    submission.branch === false &&
    (await findCheckpointSigners(context, roles, submission.keys, revoked)).isEnough;

  if (!mayPublish) {
    await judgeProposal(context, workspace, changes, concerned);
    return propose(context, workspace, submission);
  }
  const days = daysUnder(roles);
  const signers: SignersFor = (now) => openCheckpointSigners(context, now, submission.keys, revoked);
  const prepared = await prepareWorkspaceCheckpoint(context, workspace, changes, signers, days);
  for (const problem of prepared.keptBack) {
    if (concerned.has(problem.path)) throw problem.error;
    context.reporter.warn(`${problem.path} stays as it was published: ${problem.error.message}`);
  }
  const { sequence } = prepared.checkpoint;
  if (dryRun) return { state: 'dry-run', branch: null, sequence, compareUrl: null };
  await workspace.commit(changes, message);
  await workspace.publish(prepared.changes, `Checkpoint ${sequence}`);
  context.reporter.step('Pushing');
  let isSigned = false;
  await workspace
    .pushPublished(async () => {
      // Before its first byte leaves: a host that loses the answer must not get a second checkpoint of this number.
      await rememberCheckpoint(context, workspace, prepared);
      isSigned = true;
    })
    .catch((error: unknown) => {
      throw namingBranch(error, isSigned);
    });
  return { state: 'published', branch: null, sequence, compareUrl: null };
}

/** What to do when a host declines a direct push, as it does for a protected branch. */
function namingBranch(error: unknown, isMainThere: boolean): unknown {
  if (!hasCode(error, 'PUSH_REFUSED') || error.data.movedOn === true) return error;
  const hint = isMainThere
    ? 'Let this account push to the branch published, then run the command again: the checkpoint that is signed goes first.'
    : 'If its rules want a pull request, run the command again with `--branch NAME`. Nothing was changed on the server.';
  return new UdosError('PUSH_REFUSED', error.message, { hint, data: error.data, cause: error });
}

/** Pushes files on a branch, unjudged: for a pull request, or for others to add their signatures. */
export async function propose(
  context: Context,
  workspace: IndexWorkspace,
  submission: Submission,
): Promise<Submitted> {
  const { changes, dryRun, message, proposalBranch } = submission;
  const branch = typeof submission.branch === 'string' ? submission.branch : proposalBranch;
  if (dryRun) return { state: 'dry-run', branch, sequence: null, compareUrl: null };
  await workspace.commit(changes, message, branch);
  context.reporter.step('Pushing the branch');
  const said = await workspace.push(branch);
  return {
    state: 'proposed',
    branch,
    sequence: null,
    compareUrl: compareUrlOf(workspace.location, branch, said),
  };
}

async function judgeProposal(
  context: Context,
  workspace: IndexWorkspace,
  changes: Changes,
  concerned: ReadonlySet<string>,
): Promise<void> {
  const judgement = await judgeTree({
    registry: workspace.registry,
    tree: withChanges(workspace.main, changes),
    published: workspace.published,
    store: await rememberPublished(workspace.registry, workspace.published),
    now: context.clock.now().getTime(),
    judgeRelease,
  });
  const problem = judgement.problems.find((one) => concerned.has(one.path));
  if (problem !== undefined) throw problem.error;
}
