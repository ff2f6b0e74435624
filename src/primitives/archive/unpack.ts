import { createHash } from 'node:crypto';
import { mkdir, open, chmod } from 'node:fs/promises';
import path from 'node:path';
import { fileError, syncFolder } from '../fs/index.js';
import { readEntries, type ArchiveEntry } from './archive-entries.js';
import type { ArchiveListing } from './inspect.js';
import { refusal } from './refusal.js';

/** Files that are made durable at a time: enough for the disk to write them together. */
const syncsAtOnce = 16;

/**
 * Writes an inspected archive into `folder`, which must exist and be empty.
 *
 * Every byte is checked against the listing again, because the source may have changed since. Files and folders are
 * only ever created, never opened or followed: what stands there already is a failure. Modes are 0644, 0755 for
 * executables and folders, whatever the umask. At return everything is on disk, names included.
 *
 * On failure `folder` holds a part: it is the caller's to throw away.
 *
 * @throws ARCHIVE_UNSAFE when the source is not what was inspected, FILESYSTEM_FAILED. What the source throws passes
 * through.
 */
export async function unpackArchive(
  source: AsyncIterable<Uint8Array>,
  listing: ArchiveListing,
  folder: string,
): Promise<void> {
  const files: string[] = [];
  const folders = new Set([folder]);

  for await (const entry of readEntries(source, listing.size)) {
    if (entry.kind === 'folder') continue;
    const listed = listing.entries[files.length];
    if (listed?.path !== entry.path || listed.size !== entry.size || listed.executable !== entry.executable)
      throw changed(entry.name);
    const file = path.join(folder, ...entry.path.split('/'));
    await makeFolders(path.dirname(file), folders);
    if ((await writeFile(file, entry)) !== listed.sha256) throw changed(entry.name);
    files.push(file);
  }
  if (files.length !== listing.entries.length) throw changed();

  for (let start = 0; start < files.length; start += syncsAtOnce)
    await Promise.all(files.slice(start, start + syncsAtOnce).map(syncFile));
  for (const made of folders) await onDisk('write', made, () => syncFolder(made));
}

function changed(entry?: string) {
  return refusal('is not what was inspected before', entry);
}

/** Makes `folder` and what is missing above it, up to one of `made`, and adds them there. */
async function makeFolders(folder: string, made: Set<string>): Promise<void> {
  if (made.has(folder)) return;
  await makeFolders(path.dirname(folder), made);
  await onDisk('make', folder, async () => {
    await mkdir(folder);
    await chmod(folder, 0o755);
  });
  made.add(folder);
}

/** The sha256 of what was written. */
async function writeFile(file: string, { body, executable }: ArchiveEntry): Promise<string> {
  const hash = createHash('sha256');
  const handle = await onDisk('write', file, () => open(file, 'wx', 0o600));
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      await onDisk('write', file, () => handle.writeFile(chunk));
    }
    await onDisk('write', file, () => handle.chmod(executable ? 0o755 : 0o644));
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

async function syncFile(file: string): Promise<void> {
  await onDisk('write', file, async () => {
    const handle = await open(file, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

async function onDisk<Result>(verb: string, file: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw fileError(verb, file, error);
  }
}
