import { UdosError } from '../../errors/index.js';
import { publisherDocument, readFormat, type PublisherDocument } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import type { Fingerprint, IndexPath, Publisher, RegistryId, Sha256 } from '../../model/names.js';
import type { PublisherChange } from '../../model/verified-index.js';
import { sha256Hex, type PublicKey } from '../../primitives/crypto/index.js';
import { listedSidecars, signedFile, type CheckedFiles } from './checked-files.js';
import { parseKeyRing, type Keys } from './key-ring.js';
import type { RevocationList } from './revocation-list.js';
import type { TrustedRoot } from './roots.js';
import { revokedSigners, type RevokedSigners } from './revoked-signers.js';
import { verifyThreshold, type Demand, type SignedFile } from './threshold.js';
import type { SeenPublisher } from './trust-store.js';

/** A publisher whose versions were walked from the first to the one in force. */
export interface TrustedPublisher {
  readonly document: PublisherDocument;
  readonly keys: Keys;
  /** Every key that any version listed for releases: an artifact's signature may be by any of them (DESIGN section 5). */
  readonly releaseKeysEver: ReadonlyMap<Fingerprint, PublicKey>;
  readonly seen: SeenPublisher;
  /** The newest version that is a recovery; 0 when there is none. */
  readonly recoveredAt: number;
  /** What changed since this client last looked; undefined on first sight and when nothing did. */
  readonly change: PublisherChange | undefined;
}

interface Version {
  readonly document: PublisherDocument;
  readonly keys: Keys;
  readonly sha256: Sha256;
  readonly file: SignedFile;
}

/** The version files of a publisher and their sidecars, once its folder's listing is loaded. */
export function publisherFiles(files: CheckedFiles, publisher: Publisher): IndexPath[] {
  return versionPaths(files, publisher).flatMap((path) => [path, ...listedSidecars(files, path)]);
}

/**
 * Walks a publisher's versions like roots (check 11): without a gap, each naming the hash of the one before; the first
 * granted by the registry and signed by its owners, later ones by the owners before and after, or by the curators when
 * marked as a recovery. The version this client has seen must be among them, unchanged.
 *
 * A revoked key vouches for nothing from the newest recovery on; what lies before it, the curators have vouched for.
 *
 * @returns undefined when the index has no such publisher and none was ever seen.
 * @throws PUBLISHER_INVALID
 */
export function verifyPublisher(
  files: CheckedFiles,
  registry: RegistryId,
  root: TrustedRoot,
  publisher: Publisher,
  revoked: RevocationList,
  seen: SeenPublisher | undefined,
): TrustedPublisher | undefined {
  const versions = versionPaths(files, publisher).map((path, index) =>
    readVersion(files, registry, publisher, path, index + 1),
  );
  const last = versions.at(-1);
  if (last === undefined) {
    if (seen === undefined) return undefined;
    throw invalid(publisher, `version ${seen.version} was seen before, and now there is none`);
  }
  const lastRecovery = versions.findLastIndex((version) => version.document.recovery === true);
  for (const [index, version] of versions.entries()) {
    const counted = index > lastRecovery ? revoked.keys : new Set<Fingerprint>();
    const before = versions[index - 1];
    try {
      verifyVersion(registry, root, before, version, counted);
    } catch (error) {
      const owners = [...(before?.document.owners.keys ?? []), ...version.document.owners.keys];
      throw closed(publisher, revokedSigners(error, owners, revoked), error);
    }
  }
  if (seen !== undefined && versions[seen.version - 1]?.sha256 !== seen.sha256) {
    throw invalid(publisher, `version ${seen.version} is missing or is not the one seen before`);
  }
  const releaseKeysEver = new Map<Fingerprint, PublicKey>();
  for (const version of versions) {
    for (const fp of version.document.release.keys) {
      const key = version.keys.get(fp);
      if (key !== undefined) releaseKeysEver.set(fp, key);
    }
  }
  const { document, keys, sha256 } = last;
  return {
    document,
    keys,
    releaseKeysEver,
    seen: { version: document.version, sha256, owners: document.owners.keys, release: document.release.keys },
    recoveredAt: lastRecovery + 1,
    change: changeSince(seen, versions, publisher),
  };
}

