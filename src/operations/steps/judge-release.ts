import { Readable } from 'node:stream';
import { judgeArchive, verifyArtifactSignature } from '../../artifact/index.js';
import { UdosError } from '../../errors/index.js';
import type { PluginDocument, Release } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import { blake2b512, sha512Integrity } from '../../primitives/crypto/index.js';
import type { JudgeRelease } from '../../registry/index.js';

/** Folders of an index that hold something else than artifacts. */
const otherFolders = /^(?:advisories|catalog|discussions|plugins|profiles|reviews|trust|upstreams)\//;

/**
 * Checks 15 and 16 for a release whose artifact lies in the index. One that is hosted elsewhere is judged by those who
 * download it: an index's own check needs no network.
 *
 * Below `artifacts/` a release has one place, its own: whoever named that of another plugin could hold it for ever, as published
 * artifacts stay.
 *
 * @throws DOCUMENT_INVALID, ARTIFACT_NOT_FOUND, ARTIFACT_MISMATCH, ARTIFACT_SIGNATURE_INVALID, ARCHIVE_UNSAFE, MANIFEST_MISMATCH
 */
export const judgeRelease: JudgeRelease = async (tree, registry, document, release, artifactKeys) => {
  refuseForeignPlaces(document, release);
  const claim = { registry, plugin: document.name, release, artifactKeys };
  const paths = release.urls.filter((url) => url.startsWith('artifacts/'));
  if (paths.length === 0) return;
  const bytes = [...(await tree.read(paths)).values()][0];
  if (bytes === undefined) {
    throw new UdosError('ARTIFACT_NOT_FOUND', `${paths.join(', ')} is not in the index.`, {
      data: { plugin: document.name, version: release.version },
    });
  }
  const found = sha512Integrity(bytes);
  if (bytes.length !== release.size || found !== release.integrity) {
    throw new UdosError(
      'ARTIFACT_MISMATCH',
      `${paths.join(', ')} is not the artifact of ${document.name} ${release.version}: expected ${release.size} bytes with ${release.integrity}, found ${bytes.length} with ${found}.`,
      { data: { expected: release.integrity, found } },
    );
  }
  verifyArtifactSignature(claim, blake2b512(bytes));
  await judgeArchive(claim, Readable.from([bytes]));
};

function refuseForeignPlaces({ name }: PluginDocument, { version, urls }: Release): void {
  const own = layout.artifact(name, version);
  const foreign = urls.find((url) => (url.startsWith('artifacts/') && url !== own) || otherFolders.test(url));
  if (foreign === undefined) return;
  throw new UdosError(
    'DOCUMENT_INVALID',
    `${name} ${version} names ${foreign} as a place of its artifact, which is not its own.`,
    {
      hint: `In the index, the artifact belongs at ${own}. Elsewhere, name its web address.`,
      data: { plugin: name, version, expected: own, found: foreign },
    },
  );
}
