import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A folder that shows one tree of files after the other. It writes only what differs: a story publishes often. */
export class FileTree {
  readonly #shown = new Map<string, { readonly bytes: Buffer; readonly stamp: string }>();

  constructor(readonly folder: string) {}

  /** Makes the folder hold these files and nothing else, whatever a test did in it by hand. */
  show(files: ReadonlyMap<string, Uint8Array>): void {
    this.#removeOthers(files);
    for (const [file, bytes] of files) {
      const place = path.join(this.folder, file);
      const shown = this.#shown.get(file);
      if (shown?.bytes.equals(bytes) === true && shown.stamp === stampOf(place)) continue;
      rmSync(place, { recursive: true, force: true });
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, bytes);
      this.#shown.set(file, { bytes: Buffer.from(bytes), stamp: stampOf(place) });
    }
  }

  #removeOthers(files: ReadonlyMap<string, Uint8Array>): void {
    if (!existsSync(this.folder)) return;
    const folders = new Set([...files.keys()].flatMap(foldersOf));
    for (const entry of readdirSync(this.folder, { recursive: true, withFileTypes: true })) {
      const place = path.join(entry.parentPath, entry.name);
      const name = path.relative(this.folder, place).split(path.sep).join('/');
      if (entry.isDirectory() ? !folders.has(name) : !files.has(name))
        rmSync(place, { recursive: true, force: true });
    }
  }
}

/** `a/b/c` lies in `a` and `a/b`. */
function foldersOf(file: string): string[] {
  const parts = file.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** What changes with a file. */
function stampOf(file: string): string {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  return stats === undefined
    ? ''
    : [stats.ino, stats.mode, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ');
}
