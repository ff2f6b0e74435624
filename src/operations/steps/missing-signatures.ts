import type { KeyRole } from '../../model/formats/index.js';
import type { Fingerprint, IndexPath } from '../../model/names.js';

/** A file of an index that does not count yet. */
export interface MissingSignatures {
  readonly file: IndexPath;
  /** How many more are needed, before the file counts. */
  readonly count: number;
  /** Keys any of which may give one. */
  readonly keys: readonly Fingerprint[];
}

/** What `file` lacks for `roles`, each of which needs its threshold; nothing when all have it. */
export function missingSignatures(
  file: IndexPath,
  roles: readonly KeyRole[],
  signed: ReadonlySet<Fingerprint>,
): MissingSignatures[] {
  const missing = new Map<string, MissingSignatures>();
  for (const role of roles) {
    const count = role.threshold - role.keys.filter((fp) => signed.has(fp)).length;
    const keys = role.keys.filter((fp) => !signed.has(fp));
    // The owners before and after may lack the same key: one signature serves both.
    const known = missing.get(keys.join())?.count ?? 0;
    if (count > known) missing.set(keys.join(), { file, count, keys });
  }
  return [...missing.values()];
}
