import {
  lockfile as lockfileFormat,
  readFormat,
  refuseConflictMarks,
  type Lockfile,
} from '../model/formats/index.js';
import { formatJson } from '../primitives/json/index.js';

const lockfileName = 'udos-lock.json';

export const emptyLockfile: Lockfile = { lockfileVersion: 1, registries: {}, plugins: {} };

/**
 * @param what names the file in messages.
 * @throws LOCKFILE_INVALID
 */
export function parseLockfile(bytes: Uint8Array, what = lockfileName): Lockfile {
  refuseConflictMarks(
    bytes,
    what,
    'LOCKFILE_INVALID',
    () => 'Mend udos.json first if it has a conflict, too. Then run `udos lock merge` and `udos install`.',
  );
  return readFormat(lockfileFormat, bytes, {
    what,
    code: 'LOCKFILE_INVALID',
    hint: 'Restore it from version control, or go back with `udos rollback`. Or remove it and run `udos install` to choose anew.',
  });
}

/**
 * The one text of a lockfile: sorted keys, one plugin a block, a final newline. The same choices give the same bytes, on
 * every machine.
 */
export function formatLockfile(lock: Lockfile): string {
  const plugins = sortedEntries(lock.plugins).map(([name, plugin]) => {
    const { dependencies, optionalDependencies, ...facts } = plugin;
    const block = {
      version: facts.version,
      registry: facts.registry,
      integrity: facts.integrity,
      size: facts.size,
      signers: [...facts.signers].sort(),
      publisher: facts.publisher,
      permissions: [...facts.permissions].sort(),
      dependencies: Object.fromEntries(sortedEntries(dependencies)),
    };
    const optional = optionalDependencies ?? {};
    if (Object.keys(optional).length === 0) return [name, block];
    return [name, { ...block, optionalDependencies: Object.fromEntries(sortedEntries(optional)) }];
  });
  return formatJson({
    lockfileVersion: 1,
    registries: Object.fromEntries(
      sortedEntries(lock.registries).map(([id, { alias, root, sequence }]) => [
        id,
        { alias, root, sequence },
      ]),
    ),
    plugins: Object.fromEntries(plugins) as Record<string, unknown>,
  });
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
}
