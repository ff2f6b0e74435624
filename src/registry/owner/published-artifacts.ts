import { UdosError } from '../../errors/index.js';
import { pluginDocument, readFormat, type PluginDocument, type Release } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';
import { sha512Integrity } from '../../primitives/crypto/index.js';
import type { RevocationList } from '../trust/revocation-list.js';
import type { IndexTree } from './index-tree.js';
import type { Problem } from './problem.js';

/** A published release that has its artifact in the index. */
type Claim = Pick<Release, 'version' | 'size' | 'integrity'> & { readonly name: PluginName };

/**
 * Artifacts that published releases need and that `tree` no longer has as they were. No sum lists them, so clients would
 * refuse what replaced them, but the bytes that people depend on would be gone.
 *
 * Revoked releases need nothing: nobody installs them again. Other bytes are good only where the published ones were not
 * those that a release names. Untouched artifacts are told by git's ids and never read.
 */
export async function findLostArtifacts(
  tree: IndexTree,
  published: IndexTree,
  revocations: RevocationList,
): Promise<Problem[]> {
  const paths = published.paths.filter(isArtifact);
  const before = await published.blobIds(paths);
  const now = await tree.blobIds(paths);
  const touched = new Set([...before].filter(([path, id]) => now.get(path) !== id).map(([path]) => path));
  const problems: Problem[] = [];
  for (const [path, claims] of await claimsOn(touched, published)) {
    const bytes = now.has(path) ? (await tree.read([path])).get(path) : undefined;
    const lost = claims.find(
      (claim) =>
        revocations.reasonAgainst(claim) === undefined &&
        (bytes?.length !== claim.size || sha512Integrity(bytes) !== claim.integrity),
    );
    if (lost !== undefined) problems.push({ path, error: lostArtifact(path, lost, bytes === undefined) });
  }
  return problems;
}

/** The published releases that name one of `paths`. */
async function claimsOn(paths: ReadonlySet<string>, published: IndexTree): Promise<Map<string, Claim[]>> {
  const claims = new Map<string, Claim[]>();
  if (paths.size === 0) return claims;
  const files = published.paths.filter((path) => /^plugins\/[^/]+\/[^/]+\/[^/]+\.json$/.test(path));
  for (const [file, bytes] of await published.read(files)) {
    const document = readPublished(file, bytes);
    if (document === undefined) continue;
    for (const { version, size, integrity, urls } of document.releases) {
      for (const path of urls.filter((url) => paths.has(url))) {
        const claim = { name: document.name, version, size, integrity };
        claims.set(path, [...(claims.get(path) ?? []), claim]);
      }
    }
  }
  return claims;
}

/** What no client can read, no client depends on. */
function readPublished(what: string, bytes: Uint8Array): PluginDocument | undefined {
  try {
    return readFormat(pluginDocument, bytes, { what, code: 'DOCUMENT_INVALID' });
  } catch (error) {
    if (error instanceof UdosError) return undefined;
    throw error;
  }
}

function isArtifact(path: string): boolean {
  return path.startsWith('artifacts/');
}

function lostArtifact(path: string, { name, version }: Claim, isGone: boolean): UdosError {
  return new UdosError(
    isGone ? 'ARTIFACT_NOT_FOUND' : 'ARTIFACT_MISMATCH',
    `${path} is the published artifact of ${name} ${version}, and here it ${isGone ? 'is missing' : 'has other bytes'}.`,
    {
      hint: isGone
        ? `Bring it back from the branch published. It may go once the release is recalled: \`udos registry revoke ${name}@${version}\`.`
        : 'An artifact never changes. Bring it back from the branch published, and publish what is new as a new version.',
      data: { file: path, plugin: name, version },
    },
  );
}
