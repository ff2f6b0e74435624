import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../errors/index.js';
import { artifactLimits, manifestName, type Manifest } from '../model/formats/index.js';
import { packFiles, type PackedArchive } from '../primitives/archive/index.js';
import { fileError, isSystemError } from '../primitives/fs/index.js';
import { parseManifest } from './manifest.js';

/** A plugin as its author has it: the files that go into the artifact, and what its manifest says. */
export interface PluginFolder {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly PluginFile[];
}

export interface PluginFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** Never packed, at any depth: names that begin with a dot, and these. */
const leftOut = new Set(['node_modules', 'SHA256SUMS']);

/**
 * Reads a plugin's folder: everything in it but hidden files, `node_modules` and archives.
 *
 * @throws FILE_NOT_FOUND, MANIFEST_INVALID, PLUGIN_INVALID (links, missing main or changelog, too large)
 */
export async function readPluginFolder(folder: string): Promise<PluginFolder> {
  const files = await readFiles(folder, '');
  const manifestFile = files.find((file) => file.path === manifestName);
  if (manifestFile === undefined) {
    throw new UdosError('FILE_NOT_FOUND', `${folder} has no ${manifestName}.`, {
      hint: 'Go to the folder of the plugin, or make a new one with `udos plugin init`.',
    });
  }
  const manifest = parseManifest(manifestFile.bytes);
  for (const field of ['main', 'changelog'] as const) {
    const named = manifest[field];
    if (named !== undefined && !files.some((file) => file.path === named)) {
      throw invalid(`${manifestName} names ${named} as its "${field}", and there is no such file.`);
    }
  }
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (total > artifactLimits.unpackedSize || files.length > artifactLimits.files) {
    throw invalid(
      `It has ${files.length} files of ${total} bytes; ${artifactLimits.files} files of ${artifactLimits.unpackedSize} bytes are allowed.`,
    );
  }
  return { folder, manifest, files };
}

/** The artifact: the same files give the same bytes, everywhere. @throws PLUGIN_INVALID for names that do not travel */
export function packPlugin(plugin: PluginFolder): PackedArchive {
  const packed = packFiles(plugin.files);
  if (packed.bytes.length > artifactLimits.size) {
    throw invalid(`The artifact has ${packed.bytes.length} bytes; ${artifactLimits.size} are allowed.`);
  }
  return packed;
}

async function readFiles(folder: string, below: string): Promise<PluginFile[]> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) {
      throw new UdosError('FILE_NOT_FOUND', `There is no folder ${folder}.`, { hint: 'Check the path.' });
    }
    throw fileError('read', folder, error);
  });
  const files: PluginFile[] = [];
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || leftOut.has(entry.name) || entry.name.endsWith('.tgz')) continue;
    const relative = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await readFiles(folder, relative)));
    else if (entry.isFile()) files.push(await readOne(folder, relative));
    else throw invalid(`${relative} is a link or a device; an artifact holds only plain files.`);
  }
  return files;
}

async function readOne(folder: string, relative: string): Promise<PluginFile> {
  const file = path.join(folder, relative);
  try {
    const [bytes, { mode }] = await Promise.all([readFile(file), stat(file)]);
    return { path: relative, bytes, executable: (mode & 0o111) !== 0 };
  } catch (error) {
    throw fileError('read', file, error);
  }
}

function invalid(problem: string): UdosError {
  return new UdosError('PLUGIN_INVALID', problem, { hint: 'Mend it, then run `udos plugin check`.' });
}
