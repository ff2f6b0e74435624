import { UdosError } from '../../errors/index.js';
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
}

/**
 * What curators and granting keys signed, and what counts no more under `next`: revocations, first versions of
 * publishers, and recoveries. Only what is good under the root before is among them: nobody is asked to vouch for
 * what clients refuse already.
 *
 * @param judged `tree` under the root before `next`.
 */
export async function planResigning(
  registry: RegistryId,
  tree: IndexTree,
  judged: Judgement,
  next: TrustedRoot,
): Promise<readonly Resigning[]> {
  const bad = new Set(judged.problems.map((problem) => problem.path));
  const { curator, grant } = next.document.roles;
  const wanted: Resigning[] = [];
  for (const path of tree.paths.filter(isIndexPath)) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const isRevocations = path === layout.revocations;
    const isVersion = /^plugins\/[^/]+\/[^/]+\/publisher\/[1-9][0-9]{0,4}\.json$/.test(path);
    if (!(isRevocations || isVersion) || bad.has(path) || bad.has(folder)) continue;
    const file = await readAt(tree, path);
    if (isVersion && file.n > 1 && !('recovery' in file.document)) continue;
    const role = isVersion && file.n === 1 ? (grant ?? curator) : curator;
    const signed = await signersOf(registry, tree, file, next, role, judged);
    if (signed.length < role.threshold) wanted.push({ file, role, signed });
  }
  return wanted;
}

async function readAt(tree: IndexTree, path: IndexPath): Promise<Signable> {
  const bytes = (await tree.read([path])).get(path);
  if (bytes === undefined) throw new UdosError('BUG', `A listed file is not there: ${path}.`);
  return readSignable(bytes, path);
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