function versionPaths(files: CheckedFiles, publisher: Publisher): IndexPath[] {
  const names = files.listing(layout.publisherFolder(publisher))?.files.keys() ?? [];
  const count = [...names].filter((name) => /^[1-9][0-9]{0,4}\.json$/.test(name)).length;
  return Array.from({ length: count }, (_, index) => layout.publisher(publisher, index + 1));
}

function readVersion(
  files: CheckedFiles,
  registry: RegistryId,
  publisher: Publisher,
  path: IndexPath,
  number: number,
): Version {
  const file = signedFile(files, path);
  if (file === undefined) throw invalid(publisher, `its versions have a gap: ${path} is missing`);
  const document = readFormat(publisherDocument, file.bytes, { what: path, code: 'PUBLISHER_INVALID' });
  const expected = { registry, publisher, version: number };
  for (const field of ['registry', 'publisher', 'version'] as const) {
    if (document[field] !== expected[field]) {
      throw invalid(publisher, `${path} has the ${field} ${document[field]}, not ${expected[field]}`);
    }
  }
  const keys = parseKeyRing(document.keys, path, 'PUBLISHER_INVALID');
  return { document, keys, sha256: sha256Hex(file.bytes) as Sha256, file };
}

function verifyVersion(
  registry: RegistryId,
  root: TrustedRoot,
  before: Version | undefined,
  version: Version,
  revoked: ReadonlySet<Fingerprint>,
): void {
  const { document, file } = version;
  if ((before?.sha256 ?? null) !== document.previous) {
    throw invalid(document.publisher, `${file.path} does not follow version ${document.version - 1}`);
  }
  const demand = {
    registry,
    type: document.type,
    n: document.version,
    revoked,
    code: 'PUBLISHER_INVALID' as const,
  };
  const owners = (by: Version): Demand => ({
    ...demand,
    keys: by.keys,
    role: by.document.owners,
    roleName: `the owners of version ${by.document.version}`,
  });
  if (document.recovery === true) {
    const curators = { keys: root.keys, role: root.document.roles.curator, roleName: 'the curator role' };
    verifyThreshold(file, { ...demand, ...curators });
    return;
  }
  if (before === undefined) {
    const role = root.document.roles.grant ?? root.document.roles.curator;
    verifyThreshold(file, { ...demand, keys: root.keys, role, roleName: 'the grant role' });
  } else {
    verifyThreshold(file, owners(before));
  }
  verifyThreshold(file, owners(version));
}

function changeSince(
  seen: SeenPublisher | undefined,
  versions: readonly Version[],
  publisher: Publisher,
): PublisherChange | undefined {
  const last = versions.at(-1)?.document;
  if (seen === undefined || last === undefined || last.version === seen.version) return undefined;
  const change = { publisher, from: seen.version, to: last.version };
  if (versions.slice(seen.version).some((version) => version.document.recovery === true)) {
    return { ...change, kind: 'recovery' };
  }
  const same = sameKeys(seen.owners, last.owners.keys) && sameKeys(seen.release, last.release.keys);
  return same ? undefined : { ...change, kind: 'keys' };
}

function sameKeys(left: readonly string[], right: readonly string[]): boolean {
  return [...left].sort().join() === [...right].sort().join();
}

/** A revoked owner's key closes the namespace until the curators act (docs/decisions/0003). */
function closed(publisher: Publisher, revoked: RevokedSigners | undefined, cause: unknown): unknown {
  if (revoked === undefined) return cause;
  return new UdosError(
    'PUBLISHER_INVALID',
    `Nothing vouches for the publisher ${publisher} any more: the registry revoked ${revoked.text}.`,
    {
      hint: `Its curators must give ${publisher} new keys (\`udos registry publisher recover\`). Until then no plugin of ${publisher} is believed; what is installed was not touched, and \`udos remove NAME\` removes it.`,
      data: { publisher, revoked: revoked.keys },
      cause,
    },
  );
}

function invalid(publisher: Publisher, problem: string): UdosError {
  return new UdosError('PUBLISHER_INVALID', `The publisher ${publisher} cannot be believed: ${problem}.`, {
    hint: 'Its namespace may have been taken over. Ask the owner of the registry.',
    data: { publisher, problem },
  });
}
