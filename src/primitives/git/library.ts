import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import promises from 'node:fs/promises';
import path from 'node:path';
import type { PromiseFsClient } from 'isomorphic-git';
import { isSystemError, writeFileAtomic } from '../fs/index.js';

export type GitLibrary = typeof import('isomorphic-git');

/** The git library, loaded with the first use: commands that touch no repository do not pay for it. */
export function loadGit(): Promise<GitLibrary> {
  return (library ??= import('isomorphic-git'));
}

/** Kept, as even a repeated import costs more than reading a small object. */
let library: Promise<GitLibrary> | undefined;

/** The remote name under which a fetch runs; `transferSettings` define it. */
export const transferRemote = 'udos-transfer';
/** Where the library notes a branch of the remote before it has the objects. */
export const incomingRefs = 'refs/udos/incoming/';

/**
 * The library reads these from the repository's configuration only. It gets them on top of the file's own text, so that the
 * file stays as its owner wrote it. Files are added as they are, byte for byte.
 */
const transferSettings = `
[core]
	autocrlf = false
[remote "${transferRemote}"]
	fetch = +refs/heads/*:${incomingRefs}*
`;

/**
 * The file system that the library sees of one repository. Writes inside it are atomic, as the library itself writes
 * objects in place, never replaces one that is there, and so would keep a torn one for ever. As with git's own defaults,
 * all but loose objects are on the disk, too, when the write is done: those come by the thousand.
 *
 * With every object the library asks twice whether `readFile` without a file gives a promise, and once whether the
 * repository is a folder: both are answered from memory.
 */
export function repositoryFiles(gitdir: string): PromiseFsClient {
  const config = path.resolve(gitdir, 'config');
  const inside = path.resolve(gitdir) + path.sep;
  const objects = path.join(inside, 'objects') + path.sep;
  const packs = path.join(objects, 'pack') + path.sep;
  let folder: Promise<Stats> | undefined;
  return {
    promises: {
      ...promises,
      readFile: async (file?: string, options?: { encoding?: BufferEncoding } | BufferEncoding) => {
        if (file === undefined) return '';
        if (path.resolve(file) !== config) return promises.readFile(file, options);
        const own = await promises.readFile(file, 'utf8').catch((error: unknown) => {
          if (isSystemError(error, 'ENOENT')) return '';
          throw error;
        });
        return own + transferSettings;
      },
      stat: (file: string) => {
        if (file !== gitdir) return promises.stat(file);
        folder ??= promises.stat(file);
        folder.catch(() => (folder = undefined));
        return folder;
      },
      writeFile: (file: string, content: Uint8Array | string) => {
        const place = path.resolve(file);
        if (!place.startsWith(inside)) return promises.writeFile(file, content);
        if (!place.startsWith(objects) || place.startsWith(packs)) return writeFileAtomic(file, content);
        return writeObject(place, content);
      },
    },
  };
}

async function writeObject(file: string, content: Uint8Array | string): Promise<void> {
  // By this name git's own clean-up knows what a crash leaves behind.
  const temporary = path.join(path.dirname(file), `tmp_obj_${randomBytes(6).toString('hex')}`);
  try {
    await promises.writeFile(temporary, content, { flag: 'wx' });
    await promises.rename(temporary, file);
  } catch (error) {
    await promises.rm(temporary, { force: true });
    throw error;
  }
}
