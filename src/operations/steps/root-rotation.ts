import type { Context } from '../../context/index.js';
import type { KeyRole } from '../../model/formats/index.js';
import type { Fingerprint } from '../../model/names.js';
import {
  isRecovery,
  judgeTree,
  planResigning,
  rememberPublished,
  withChanges,
  type IndexTree,
  type Resigning,
} from '../../registry/index.js';
import { daysUnder } from './checkpoint-index.js';
import type { IndexWorkspace } from './index-workspace.js';
import { judgeRelease } from './judge-release.js';
import type { KeyHandle } from './key-handles.js';
import { missingSignatures, type MissingSignatures } from './missing-signatures.js';
import { roleNames } from './next-root.js';
import { laterRoots, type RootDraft } from './root-draft.js';

export interface KeyLabel {
  readonly fingerprint: string;
  /** As this machine's `key list` calls it. */
  readonly name: string | null;
}

export interface RoleState {
  readonly threshold: number;
  readonly keys: readonly KeyLabel[];
}

export interface RootRoleChange {
  readonly name: string;
  readonly before: RoleState | null;
  readonly after: RoleState | null;
}

/** A publisher's version that curators put in place of its owners: what a thief of a curator's key would make. */
export interface RecoveryFile {
  readonly file: string;
  readonly publisher: string;
  /** Who owns the publisher by it. */
  readonly owners: readonly string[];
  /** False when no client has it yet. */
  readonly isPublished: boolean;
}

/** What a rotation does, before anything is signed. */
export interface RootPlan {
  readonly registry: string;
  readonly file: string;
  readonly version: number;
  readonly expires: { readonly before: string; readonly after: string };
  readonly roles: readonly RootRoleChange[];
  /** How long checkpoints last by default. It depends on how many must sign a root. */
  readonly checkpointDays: { readonly before: number; readonly after: number };
  /** Keys that sign the root, or have signed it. */
  readonly signers: readonly KeyLabel[];
  /** Documents that are signed anew. Their bytes stay. */
  readonly resigned: readonly string[];
  /** Documents on main that no client has in these bytes, and that are not signed anew. Somebody must look at each first. */
  readonly notPublished: readonly string[];
  /** Those of both that are recoveries. */
  readonly recoveries: readonly RecoveryFile[];
  /** Signatures without which clients do not follow: of keys that are elsewhere, or because nobody has agreed yet. */
  readonly missing: readonly MissingSignatures[];
}

export interface RootRotation {
  readonly plan: RootPlan;
  readonly rootSigners: readonly KeyHandle[];
  readonly documents: readonly { readonly file: Resigning['file']; readonly signers: readonly KeyHandle[] }[];
  /** The same, with all the documents signed that are not published; undefined when no key here could sign one. */
  readonly withUnpublished: RootRotation | undefined;
  /** True when the root itself misses no signature. */
  readonly isComplete: boolean;
}

/**
 * Plans who signs what: the root; and, once that is complete, all that the keys before it vouched for and that would not
 * count under it. What no client has yet is not signed, as a thief of those keys may have put it on main. Opens no key.
 */
export async function planRootRotation(
  context: Context,
  workspace: IndexWorkspace,
  published: IndexTree | undefined,
  draft: RootDraft,
  handles: readonly KeyHandle[],
): Promise<RootRotation> {
  const { before, next, path } = draft;
  const rootRoles = [before.document.roles.root, next.document.roles.root] as const;
  const rootSigners = draft.isOwn ? entitled(handles, ...rootRoles) : [];
  const signed = new Set([...draft.signed, ...rootSigners.map((handle) => handle.fingerprint)]);
  const rootMissing = missingSignatures(path, rootRoles, signed);
  const isComplete = rootMissing.length === 0;
  const wanted = isComplete ? await documentsToSign(context, workspace, published, draft) : [];

  const planWith = (agreed: (one: Resigning) => boolean): Omit<RootRotation, 'withUnpublished'> => {
    const missing = [...rootMissing];
    const documents: { file: Resigning['file']; signers: readonly KeyHandle[] }[] = [];
    for (const one of wanted) {
      const mine = agreed(one) ? signersOf(one, handles) : [];
      if (mine.length > 0) documents.push({ file: one.file, signers: mine });
      const all = new Set([...one.signed, ...mine.map((handle) => handle.fingerprint)]);
      if (one.isNeeded || agreed(one)) missing.push(...missingSignatures(one.file.path, [one.role], all));
    }
    const plan: RootPlan = {
      registry: workspace.registry,
      file: path,
      version: next.document.version,
      expires: { before: before.document.expires, after: next.document.expires },
      roles: roleChanges(draft, handles),
      checkpointDays: {
        before: daysUnder(before.document.roles),
        after: daysUnder(next.document.roles),
      },
      signers: [...signed].sort().map((fp) => labelOf(fp, handles)),
      resigned: documents.map(({ file }) => file.path),
      notPublished: wanted.filter((one) => !agreed(one)).map(({ file }) => file.path),
      recoveries: wanted.flatMap(recoveryOf),
      missing,
    };
    return { plan, rootSigners, documents, isComplete };
  };
  const canSign = wanted.some((one) => !one.isPublished && signersOf(one, handles).length > 0);
  const whole = canSign ? { ...planWith(() => true), withUnpublished: undefined } : undefined;
  return { ...planWith((one) => one.isPublished), withUnpublished: whole };
}

function signersOf({ role, signed }: Resigning, handles: readonly KeyHandle[]): KeyHandle[] {
  return entitled(handles, role)
    .filter((handle) => !signed.includes(handle.fingerprint))
    .slice(0, role.threshold - signed.length);
}

function recoveryOf({ file, isPublished }: Resigning): RecoveryFile[] {
  const { document } = file;
  if (!isRecovery(file) || document.type !== 'udos/publisher@1') return [];
  return [{ file: file.path, publisher: document.publisher, owners: document.owners.keys, isPublished }];
}

function roleChanges({ before, next }: RootDraft, handles: readonly KeyHandle[]): RootRoleChange[] {
  const state = (role: KeyRole | undefined): RoleState | null =>
    role === undefined
      ? null
      : { threshold: role.threshold, keys: role.keys.map((fp) => labelOf(fp, handles)) };
  return roleNames
    .map((name) => ({
      name,
      before: state(before.document.roles[name]),
      after: state(next.document.roles[name]),
    }))
    .filter((change) => change.before !== null || change.after !== null);
}

function labelOf(fingerprint: Fingerprint, handles: readonly KeyHandle[]): KeyLabel {
  const name = handles.find((handle) => handle.fingerprint === fingerprint)?.name ?? null;
  return { fingerprint, name };
}

async function documentsToSign(
  context: Context,
  { registry, main }: IndexWorkspace,
  published: IndexTree | undefined,
  { before, next }: RootDraft,
): Promise<readonly Resigning[]> {
  const tree = withChanges(main, new Map(laterRoots(main, before).map((path) => [path, null])));
  const store = await rememberPublished(registry, published);
  const now = context.clock.now().getTime();
  const judged = await judgeTree({ registry, tree, published, store, now, judgeRelease });
  return planResigning(registry, tree, judged, next, published);
}

/** Each key once, in the order they were named. */
function entitled(handles: readonly KeyHandle[], ...roles: readonly KeyRole[]): KeyHandle[] {
  const keys = new Set(roles.flatMap((role) => role.keys));
  return [
    ...new Map(
      handles.filter((handle) => keys.has(handle.fingerprint)).map((handle) => [handle.fingerprint, handle]),
    ).values(),
  ];
}
