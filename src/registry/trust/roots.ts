import { UdosError } from '../../errors/index.js';
import { root as rootFormat, readFormat, type KeyRole, type Root } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import type { IndexHead } from '../../model/index-source.js';
import type { Fingerprint, IndexPath, RegistryId, Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { damaged } from './kept-damage.js';
import { parseKeyRing, type Keys } from './key-ring.js';
import { registryIdOf } from './registry-id.js';
import { sidecarPaths, verifyThreshold, type Demand, type SignedFile } from './threshold.js';
import type { TrustStore } from './trust-store.js';

/** A root that was verified, with its keys parsed. */
export interface TrustedRoot {
  readonly document: Root;
  readonly sha256: Sha256;
  readonly keys: Keys;
}

export type AcceptRoot = (root: TrustedRoot, before: TrustedRoot | undefined) => Promise<void>;

/** At most this many new roots are walked in one sync (check 3). */
export const maxNewRoots = 1024;
/** Asked for in one round trip. */
const rootsPerRead = 8;
const rootLimits = { maxBytes: 64 * 1024, maxDepth: 32 };

/** @throws ROOT_INVALID */
export function parseRoot(bytes: Uint8Array, what: string): TrustedRoot {
  const document = readFormat(rootFormat, bytes, { what, code: 'ROOT_INVALID', limits: rootLimits });
  const keys = parseKeyRing(document.keys, what, 'ROOT_INVALID');
  return { document, sha256: sha256Hex(bytes) as Sha256, keys };
}

/**
 * The root that a client believes, from what it has stored and what the snapshot adds (check 3).
 *
 * The first is believed because its hash is the registry's id; each later one because the thresholds of the root before
 * it and of itself signed it. A gap ends the walk: what lies behind it is never looked at. Each step is persisted, so
 * that a bad root does not take back the good ones before it.
 *
 * @param accept told of every new root as soon as it is good, with the one before it.
 * @throws REGISTRY_ID_MISMATCH, ROOT_INVALID; STATE_CORRUPT as {@link readKeptRoot}; INDEX_NOT_FOUND when the snapshot has
 *   no root at all
 */
export async function advanceRoots(
  registry: RegistryId,
  stored: number | undefined,
  head: IndexHead | undefined,
  store: TrustStore,
  accept?: AcceptRoot,
): Promise<TrustedRoot> {
  let current = await firstRoot(registry, stored, head, store, accept);
  if (head === undefined) return current;
  const start = current.document.version;
  for (let next = start + 1; ; next += rootsPerRead) {
    const paths = Array.from({ length: rootsPerRead }, (_, index) => layout.root(next + index));
    const found = await head.read(paths, rootLimits.maxBytes);
    for (const path of paths) {
      const bytes = found.get(path);
      if (bytes === undefined) return current;
      if (current.document.version - start >= maxNewRoots) {
        throw invalid(path, `more than ${maxNewRoots} new roots stand in the index`, {});
      }
      const before = current;
      current = await verifyNext(registry, before, path, bytes, head);
      await store.saveRoot(current.document.version, bytes);
      await accept?.(current, before);
    }
  }
}

async function firstRoot(
  registry: RegistryId,
  stored: number | undefined,
  head: IndexHead | undefined,
  store: TrustStore,
  accept?: AcceptRoot,
): Promise<TrustedRoot> {
  if (stored !== undefined) return readKeptRoot(registry, stored, store);
  if (head === undefined)
    throw new UdosError('OFFLINE', `Offline, and this machine has never read ${registry}.`);
  const path = layout.root(1);
  const bytes = (await head.read([path], rootLimits.maxBytes)).get(path);
  if (bytes === undefined) {
    throw new UdosError('INDEX_NOT_FOUND', `There is no registry here: ${path} is missing.`, {
      hint: 'Check the URL. An index is served from the branch `published`.',
    });
  }
  const found = registryIdOf(bytes);
  if (found !== registry) {
    throw new UdosError(
      'REGISTRY_ID_MISMATCH',
      `This is another registry: expected ${registry}, found ${found}.`,
      {
        hint: 'Ask the owner for the id, over a channel you trust, and add the registry with `--id`.',
        data: { expected: registry, found },
      },
    );
  }
  const first = parseRoot(bytes, path);
  if (first.document.version !== 1)
    throw invalid(path, `it says it is version ${first.document.version}`, {});
  const file = await withSidecars(path, bytes, [first.document.roles.root], head);
  verifyRootRole(registry, first, first, file);
  await store.saveRoot(1, bytes);
  await accept?.(first, undefined);
  return first;
}

async function verifyNext(
  registry: RegistryId,
  current: TrustedRoot,
  path: IndexPath,
  bytes: Uint8Array,
  head: IndexHead,
): Promise<TrustedRoot> {
  const next = parseRoot(bytes, path);
  const expected = current.document.version + 1;
  if (next.document.version !== expected) {
    throw invalid(path, `expected version ${expected}, found ${next.document.version}`, {});
  }
  if (next.document.previous !== current.sha256) {
    const sides = { expected: current.sha256, found: next.document.previous };
    throw invalid(
      path,
      `it follows ${sides.found ?? 'nothing'}, not the root that is trusted here, ${sides.expected}`,
      sides,
    );
  }
  const file = await withSidecars(path, bytes, [current.document.roles.root, next.document.roles.root], head);
  verifyRootRole(registry, current, next, file);
  verifyRootRole(registry, next, next, file);
  return next;
}

/** The root role of `by` must have signed `candidate`. */
function verifyRootRole(
  registry: RegistryId,
  by: TrustedRoot,
  candidate: TrustedRoot,
  file: SignedFile,
): void {
  verifyThreshold(file, rootDemand(registry, by, candidate));
}

/** What a root needs of the root role of `by`: of the one before it, and of itself. */
export function rootDemand(registry: RegistryId, by: TrustedRoot, candidate: TrustedRoot): Demand {
  return {
    registry,
    type: candidate.document.type,
    n: candidate.document.version,
    keys: by.keys,
    role: by.document.roles.root,
    roleName: `the root role of root ${by.document.version}`,
    code: 'ROOT_INVALID',
  };
}

async function withSidecars(
  path: IndexPath,
  bytes: Uint8Array,
  roles: readonly KeyRole[],
  head: IndexHead,
): Promise<SignedFile> {
  return { path, bytes, sidecars: await head.read(sidecarPaths(path, roles), 4096) };
}

/** Check 4: the newest root must not have expired. */
export function refuseExpiredRoot(root: TrustedRoot, now: number): void {
  const expires = Date.parse(root.document.expires);
  if (expires > now) return;
  throw new UdosError(
    'ROOT_EXPIRED',
    `Root ${root.document.version} of the registry "${root.document.name}" expired on ${root.document.expires}.`,
    {
      hint: 'Its owner must sign a new root. Until then nothing new can be believed of it.',
      data: { root: root.document.version, expires: root.document.expires, now: new Date(now).toISOString() },
    },
  );
}

/** Keys that could sign checkpoints under `before` and cannot under `after` (check 4). */
export function removedCheckpointKeys(before: TrustedRoot, after: TrustedRoot): Fingerprint[] {
  return before.document.roles.checkpoint.keys.filter(
    (fp) => !after.document.roles.checkpoint.keys.includes(fp),
  );
}

/** True when a root that this machine has accepted after root `since` took a checkpoint key away. */
export async function isCheckpointKeyRemovedSince(
  registry: RegistryId,
  since: number,
  store: TrustStore,
): Promise<boolean> {
  if (since > ((await store.load())?.root ?? 0)) return false;
  const roots = await readKeptRoots(registry, since, store);
  return roots.some((after, index) => {
    const before = roots[index - 1];
    return before !== undefined && removedCheckpointKeys(before, after).length > 0;
  });
}

/** One of {@link readKeptRoots}. */
export async function readKeptRoot(
  registry: RegistryId,
  version: number,
  store: TrustStore,
): Promise<TrustedRoot> {
  const [root] = await readKeptRoots(registry, version, store);
  if (root === undefined) throw damaged(registry, `root ${version} is missing`);
  return root;
}

/**
 * The accepted roots from version `since` on, oldest first. Every checkpoint is held against their keys, so a root that was
 * exchanged on disk would let anybody's head in: the newest must have the hash that was noted when its signatures were
 * verified, each earlier one the hash that the next one names, and the first the one that is the registry's id.
 *
 * @throws STATE_CORRUPT
 */
export async function readKeptRoots(
  registry: RegistryId,
  since: number,
  store: TrustStore,
): Promise<TrustedRoot[]> {
  const state = await store.load();
  const roots: TrustedRoot[] = [];
  let expected: Sha256 | null | undefined = state?.rootSha256;
  for (let version = state?.root ?? 0; version >= since; version -= 1) {
    const bytes = await store.readRoot(version);
    if (bytes === undefined) throw damaged(registry, `root ${version} is missing`);
    if (version === 1 && registryIdOf(bytes) !== registry)
      throw damaged(registry, 'root 1 is not the one that the id of the registry names');
    if (sha256Hex(bytes) !== expected)
      throw damaged(registry, `root ${version} is not the one that was accepted`);
    const root = parseRoot(bytes, `the stored root ${version}`);
    expected = root.document.previous;
    roots.unshift(root);
  }
  return roots;
}

function invalid(path: string, problem: string, data: Readonly<Record<string, unknown>>): UdosError {
  return new UdosError('ROOT_INVALID', `${path} cannot follow the trusted root: ${problem}.`, {
    hint: 'Do not go on with this registry until its owner has explained this.',
    data: { file: path, ...data },
  });
}
