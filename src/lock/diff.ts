import type { LockedPlugin, Lockfile } from '../model/formats/index.js';
import type { PluginName } from '../model/names.js';

/** What two lockfiles say differently of one plugin. */
export interface LockDifference {
  readonly name: PluginName;
  /** Null where the lockfile does not have it. */
  readonly before: LockedPlugin | null;
  readonly after: LockedPlugin | null;
  /** What differs, in the order of the file; empty when one of them does not have it. */
  readonly fields: readonly (keyof LockedPlugin)[];
}

const fieldsInOrder: readonly (keyof LockedPlugin)[] = [
  ...(['version', 'registry', 'integrity', 'size', 'signers', 'publisher'] as const),
  ...(['permissions', 'dependencies', 'optionalDependencies'] as const),
];

/** Every plugin that two lockfiles do not say the same of, in name order. The order within a block says nothing. */
export function diffLockfiles(before: Lockfile, after: Lockfile): LockDifference[] {
  const names = [...new Set([...Object.keys(before.plugins), ...Object.keys(after.plugins)])].sort();
  return (names as PluginName[]).flatMap((name) => {
    const [left, right] = [before.plugins[name] ?? null, after.plugins[name] ?? null];
    const fields = left !== null && right !== null ? differingFields(left, right) : [];
    const isSame = left !== null && right !== null && fields.length === 0;
    return isSame ? [] : [{ name, before: left, after: right, fields }];
  });
}

/** The fields in which two blocks differ. */
export function differingFields(left: LockedPlugin, right: LockedPlugin): (keyof LockedPlugin)[] {
  return fieldsInOrder.filter((field) => comparable(left[field]) !== comparable(right[field]));
}

function comparable(value: LockedPlugin[keyof LockedPlugin]): string {
  if (Array.isArray(value)) return JSON.stringify([...value].sort());
  if (typeof value === 'object') return JSON.stringify(Object.entries(value).sort());
  return JSON.stringify(value ?? {});
}
