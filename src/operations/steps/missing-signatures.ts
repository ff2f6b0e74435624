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
  return roles.flatMap((role) => {
    const count = role.threshold - role.keys.filter((fp) => signed.has(fp)).length;
    return count <= 0 ? [] : [{ file, count, keys: role.keys.filter((fp) => !signed.has(fp)) }];
  });
}
