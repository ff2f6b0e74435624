import path from 'node:path';
import { layout } from '../../model/index-layout.js';
import { hasCode } from '../../errors/index.js';
import { indexPath, isSha256, type IndexPath, type RegistryId, type Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { listFolder, readFileIfAny } from '../../primitives/fs/index.js';
import { parseCheckpoint, verifyCheckpoint } from './checkpoints.js';
import { createDiskTrustStore } from './disk-trust-store.js';
import { loadKnownLines } from './head-order.js';
import { chunkOf } from './log.js';
import { readKeptRoots, removedCheckpointKeys, type TrustedRoot } from './roots.js';
import type { TrustStore } from './trust-store.js';

/** A signed head that was kept. */
export interface EvidenceHead {
  /** The file with its bytes; its signatures lie beside it. */
  readonly file: string;
  readonly sequence: number;
  readonly issued: string;
  readonly sha256: Sha256;
  /** The version of the root that it is signed under. */
  readonly root: number;
}

/** A root that took a checkpoint key away, so that the head from before, which that key may have made up, was put aside. */
export interface Reset {
  readonly folder: string;
  /** When this machine learned of it, RFC 3339; null when the name of the folder does not tell. */
  readonly at: string | null;
  /** The version of that root. */
  readonly root: number;
  /** Of the head that was put aside. */
  readonly sequence: number;
}

export interface Evidence {
  /** Folders with two or more signed heads that exclude each other, oldest first. */
  readonly contradictions: readonly { readonly folder: string; readonly heads: readonly EvidenceHead[] }[];
  /** What the owner did on purpose: no misbehaviour. */
  readonly resets: readonly Reset[];
  /** Folders that prove nothing: not enough in them is signed as the roots say. */
  readonly unproven: readonly string[];
}

/**
 * What a registry's trust folder holds as evidence. Only a head that is signed as the root that it names says counts.
 *
 * @throws STATE_CORRUPT when the roots cannot be believed; FILESYSTEM_FAILED
 */
export async function readEvidence(folder: string, registry: RegistryId): Promise<Evidence> {
  const contradictions: { folder: string; heads: EvidenceHead[] }[] = [];
  const resets: Reset[] = [];
  const unproven: string[] = [];
  const names = await listFolder(path.join(folder, 'evidence'));
  const store = createDiskTrustStore(folder);
  const roots = names.length === 0 ? [] : await readKeptRoots(registry, 1, store);
  for (const name of names) {
    const place = path.join(folder, 'evidence', name);
    const heads = await readHeads(place, registry, roots);
    const [first] = heads;
    const root = first && removingRoot(roots, first.root);
    if (name.endsWith('-reset') && first !== undefined && root !== undefined)
      resets.push({ folder: place, at: timeOf(name), root, sequence: first.sequence });
    else if (name.endsWith('-unplaced') && !(await isOffTheLog(heads, store))) continue;
    else if (!name.endsWith('-reset') && heads.length >= 2) contradictions.push({ folder: place, heads });
    else unproven.push(place);
  }
  return { contradictions, resets, unproven };
}

/**
 * Of a head that nobody could place when it came: whether the log that is known by now has another one in its place. Until
 * that is known it stands for nothing.
 */
async function isOffTheLog(heads: readonly EvidenceHead[], store: TrustStore): Promise<boolean> {
  const known = (await store.load())?.head;
  if (known === undefined) return false;
  for (const { sequence, sha256 } of heads) {
    if (sequence >= known.sequence) continue;
    const line = (await loadKnownLines(known, chunkOf(sequence), store))?.get(sequence);
    if (line !== undefined && line !== sha256) return true;
  }
  return false;
}

async function readHeads(
  place: string,
  registry: RegistryId,
  roots: readonly TrustedRoot[],
): Promise<EvidenceHead[]> {
  const names = await listFolder(place);
  const heads: EvidenceHead[] = [];
  for (const name of names) {
    const sha256 = name.replace(/\.json$/, '');
    if (!isSha256(sha256)) continue;
    const file = path.join(place, name);
    const sidecars = new Map<IndexPath, Uint8Array>();
    for (const other of names) {
      const fp16 = other.startsWith(`${name}.`) && /\.([0-9a-f]{16})\.minisig$/.exec(other)?.[1];
      const bytes =
        fp16 === undefined || fp16 === false ? undefined : await readIfFile(path.join(place, other));
      if (bytes !== undefined) sidecars.set(indexPath(`${layout.checkpoint}.${fp16}.minisig`), bytes);
    }
    const bytes = await readIfFile(file);
    const head = bytes && sha256Hex(bytes) === sha256 && verifyHead(registry, roots, bytes, sidecars);
    if (head !== undefined && head !== false) heads.push({ file, ...head, sha256 });
  }
  return heads;
}

/** Undefined for what proves nothing. */
function verifyHead(
  registry: RegistryId,
  roots: readonly TrustedRoot[],
  bytes: Uint8Array,
  sidecars: ReadonlyMap<IndexPath, Uint8Array>,
): Pick<EvidenceHead, 'sequence' | 'issued' | 'root'> | undefined {
  try {
    const named = parseCheckpoint(bytes).root;
    const root = roots.find(({ document }) => document.version === named);
    if (root === undefined) return undefined;
    const { sequence, issued } = verifyCheckpoint(registry, root, { bytes, sidecars }).document;
    return { sequence, issued, root: named };
  } catch (error) {
    if (hasCode(error, 'CHECKPOINT_INVALID')) return undefined;
    throw error;
  }
}

/** The first root after `since` that took a checkpoint key away. */
function removingRoot(roots: readonly TrustedRoot[], since: number): number | undefined {
  const after = roots.filter(({ document }) => document.version >= since);
  return after.find((root, index) => {
    const before = after[index - 1];
    return before !== undefined && removedCheckpointKeys(before, root).length > 0;
  })?.document.version;
}

/** Undefined also for what is no file. */
async function readIfFile(file: string): Promise<Uint8Array | undefined> {
  return readFileIfAny(file).catch((error: unknown) => {
    if (hasCode(error, 'FILESYSTEM_FAILED')) return undefined;
    throw error;
  });
}

function timeOf(name: string): string | null {
  const time = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3})Z-/.exec(name);
  return time === null ? null : `${time[1]}:${time[2]}:${time[3]}.${time[4]}Z`;
}
