import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import type { Fingerprint, IndexPath } from '../../model/names.js';
import { formatJson } from '../../primitives/json/index.js';
import {
  parseRoot,
  readRootSignatures,
  rootInForce,
  walkRoots,
  type Changes,
  type IndexTree,
  type TrustedRoot,
} from '../../registry/index.js';
import { readCheckpointOf } from './index-documents.js';
import type { IndexWorkspace } from './index-workspace.js';
import { planNextRoot, type RootChanges } from './next-root.js';

/** A root that is to follow the one in force. */
export interface RootDraft {
  readonly path: IndexPath;
  readonly bytes: Uint8Array;
  readonly before: TrustedRoot;
  readonly next: TrustedRoot;
  /** What brings it onto main, without signatures. Empty when it is there already. */
  readonly changes: Changes;
  /** Who has signed it. */
  readonly signed: ReadonlySet<Fingerprint>;
  /**
   * True when this user has just asked for it. A root that somebody else put on main is never signed in passing: that takes
   * `registry sign` and a look at it.
   */
  readonly isOwn: boolean;
}

/**
 * A new root with these changes. One that waits on main for signatures gives way to it, with all that signs it.
 *
 * @throws USAGE, KEY_NOT_FOUND, FILE_NOT_FOUND, KEY_INVALID, ROOT_INVALID
 */
export async function draftRoot(
  context: Context,
  { registry, main, published }: IndexWorkspace,
  changes: RootChanges,
): Promise<RootDraft> {
  const before = await rootInForce(registry, main, published);
  const document = await planNextRoot(context, before, changes);
  const path = layout.root(document.version);
  const bytes = Buffer.from(formatJson(document), 'utf8');
  const files = new Map<string, Uint8Array | null>(laterRoots(main, before).map((stale) => [stale, null]));
  files.set(path, bytes);
  const next = parseRoot(bytes, path);
  return { path, bytes, before, next, changes: files, signed: new Set(), isOwn: true };
}

/**
 * The root on main that clients do not have yet: because signatures are missing, or because it was not published yet.
 *
 * @throws USAGE when there is none; ROOT_INVALID when it is malformed
 */
export async function findWaitingRoot(
  { registry, main }: IndexWorkspace,
  published: IndexTree | undefined,
): Promise<RootDraft> {
  const chain = await walkRoots(registry, main);
  const inForce = await rootInForce(registry, main);
  const waiting = await readRootSignatures(registry, main, inForce);
  const { version } = inForce.document;
  const known = published === undefined ? 1 : (await readCheckpointOf(published)).document.root;
  const earlier = await chain.read(version - 1);
  const isPublished = version <= known || earlier === undefined;
  if (waiting === undefined && isPublished) {
    throw new UdosError('USAGE', `Root ${version} is in force, and no change was asked for.`, {
      hint: 'Say what changes: --replace OLD=NEW, --add ROLE=KEY, --remove ROLE=KEY, --threshold ROLE=N or --days N.',
    });
  }
  const before =
    waiting !== undefined || earlier === undefined ? inForce : parseRoot(earlier, layout.root(version - 1));
  const found = waiting ?? (await readRootSignatures(registry, main, before));
  if (found === undefined) throw new UdosError('BUG', 'A root that was walked is not there.');
  return {
    path: layout.root(found.root.document.version),
    bytes: found.bytes,
    before,
    next: found.root,
    changes: new Map(),
    signed: new Set([...found.before.signers, ...found.own.signers]),
    isOwn: false,
  };
}

/** Files of the roots after `before`, with what signs them. */
export function laterRoots(tree: IndexTree, before: TrustedRoot): string[] {
  return tree.paths.filter((path) => {
    const version = /^trust\/root\/([1-9][0-9]*)\.json(?:\.|$)/.exec(path)?.[1];
    return version !== undefined && Number(version) > before.document.version;
  });
}
