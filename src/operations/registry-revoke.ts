import type { Context } from '../context/index.js';
import { revocations as revocationsFormat, type Root } from '../model/formats/index.js';
import { layout, sidecarOf } from '../model/index-layout.js';
import type { Fingerprint, IndexPath } from '../model/names.js';
import type { Changes } from '../registry/index.js';
import { requireAgreement } from './steps/agreement.js';
import { signedDocument } from './steps/author-index.js';
import { daysUnder, prepareWorkspaceCheckpoint, rememberCheckpoint } from './steps/checkpoint-index.js';
import { readRoles } from './steps/index-documents.js';
import { indexFolder, openLocalWorkspace, type IndexWorkspace } from './steps/index-workspace.js';
import { missingSignatures, type MissingSignatures } from './steps/missing-signatures.js';
import { nextRevocations, planRevocation, type RevocationPlan } from './steps/revocation-plan.js';
import { readRevocationTarget } from './steps/revocation-target.js';
import { revokedKeys } from './steps/revoked-keys.js';
import { findCheckpointSigners, openRootSigners } from './steps/signers.js';
import { requireBranch, requireTyped } from './steps/typed-text.js';

export interface RevokeOptions {
  readonly index?: string | undefined;
  /** A key by its fingerprint, or a release: `publisher/name@1.2.0`, `publisher/name@*`. */
  readonly target: string;
  readonly reason: string;
  readonly keys: readonly string[];
  readonly branch: string | undefined;
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** Renders the plan for the question. */
  readonly describe: (plan: RevocationPlan) => string;
}

export interface RevokeResult extends RevocationPlan {
  readonly file: IndexPath;
  /** `published`: clients refuse it from `sequence` on. `committed`: it waits on main, or on `branch`. */
  readonly state: 'published' | 'committed' | 'dry-run' | 'unchanged';
  readonly branch: string | null;
  readonly sequence: number | null;
  /** Signatures of curators that it still needs. */
  readonly missing: readonly MissingSignatures[];
}

/**
 * Takes a key or a release back for everybody: writes the next list of revocations with all that was on it before, signs
 * it with the curators' keys that are here, and publishes it when they are enough and the checkpoint key is here too.
 * There is no way back.
 *
 * @throws USAGE, SPEC_INVALID, KEY_NOT_FOUND, KEY_AMBIGUOUS, PLUGIN_NOT_FOUND, VERSION_NOT_FOUND, INDEX_NOT_FOUND,
 *   CONFIRMATION_REQUIRED; nothing is changed then
 */
export async function revoke(context: Context, options: RevokeOptions): Promise<RevokeResult> {
  requireTyped('--reason', options.reason, revocationsFormat.shape.keys.element.shape.reason);
  if (options.branch !== undefined) requireBranch(options.branch);
  const workspace = await openLocalWorkspace(context, indexFolder(context, options.index));
  const target = await readRevocationTarget(workspace, options.target, options.reason);
  const { published, next, isNew } = await nextRevocations(workspace, target);
  const roles = await readRoles(workspace.main);
  const plan = await planRevocation(context, workspace, published, next, roles);
  const result = { ...plan, file: layout.revocations, branch: null, sequence: null, missing: [] };
  if (!isNew) {
    const sidecars = new Set(workspace.main.paths);
    const signed = roles.curator.keys.filter((fp) => sidecars.has(sidecarOf(layout.revocations, fp)));
    const missing = missingSignatures(layout.revocations, [roles.curator], new Set(signed));
    return { ...result, state: 'unchanged', missing };
  }

  const revoked = await revokedKeys(context, workspace);
  const signers = await openRootSigners(context, roles.curator, options.keys, 'revoke', revoked);
  if (options.dryRun) return { ...result, state: 'dry-run' };
  await requireAgreement(context, options.yes, options.describe(plan));
  const changes = signedDocument(workspace.registry, layout.revocations, next, signers, workspace.main);
  const message = `Revoke ${options.target}`;
  const signed = new Set(signers.map((signer) => signer.fingerprint));
  const missing = missingSignatures(layout.revocations, [roles.curator], signed);
  if (options.branch !== undefined || missing.length > 0) {
    await workspace.commit(changes, message, options.branch);
    return { ...result, state: 'committed', branch: options.branch ?? null, missing };
  }
  const sequence = await publishIfPossible(context, workspace, {
    ...options,
    changes,
    message,
    plan,
    roles,
    revoked,
  });
  return { ...result, state: sequence === null ? 'committed' : 'published', sequence };
}

interface Publication {
  readonly changes: Changes;
  readonly message: string;
  readonly keys: readonly string[];
  readonly plan: RevocationPlan;
  readonly roles: Root['roles'];
  readonly revoked: ReadonlySet<Fingerprint>;
}

/** Commits, and checkpoints when the keys for that are here. @returns the new sequence, or null */
async function publishIfPossible(
  context: Context,
  workspace: IndexWorkspace,
  { changes, message, keys, plan, roles, revoked }: Publication,
): Promise<number | null> {
  const { signers, isEnough } = await findCheckpointSigners(context, roles, keys, revoked);
  if (!isEnough) {
    await workspace.commit(changes, message);
    return null;
  }
  const days = daysUnder(roles);
  const prepared = await prepareWorkspaceCheckpoint(context, workspace, changes, signers, days);
  const meant = new Set<string>([
    ...plan.stops.map(({ name }) => layout.document(name)),
    ...plan.closes.map((publisher) => layout.publisherFolder(publisher)),
  ]);
  for (const { path, error } of prepared.keptBack) {
    if (path === layout.revocations) throw error;
    if (!meant.has(path)) context.reporter.warn(`${path} stays as it was published: ${error.message}`);
  }
  await workspace.commit(changes, message);
  await workspace.publish(prepared.changes, `Checkpoint ${prepared.checkpoint.sequence}`);
  await rememberCheckpoint(context, workspace, prepared);
  return prepared.checkpoint.sequence;
}
