import { hasCode, UdosError, type ErrorCode } from '../../errors/index.js';
import type { KeyRole } from '../../model/formats/index.js';
import { sidecarOf, trustedComment } from '../../model/index-layout.js';
import type { Fingerprint, IndexPath, RegistryId } from '../../model/names.js';
import { blake2b512, parseSignature, verifySignature } from '../../primitives/crypto/index.js';
import type { Keys } from './key-ring.js';

/** A file of the index with the signatures that stand beside it, by sidecar path. */
export interface SignedFile {
  readonly path: IndexPath;
  readonly bytes: Uint8Array;
  readonly sidecars: ReadonlyMap<IndexPath, Uint8Array>;
}

/** Who must have signed, and what the signatures must say. */
export interface Demand {
  readonly registry: RegistryId;
  /** As in the document: `udos/root@1`. */
  readonly type: string;
  /** Version, serial or sequence. */
  readonly n: number;
  readonly keys: Keys;
  readonly role: KeyRole;
  /** For messages: `the root role of version 3`. */
  readonly roleName: string;
  readonly revoked?: ReadonlySet<Fingerprint>;
  readonly code: ErrorCode;
}

/** Who of a role has signed, sorted, and why the others do not count. */
export interface SignatureCount {
  readonly signers: readonly Fingerprint[];
  readonly problems: readonly string[];
}

/**
 * Counts the distinct keys of a role that signed exactly these bytes, for exactly this place in this registry.
 *
 * One key is one vote however often it signs; a revoked key has none. A sidecar that does not verify counts for nothing.
 */
export function countSignatures(file: SignedFile, demand: Demand): SignatureCount {
  const comment = trustedComment.file(demand.type.replace('udos/', ''), demand.registry, file.path, demand.n);
  const digest = blake2b512(file.bytes);
  const signers = new Set<Fingerprint>();
  const problems: string[] = [];
  for (const fp of new Set(demand.role.keys)) {
    const problem = problemOf(fp, file, digest, comment, demand);
    if (problem === undefined) signers.add(fp);
    else problems.push(`${fp.slice(0, 16)}: ${problem}`);
  }
  return { signers: [...signers].sort(), problems };
}

/**
 * Demands that enough distinct keys of a role signed, as {@link countSignatures} counts.
 *
 * @returns the signers, sorted.
 * @throws `demand.code` when fewer than the threshold signed; it names every signature that does not count.
 */
export function verifyThreshold(file: SignedFile, demand: Demand): Fingerprint[] {
  const { signers, problems } = countSignatures(file, demand);
  if (signers.length >= demand.role.threshold) return [...signers];
  const wanted = `${demand.role.threshold} of ${demand.role.keys.length}`;
  throw new UdosError(
    demand.code,
    `${file.path} needs the signatures of ${wanted} keys (${demand.roleName}), and ${signers.length} are good: ${problems.join('; ')}.`,
    {
      data: {
        file: file.path,
        role: demand.roleName,
        threshold: demand.role.threshold,
        signers,
        problems,
      },
    },
  );
}

function problemOf(
  fp: Fingerprint,
  file: SignedFile,
  digest: Uint8Array,
  comment: string,
  demand: Demand,
): string | undefined {
  if (demand.revoked?.has(fp) === true) return 'the key is revoked';
  const publicKey = demand.keys.get(fp);
  if (publicKey === undefined) return 'the key is not listed';
  const sidecar = file.sidecars.get(sidecarOf(file.path, fp));
  if (sidecar === undefined) return 'has not signed';
  try {
    verifySignature({ digest, signature: parseSignature(sidecar), publicKey, trustedComment: comment });
    return undefined;
  } catch (error) {
    if (hasCode(error, 'SIGNATURE_INVALID')) return error.message;
    throw error;
  }
}

/** Every sidecar path that the keys of some roles could have beside `path`. */
export function sidecarPaths(path: IndexPath, roles: readonly KeyRole[]): IndexPath[] {
  return [...new Set(roles.flatMap((role) => role.keys))].map((fp) => sidecarOf(path, fp));
}
