import type { KeyRole } from '../../model/formats/index.js';
import { layout, sidecarOf } from '../../model/index-layout.js';
import { isIndexPath, type Fingerprint, type IndexPath, type RegistryId } from '../../model/names.js';
import type { TrustedRoot } from '../trust/roots.js';
import { countSignatures } from '../trust/threshold.js';
import type { IndexTree } from './index-tree.js';
import type { Judgement } from './judge-tree.js';
import { readSignable, type Signable } from './signable.js';

/** A document that needs more signatures under a new root. Its bytes stay. */
export interface Resigning {
  readonly file: Signable;
  readonly role: KeyRole;
  /** Keys of the role whose signatures are there and good. */
  readonly signed: readonly Fingerprint[];
  /**
   * True for the bytes that clients have already. Anything else may be what a thief of a key of the old root put on main: it is
   * signed only by who has looked at it.
   */
  readonly isPublished: boolean;
  /** The new root cannot be published before this file is signed: clients have an earlier one in the same place. */
  readonly isNeeded: boolean;
}

/**
 * What curators and granting keys signed, and what counts no more under `next`: revocations, first versions of
 * publishers, and recoveries. Only what is good under the root before is among them: nobody is asked to vouch for
 * what clients refuse already.
 *
 * @param judged `tree` under the root before `next`.
 * @param published what clients read until now.
 */
export async function planResigning(
  registry: RegistryId,
  tree: IndexTree,
  judged: Judgement,
  next: TrustedRoot,
  published: IndexTree | undefined,
): Promise<readonly Resigning[]> {
  const bad = new Set(judged.problems.map((problem) => problem.path));
  const { curator, grant } = next.document.roles;
  const wanted: Resigning[] = [];
  for (const path of tree.paths.filter(isIndexPath)) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const isRevocations = path === layout.revocations;
    const isVersion = /^plugins\/[^/]+\/[^/]+\/publisher\/[1-9][0-9]{0,4}\.json$/.test(path);
    if (!(isRevocations || isVersion) || bad.has(path) || bad.has(folder)) continue;
    const bytes = (await tree.read([path])).get(path);
    if (bytes === undefined) continue;
    const file = readSignable(bytes, path);
    if (isVersion && file.n > 1 && !isRecovery(file)) continue;
    const role = isVersion && file.n === 1 ? (grant ?? curator) : curator;
    const signed = await signersOf(registry, tree, file, next, role, judged);
    if (signed.length >= role.threshold) continue;
    const before = (await published?.read([path]))?.get(path);
    const isPublished = before !== undefined && Buffer.compare(before, bytes) === 0;
    wanted.push({ file, role, signed, isPublished, isNeeded: before !== undefined });
  }
  return wanted;
}

/** True for the version of a publisher that curators put in place of its owners. */
export function isRecovery({ document }: Signable): boolean {
  return document.type === 'udos/publisher@1' && document.recovery === true;
}

async function signersOf(
  registry: RegistryId,
  tree: IndexTree,
  file: Signable,
  next: TrustedRoot,
  role: KeyRole,
  judged: Judgement,
): Promise<readonly Fingerprint[]> {
  const found = await tree.read(role.keys.map((fp) => sidecarOf(file.path, fp)));
  const sidecars = new Map([...found].map(([path, bytes]) => [path as IndexPath, bytes]));
  const { type, n } = file;
  return countSignatures(
    { path: file.path, bytes: file.bytes, sidecars },
    {
      registry,
      type,
      n,
      keys: next.keys,
      role,
      roleName: 'a role of the new root',
      revoked: judged.revocations?.keys ?? new Set(),
      code: 'ROOT_INCOMPLETE',
    },
  ).signers;
}
