import { UdosError } from '../errors/index.js';
import { manifestName, type Manifest, type Release } from '../model/formats/index.js';
import { trustedComment } from '../model/index-layout.js';
import type { Fingerprint, PluginName, RegistryId } from '../model/names.js';
import { hasCode } from '../errors/index.js';
import { inspectArchive, type ArchiveListing } from '../primitives/archive/index.js';
import { parsePublicKey, parseSignature, verifySignature } from '../primitives/crypto/index.js';
import { parseManifest, verifyManifestAgrees } from './manifest.js';

/** A release, and who may have signed its artifact. */
export interface ReleaseClaim {
  readonly registry: RegistryId;
  readonly plugin: PluginName;
  readonly release: Release;
  /** minisign public keys that were ever listed for releases, by fingerprint, base64. */
  readonly artifactKeys: ReadonlyMap<string, string>;
}

export interface JudgedArtifact {
  readonly manifest: Manifest;
  readonly listing: ArchiveListing;
}

/**
 * The signature half of check 15: the minisig of the release record fits the artifact's bytes and says which release
 * they are, under a key that the publisher ever listed.
 *
 * @param blake2b512 of the artifact.
 * @returns the key that signed.
 * @throws ARTIFACT_SIGNATURE_INVALID
 */
export function verifyArtifactSignature(claim: ReleaseClaim, blake2b512: Uint8Array): Fingerprint {
  const { registry, plugin, release } = claim;
  const comment = trustedComment.release(registry, plugin, release.version);
  const problems: string[] = [];
  for (const [fp, encoded] of claim.artifactKeys) {
    try {
      verifySignature({
        digest: blake2b512,
        signature: parseSignature(release.minisig),
        publicKey: parsePublicKey(encoded),
        trustedComment: comment,
      });
      return fp as Fingerprint;
    } catch (error) {
      if (!hasCode(error, 'SIGNATURE_INVALID', 'KEY_INVALID')) throw error;
      problems.push(`${fp.slice(0, 16)}: ${error.message}`);
    }
  }
  throw new UdosError(
    'ARTIFACT_SIGNATURE_INVALID',
    `Nobody who may has signed the artifact of ${plugin} ${release.version}: ${problems.join('; ') || 'its publisher lists no key'}.`,
    {
      hint: 'Nothing was installed. Tell the publisher.',
      data: { plugin, version: release.version, problems },
    },
  );
}

/**
 * Check 16: the whole archive is safe, as large as the signed record says, and its manifest agrees with the index.
 * Nothing is written.
 *
 * @throws ARCHIVE_UNSAFE, MANIFEST_INVALID, MANIFEST_MISMATCH
 */
export async function judgeArchive(
  claim: ReleaseClaim,
  artifact: AsyncIterable<Uint8Array>,
): Promise<JudgedArtifact> {
  const { plugin, release } = claim;
  const { size, unpackedSize, files } = release;
  const listing = await inspectArchive(
    artifact,
    { size, unpackedSize, files },
    { capture: (path) => path === manifestName },
  );
  const bytes = listing.captured.get(manifestName);
  if (bytes === undefined) {
    throw new UdosError(
      'ARCHIVE_UNSAFE',
      `The artifact of ${plugin} ${release.version} has no ${manifestName}.`,
      {
        data: { plugin, version: release.version, reason: `has no ${manifestName}` },
      },
    );
  }
  const manifest = parseManifest(bytes, `${manifestName} of ${plugin} ${release.version}`);
  verifyManifestAgrees(manifest, plugin, release);
  if (!listing.entries.some((entry) => entry.path === manifest.main)) {
    throw new UdosError(
      'MANIFEST_MISMATCH',
      `${plugin} ${release.version} has no file ${manifest.main}, its "main".`,
      {
        data: { plugin, version: release.version, main: manifest.main },
      },
    );
  }
  return { manifest, listing };
}
