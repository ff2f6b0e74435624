import { UdosError } from '../../errors/index.js';

/** What to do to a tree, by path: the bytes of a file, or null to delete it. */
export type Changes = ReadonlyMap<string, Uint8Array | null>;

/** What is written, without what is deleted: any name that a tree has can be taken out of it. */
export function writtenOf(changes: Changes): Changes {
  return new Map([...changes].filter(([, bytes]) => bytes !== null));
}

/**
 * @throws BUG for a path that is no plain path within a work tree: absolute, with an empty, `.`, `..` or `.git` part, a
 *   backslash or NUL; and for a file that is to be a folder too.
 */
export function refuseBadPaths(changes: Changes): void {
  for (const [path, bytes] of changes) {
    const parts = path.split('/');
    const isPlain = parts.every((part) => part !== '' && !/^\.{1,2}$|^\.git$/i.test(part));
    // eslint-disable-next-line no-control-regex -- NUL ends a name in git's trees
    if (!isPlain || /[\\\u0000]/.test(path)) throw badPath(path, 'is no path of a work tree');
    if (bytes === null) continue;
    for (let depth = 1; depth < parts.length; depth += 1) {
      const above = parts.slice(0, depth).join('/');
      if (changes.get(above) instanceof Uint8Array) throw badPath(above, 'is to be a file and a folder');
    }
  }
}

function badPath(path: string, problem: string): UdosError {
  return new UdosError('BUG', `${JSON.stringify(path)} ${problem}.`);
}
