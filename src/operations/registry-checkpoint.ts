import type { Context } from '../context/index.js';
import type { SignersFor } from '../registry/index.js';
import { prepareWorkspaceCheckpoint, rememberCheckpoint } from './steps/checkpoint-index.js';
import { indexFolder, openLocalWorkspace } from './steps/index-workspace.js';
import { revokedKeys } from './steps/revoked-keys.js';
import { openCheckpointSigners } from './steps/signers.js';
import { tellProblem, type ToldProblem } from './steps/told-problem.js';

export interface CheckpointOptions {
  readonly index?: string | undefined;
  readonly keys: readonly string[];
  /** How long it lasts; by default as DESIGN check 8 says. */
  readonly days?: number | undefined;
  /** The last checkpoint that was the owner's, when a stolen key signed later ones. */
  readonly after?: number | undefined;
}

export interface CheckpointResult {
  readonly registry: string;
  readonly sequence: number;
  readonly issued: string;
  readonly expires: string;
  /** Parts of main that clients would refuse, and that stayed at their last good bytes. */
  readonly keptBack: readonly ToldProblem[];
}

/**
 * Publishes what is on `main`: writes the generated files, signs the next checkpoint, and moves the branch `published`.
 *
 * @throws INDEX_NOT_FOUND, KEY_NOT_FOUND, CHECKPOINT_INVALID, ROOT_EXPIRED, USAGE; nothing is changed then
 */
export async function checkpointRegistry(
  context: Context,
  options: CheckpointOptions,
): Promise<CheckpointResult> {
  const workspace = await openLocalWorkspace(context, indexFolder(context, options.index));
  const revoked = await revokedKeys(context, workspace);
  const signers: SignersFor = (roles) => openCheckpointSigners(context, roles, options.keys, revoked);
  const { days, after } = options;
  const prepared = await prepareWorkspaceCheckpoint(context, workspace, new Map(), signers, days, after);
  await workspace.publish(prepared.changes, `Checkpoint ${prepared.checkpoint.sequence}`);
  await rememberCheckpoint(context, workspace, prepared);
  return {
    registry: workspace.registry,
    sequence: prepared.checkpoint.sequence,
    issued: prepared.checkpoint.issued,
    expires: prepared.checkpoint.expires,
    keptBack: prepared.keptBack.map(tellProblem),
  };
}
