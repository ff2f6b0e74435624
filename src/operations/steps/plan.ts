import type { LockedPlugin, Lockfile } from '../../model/formats/index.js';
import type { Fingerprint, PluginName } from '../../model/names.js';
import { widenedPermissions, type Permission } from '../../model/permission.js';
import { compareVersions, type Version } from '../../model/version.js';

/** What will become of one plugin. */
export interface PlannedChange {
  readonly name: PluginName;
  readonly kind: 'add' | 'update' | 'downgrade' | 'remove' | 'reinstall';
  /** The locked version; null for one that is new. */
  readonly from: Version | null;
  /** The version after it; null for a removal. */
  readonly to: Version | null;
  /** Bytes of the artifact; 0 for a removal. */
  readonly size: number;
  readonly signers: readonly Fingerprint[];
  /** True when other keys vouch for it than for what was locked. */
  readonly signerChanged: boolean;
  /** True when curators, not its owners, gave its publisher new keys since it was locked. */
  readonly recovered: boolean;
  /** All permissions of what will be installed. */
  readonly permissions: readonly Permission[];
  /** Those that the locked release did not have. */
  readonly widened: readonly Permission[];
  /** What the publisher says of each version between, oldest first. */
  readonly notes: readonly { readonly version: Version; readonly text: string }[];
}

export interface Plan {
  readonly changes: readonly PlannedChange[];
  /** Bytes that the artifacts have together. */
  readonly size: number;
}

/** What the lockfiles do not say: changelogs, and {@link VerifiedPlugin.recoveredAt} of each plugin. */
export interface PlanFacts {
  readonly notes?: (name: PluginName, from: Version, to: Version) => PlannedChange['notes'];
  readonly recoveredAt?: ReadonlyMap<PluginName, number>;
}

/** Compares two lockfiles, name by name. Pure. */
export function planChanges(before: Lockfile, after: Lockfile, facts: PlanFacts = {}): Plan {
  const names = [
    ...new Set([...Object.keys(before.plugins), ...Object.keys(after.plugins)]),
  ].sort() as PluginName[];
  const changes: PlannedChange[] = [];
  for (const name of names) {
    const change = planOne(name, before.plugins[name], after.plugins[name], facts);
    if (change !== undefined) changes.push(change);
  }
  return { changes, size: changes.reduce((sum, change) => sum + change.size, 0) };
}

function planOne(
  name: PluginName,
  from: LockedPlugin | undefined,
  to: LockedPlugin | undefined,
  { notes, recoveredAt }: PlanFacts,
): PlannedChange | undefined {
  if (to === undefined) {
    return from && { ...emptyChange(name), kind: 'remove', from: from.version, to: null };
  }
  const signerChanged = from !== undefined && from.signers.join() !== to.signers.join();
  const isSame = from?.version === to.version && from.integrity === to.integrity;
  const recovered = from !== undefined && (recoveredAt?.get(name) ?? 0) > from.publisher;
  if (isSame && !signerChanged && !recovered) return undefined;
  return {
    name,
    kind: kindOf(from?.version, to.version),
    from: from?.version ?? null,
    to: to.version,
    size: to.size,
    signers: to.signers,
    signerChanged,
    recovered,
    permissions: to.permissions,
    widened: widenedPermissions(from?.permissions ?? [], to.permissions),
    notes: from === undefined ? [] : (notes?.(name, from.version, to.version) ?? []),
  };
}

function kindOf(from: Version | undefined, to: Version): PlannedChange['kind'] {
  if (from === undefined) return 'add';
  const order = compareVersions(from, to);
  return order < 0 ? 'update' : order > 0 ? 'downgrade' : 'reinstall';
}

function emptyChange(name: PluginName): Omit<PlannedChange, 'kind' | 'from' | 'to'> {
  return {
    name,
    size: 0,
    signers: [],
    signerChanged: false,
    recovered: false,
    permissions: [],
    widened: [],
    notes: [],
  };
}
