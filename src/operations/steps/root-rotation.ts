import type { Context } from '../../context/index.js';
import type { KeyRole } from '../../model/formats/index.js';
import type { Fingerprint } from '../../model/names.js';
import {
  judgeTree,
  planResigning,
  rememberPublished,
  withChanges,
  type IndexTree,
  type Resigning,
} from '../../registry/index.js';
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

/** What a rotation does, before anything is signed. */
export interface RootPlan {
  readonly registry: string;
  readonly file: string;
  readonly version: number;
  readonly expires: { readonly before: string; readonly after: string };
  readonly roles: readonly RootRoleChange[];
  /** Keys that sign the root, or have signed it. */
  readonly signers: readonly KeyLabel[];
  /** Documents that are signed anew. Their bytes stay. */
  readonly resigned: readonly string[];
  /** Signatures of keys that are elsewhere. */
  readonly missing: readonly MissingSignatures[];
}

export interface RootRotation {
  readonly plan: RootPlan;
  readonly rootSigners: readonly KeyHandle[];
  readonly documents: readonly { readonly file: Resigning['file']; readonly signers: readonly KeyHandle[] }[];
  /** True when the root itself misses no signature. */
  readonly isComplete: boolean;
}

/**
 * Plans who signs what: the root; and, once that is complete, all that the keys before it vouched for and that would not
 * count under it. Opens no key.
 */
export async function planRootRotation(
  context: Context,
  workspace: IndexWorkspace,
  published: IndexTree | undefined,
  draft: RootDraft,
  handles: readonly KeyHandle[],
): Promise<RootRotation> {
  const { before, next, path } = draft;
  const label = (fingerprint: Fingerprint): KeyLabel => ({
    fingerprint,
    name: handles.find((handle) => handle.fingerprint === fingerprint)?.name ?? null,
  });
  const rootRoles = [before.document.roles.root, next.document.roles.root] as const;
  const rootSigners = draft.isOwn ? entitled(handles, ...rootRoles) : [];
  const signed = new Set([...draft.signed, ...rootSigners.map((handle) => handle.fingerprint)]);
  const missing = missingSignatures(path, rootRoles, signed);
  const isComplete = missing.length === 0;

  const documents: { file: Resigning['file']; signers: readonly KeyHandle[] }[] = [];
  for (const one of isComplete ? await documentsToSign(context, workspace, published, draft) : []) {
    const mine = entitled(handles, one.role)
      .filter((handle) => !one.signed.includes(handle.fingerprint))
      .slice(0, one.role.threshold - one.signed.length);
    if (mine.length > 0) documents.push({ file: one.file, signers: mine });
    const all = new Set([...one.signed, ...mine.map((handle) => handle.fingerprint)]);
    missing.push(...missingSignatures(one.file.path, [one.role], all));
  }
  const plan: RootPlan = {
    registry: workspace.registry,
    file: path,
    version: next.document.version,
    expires: { before: before.document.expires, after: next.document.expires },
    roles: roleNames.flatMap((name) => {
      const state = (role: KeyRole | undefined): RoleState | null =>
        role === undefined ? null : { threshold: role.threshold, keys: role.keys.map(label) };
      const change = {
        name,
        before: state(before.document.roles[name]),
        after: state(next.document.roles[name]),
      };
      return change.before === null && change.after === null ? [] : [change];
    }),
    signers: [...signed].sort().map(label),
    resigned: documents.map(({ file }) => file.path),
    missing,
  };
  return { plan, rootSigners, documents, isComplete };
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
  return planResigning(registry, tree, judged, next);
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
