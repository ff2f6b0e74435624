import path from 'node:path';
import parseLicense from 'spdx-expression-parse';
import { changelogSection, packPlugin, readPluginFolder, type PluginFolder } from '../artifact/index.js';
import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { release, type Manifest } from '../model/formats/index.js';
import { sha512Integrity } from '../primitives/crypto/index.js';

export interface PluginCheckResult {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly files: readonly string[];
  readonly size: number;
  readonly unpackedSize: number;
  readonly integrity: string;
  /** What a publisher should think about; nothing that stops a release. */
  readonly advice: readonly string[];
}

/** A plugin that may be published, and its artifact. */
export interface CheckedPlugin {
  readonly manifest: Manifest;
  /** What the release record says is new. */
  readonly changelog: string;
  readonly artifact: Uint8Array;
  readonly unpackedSize: number;
  readonly integrity: string;
  readonly result: PluginCheckResult;
}

/**
 * Judges a plugin's folder as publishing will: manifest, licence, files, changelog, artifact.
 *
 * @throws FILE_NOT_FOUND, MANIFEST_INVALID, PLUGIN_INVALID
 */
export async function checkPlugin(context: Context, folder: string): Promise<CheckedPlugin> {
  const plugin = await readPluginFolder(path.resolve(context.cwd, folder));
  const { manifest } = plugin;
  refuseUnknownLicense(manifest.license);
  const packed = packPlugin(plugin);
  const integrity = sha512Integrity(packed.bytes);
  const has = (file: string) => plugin.files.some((one) => one.path === file);
  return {
    manifest,
    changelog: changelogOf(plugin),
    artifact: packed.bytes,
    unpackedSize: packed.unpackedSize,
    integrity,
    result: {
      folder: plugin.folder,
      name: manifest.name,
      version: manifest.version,
      files: plugin.files.map((file) => file.path),
      size: packed.bytes.length,
      unpackedSize: packed.unpackedSize,
      integrity,
      advice: [
        ...(has('README.md') ? [] : ['It has no README.md: people will not know what it is for.']),
        ...(manifest.changelog === undefined
          ? ['It names no changelog: updates will say nothing of what is new.']
          : []),
        ...(manifest.engines.udos === undefined
          ? ['It names no engines.udos: it claims to run on every uDOS.']
          : []),
      ],
    },
  };
}

/** @throws PLUGIN_INVALID for a section that no client would read */
function changelogOf({ manifest, files }: PluginFolder): string {
  const file = files.find((one) => one.path === manifest.changelog);
  if (file === undefined) return '';
  const section = changelogSection(Buffer.from(file.bytes).toString('utf8'), manifest.version);
  const problem = release.shape.changelog.safeParse(section).error?.issues[0]?.message;
  if (problem === undefined) return section;
  throw new UdosError('PLUGIN_INVALID', `${file.path} of ${manifest.version}: ${problem}.`, {
    hint: 'Take such characters out of that section: a terminal would obey or hide them.',
    data: { file: file.path },
  });
}

/** @throws MANIFEST_INVALID for what is not an SPDX expression (SPDX 2.3, annex D) */
function refuseUnknownLicense(license: string): void {
  try {
    parseLicense(license);
  } catch {
    throw new UdosError(
      'MANIFEST_INVALID',
      `udos-plugin.json has the license ${JSON.stringify(license)}, which is not an SPDX expression.`,
      {
        hint: 'Write a licence id, or several joined: MIT, Apache-2.0, MIT OR Apache-2.0.',
        data: { license },
      },
    );
  }
}
