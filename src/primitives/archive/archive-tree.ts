import { collisionKey } from './entry-name.js';

interface Node {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** It has an entry of its own, unlike a folder that is only named by what it holds. */
  listed: boolean;
}

/**
 * The paths of one archive, as every file system would see them: refuses the second of two that some system takes for
 * one (THREATS C5). Each method returns the reason, which continues the sentence "the entry …", or undefined.
 *
 * Folders, with an entry or implied, are limited to 100 and two more a file: that bounds the memory of this tree and
 * the folders on disk, whatever the archive says.
 */
export class ArchiveTree {
  readonly #nodes = new Map<string, Node>();
  readonly #mostFolders: number;
  #folders = 0;

  constructor(files: number) {
    this.#mostFolders = 100 + 2 * files;
  }

  addFile(path: string): string | undefined {
    return this.#addFoldersAbove(path) ?? this.#add({ path, kind: 'file', listed: true });
  }

  addFolder(path: string): string | undefined {
    return this.#addFoldersAbove(path) ?? this.#add({ path, kind: 'folder', listed: true });
  }

  #addFoldersAbove(path: string): string | undefined {
    for (let cut = path.indexOf('/'); cut !== -1; cut = path.indexOf('/', cut + 1)) {
      const reason = this.#add({ path: path.slice(0, cut), kind: 'folder', listed: false });
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #add(node: Node): string | undefined {
    const key = collisionKey(node.path);
    const there = this.#nodes.get(key);
    if (there === undefined) {
      if (node.kind === 'folder') this.#folders += 1;
      if (this.#folders > this.#mostFolders) return `is one of more than ${this.#mostFolders} folders`;
      this.#nodes.set(key, node);
      return undefined;
    }
    if (there.path !== node.path) return `collides with ${JSON.stringify(there.path)} on some file systems`;
    if (there.kind !== node.kind) return 'would be a file and a folder';
    if (there.listed && node.listed) return 'stands there twice';
    there.listed ||= node.listed;
    return undefined;
  }
}
