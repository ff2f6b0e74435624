import path from 'node:path';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { emptyLockfile, parseLockfile } from '../../lock/index.js';
import type { Lockfile } from '../../model/formats/index.js';
import { readFileIfAny } from '../../primitives/fs/index.js';

/**
 * The lockfile in a file that the user named. An empty file is an empty lockfile: git gives one for a side that has none.
 *
 * @throws FILE_NOT_FOUND, LOCKFILE_INVALID, FILESYSTEM_FAILED
 */
export async function readLockfileAt(context: Context, name: string): Promise<Lockfile> {
  const bytes = await readFileIfAny(path.resolve(context.cwd, name));
  if (bytes === undefined) {
    throw new UdosError('FILE_NOT_FOUND', `There is no file ${name}.`, {
      hint: 'Name a lockfile: udos-lock.json, or one that git wrote for a merge.',
      data: { file: name },
    });
  }
  return bytes.length === 0 ? emptyLockfile : parseLockfile(bytes, name);
}
