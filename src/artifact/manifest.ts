import { UdosError } from '../errors/index.js';
import {
  manifest as manifestFormat,
  manifestName,
  readFormat,
  type Manifest,
  type Release,
} from '../model/formats/index.js';
import type { PluginName } from '../model/names.js';

/** @throws MANIFEST_INVALID naming the field, and the nearest known one for a slip. */
export function parseManifest(bytes: Uint8Array, what: string = manifestName): Manifest {
  return readFormat(manifestFormat, bytes, {
    what,
    code: 'MANIFEST_INVALID',
    allowOwnFields: true,
    hint: 'schemas/manifest.schema.json has every field; `udos plugin init` writes a valid one.',
  });
}

/** What of a manifest stands in its release record too. */
export type SharedFacts = Pick<
  Release,
  'engines' | 'dependencies' | 'optionalDependencies' | 'permissions' | 'license' | 'tier'
>;

export function sharedFacts(manifest: Manifest): SharedFacts {
  const { engines, dependencies, optionalDependencies, permissions, license, tier } = manifest;
  return { engines, dependencies, optionalDependencies, permissions, license, tier };
}

/**
 * An artifact must say of itself what the signed index says of it: otherwise what was reviewed is not what runs.
 *
 * @throws MANIFEST_MISMATCH with the first field that differs.
 */
export function verifyManifestAgrees(manifest: Manifest, plugin: PluginName, release: Release): void {
  const inIndex = { name: plugin, version: release.version, ...pickFacts(release) };
  const inArtifact = { name: manifest.name, version: manifest.version, ...sharedFacts(manifest) };
  for (const field of Object.keys(inIndex) as (keyof typeof inIndex)[]) {
    const expected = comparable(inIndex[field]);
    const found = comparable(inArtifact[field]);
    if (expected === found) continue;
    throw new UdosError(
      'MANIFEST_MISMATCH',
      `${plugin} ${release.version} says something else than the index in "${field}": expected ${expected}, found ${found}.`,
      {
        hint: 'Its publisher must release a new version. Nothing was installed.',
        data: { plugin, field, expected, found },
      },
    );
  }
}

function pickFacts(release: Release): SharedFacts {
  const { engines, dependencies, optionalDependencies, permissions, license, tier } = release;
  return { engines, dependencies, optionalDependencies, permissions, license, tier };
}

/** Order does not matter in maps, nor in the set of permissions. */
function comparable(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify(value.map(String).sort());
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${comparable(inner)}`).join(',')}}`;
}
