import { UdosError } from '../../errors/index.js';
import {
  readFormat,
  revocations as revocationsFormat,
  type Integrity,
  type Revocations,
} from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import type { Fingerprint, PluginName, RegistryId } from '../../model/names.js';
import type { Version } from '../../model/version.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { signedFile, type CheckedFiles } from './checked-files.js';
import type { SignedCheckpoint } from './checkpoints.js';
import type { TrustedRoot } from './roots.js';
import { verifyThreshold } from './threshold.js';

/** What a registry has taken back. */
export interface RevocationList {
  readonly serial: number;
  readonly keys: ReadonlySet<Fingerprint>;
  /** What its curators say of a revoked key; undefined for any other. */
  reasonAgainstKey(fp: Fingerprint): string | undefined;
  /** Why a release must not be installed, or undefined. Asked by what a release is, whoever signed it (check 13). */
  reasonAgainst(release: { name: PluginName; version: Version; integrity: Integrity }): string | undefined;
}

/**
 * Reads the revocations that the checkpoint promises (check 10). Their file and sidecars must be loaded.
 *
 * @param storedSerial the newest serial this client has seen: fewer would hide a revocation.
 * @throws REVOCATIONS_INVALID
 */
export function verifyRevocations(
  files: CheckedFiles,
  registry: RegistryId,
  root: TrustedRoot,
  checkpoint: SignedCheckpoint | undefined,
  storedSerial: number,
): RevocationList {
  const file = signedFile(files, layout.revocations);
  const promised = checkpoint?.document.revocations;
  const found = file === undefined ? null : sha256Hex(file.bytes);
  if (promised !== undefined && promised.sha256 !== found) {
    throw invalid(`the checkpoint promises ${promised.sha256 ?? 'none'}, found ${found ?? 'none'}`);
  }
  if (file === undefined) {
    if (storedSerial > 0) throw invalid(`serial ${storedSerial} was seen before, and now there are none`);
    return revocationListOf(registry, undefined);
  }
  const document = readFormat(revocationsFormat, file.bytes, {
    what: layout.revocations,
    code: 'REVOCATIONS_INVALID',
  });
  if (document.registry !== registry) throw invalid(`they belong to ${document.registry}`);
  if (promised !== undefined && promised.serial !== document.serial) {
    throw invalid(`the checkpoint promises serial ${promised.serial}, found ${document.serial}`);
  }
  if (document.serial < storedSerial)
    throw invalid(`serial ${storedSerial} was seen before, found ${document.serial}`);
  verifyThreshold(file, {
    registry,
    type: document.type,
    n: document.serial,
    keys: root.keys,
    role: root.document.roles.curator,
    roleName: 'the curator role',
    code: 'REVOCATIONS_INVALID',
  });
  return revocationListOf(registry, document);
}

/** What a list of revocations says, once it is believed. */
export function revocationListOf(registry: RegistryId, document: Revocations | undefined): RevocationList {
  const releases = new Map<PluginName, Revocations['releases']>();
  for (const release of document?.releases ?? []) {
    if (release.registry !== undefined && release.registry !== registry) continue;
    releases.set(release.name, [...(releases.get(release.name) ?? []), release]);
  }
  return {
    serial: document?.serial ?? 0,
    keys: new Set(document?.keys.map((key) => key.fp) ?? []),
    reasonAgainstKey: (fp) => document?.keys.find((key) => key.fp === fp)?.reason,
    reasonAgainst: ({ name, version, integrity }) =>
      releases
        .get(name)
        ?.find(
          (one) =>
            (one.version === '*' || one.version === version) &&
            (one.integrity === undefined || one.integrity === integrity),
        )?.reason,
  };
}

function invalid(problem: string): UdosError {
  return new UdosError(
    'REVOCATIONS_INVALID',
    `The revocations of the registry cannot be believed: ${problem}.`,
    {
      hint: 'Somebody may be hiding a revocation from you. Ask the owner of the registry.',
      data: { file: layout.revocations, problem },
    },
  );
}
