import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import type { IndexPath, RegistryId } from '../../model/names.js';
import { createMemoryTrustStore } from '../trust/memory-trust-store.js';
import { advanceRoots, parseRoot, rootDemand, type TrustedRoot } from '../trust/roots.js';
import { countSignatures, sidecarPaths, type SignatureCount, type SignedFile } from '../trust/threshold.js';
import { treeHead, type IndexTree } from './index-tree.js';

/** The roots of a tree as a client walks them that has never seen the registry. */
export interface RootChain {
  /** The newest root that is good; undefined when not even the first is. */
  readonly root: TrustedRoot | undefined;
  /** What ends the walk, other than that there are no more roots: the file, and what a client says of it. */
  readonly problem: { readonly path: IndexPath; readonly error: UdosError } | undefined;
  /** The bytes of a root that is good. */
  read(version: number): Promise<Uint8Array | undefined>;
}

/** Walks the roots of a tree from the first, with the client's own code. */
export async function walkRoots(registry: RegistryId, tree: IndexTree): Promise<RootChain> {
  const store = createMemoryTrustStore();
  const good: TrustedRoot[] = [];
  let problem: RootChain['problem'];
  try {
    await advanceRoots(registry, undefined, treeHead(tree, 'roots'), store, (next) => {
      good.push(next);
      return Promise.resolve();
    });
  } catch (error) {
    if (!(error instanceof UdosError)) throw error;
    problem = { path: layout.root(good.length + 1), error };
  }
  return { root: good.at(-1), problem, read: (version) => store.readRoot(version) };
}

/**
 * The root that is in force once `main` is published: the newest that is good, of those on main and those that are
 * published already. One that waits for signatures is not.
 *
 * @throws ROOT_INVALID, INDEX_NOT_FOUND when there is none
 */
export async function rootInForce(
  registry: RegistryId,
  main: IndexTree,
  published?: IndexTree,
): Promise<TrustedRoot> {
  const { root, problem } = await walkRoots(registry, main);
  const known = published === undefined ? undefined : (await walkRoots(registry, published)).root;
  const newest = (known?.document.version ?? 0) > (root?.document.version ?? 0) ? known : root;
  if (newest !== undefined) return newest;
  throw problem?.error ?? new UdosError('BUG', 'The walk of the roots ended in nothing.');
}

/** A root of a tree, complete or not, and who has signed it so far. */
export interface RootSignatures {
  readonly root: TrustedRoot;
  readonly bytes: Uint8Array;
  /** Of the root role of the root before. */
  readonly before: SignatureCount;
  /** Of its own root role. */
  readonly own: SignatureCount;
}

/**
 * Who has signed the root that follows `before` in a tree.
 *
 * @returns undefined when none does.
 * @throws ROOT_INVALID when it is malformed
 */
export async function readRootSignatures(
  registry: RegistryId,
  tree: IndexTree,
  before: TrustedRoot,
): Promise<RootSignatures | undefined> {
  const path = layout.root(before.document.version + 1);
  const bytes = (await tree.read([path])).get(path);
  if (bytes === undefined) return undefined;
  const root = parseRoot(bytes, path);
  const roles = [before.document.roles.root, root.document.roles.root];
  const sidecars = (await tree.read(sidecarPaths(path, roles))) as SignedFile['sidecars'];
  const file = { path, bytes, sidecars };
  return {
    root,
    bytes,
    before: countSignatures(file, rootDemand(registry, before, root)),
    own: countSignatures(file, rootDemand(registry, root, root)),
  };
}
