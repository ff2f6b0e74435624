import { z } from 'zod';
import type { Fingerprint, IndexPath, PluginName, Publisher, RegistryId, Sha256 } from '../../model/names.js';

/** What a client remembers of a registry between runs. Everything here only ever moves forward. */
export interface TrustState {
  readonly registry: RegistryId;
  /** The newest root that was accepted. Its bytes are kept by {@link TrustStore.saveRoot}. */
  readonly root: number;
  /** Of those bytes. The roots before it follow from it, each by the next one's `previous`. */
  readonly rootSha256: Sha256;
  /** The newest verified `issued`, in milliseconds: the clock is never believed to be earlier. */
  readonly newestIssued: number;
  readonly head: StoredHead | undefined;
}

/** The last accepted checkpoint, with its signatures: one side of the evidence should the registry ever fork. */
export interface StoredHead {
  readonly sequence: number;
  readonly sha256: Sha256;
  readonly bytes: Uint8Array;
  readonly sidecars: ReadonlyMap<IndexPath, Uint8Array>;
  readonly revocationsSerial: number;
  /** Hashes of the log's closed chunks, by number. */
  readonly closedChunks: ReadonlyMap<number, Sha256>;
}

/** The publisher versions a client has seen: the newest, and its hash. */
export interface SeenPublisher {
  readonly version: number;
  readonly sha256: Sha256;
  readonly owners: readonly Fingerprint[];
  readonly release: readonly Fingerprint[];
}

/** The state of a plugin document a client has seen: its serial, its hash, and the hash of every release but its yank. */
export interface SeenDocument {
  readonly serial: number;
  readonly sha256: Sha256;
  readonly releases: Readonly<Record<string, string>>;
}

/**
 * Where trust state lives: on disk for users, in memory for an owner's check of a tree that is not published yet.
 * `objects` are index files by their sha256; what they hand out is hashed again by the reader.
 */
export interface TrustStore {
  load(): Promise<TrustState | undefined>;
  save(state: TrustState): Promise<void>;
  readRoot(version: number): Promise<Uint8Array | undefined>;
  saveRoot(version: number, bytes: Uint8Array): Promise<void>;
  readPublisher(publisher: Publisher): Promise<SeenPublisher | undefined>;
  savePublisher(publisher: Publisher, seen: SeenPublisher): Promise<void>;
  readDocument(plugin: PluginName): Promise<SeenDocument | undefined>;
  saveDocument(plugin: PluginName, seen: SeenDocument): Promise<void>;
  /** Forgets serials and heads after a checkpoint key was removed (check 4). Roots and evidence stay. */
  forgetSeen(): Promise<void>;
  readObject(sha256: Sha256): Promise<Uint8Array | undefined>;
  saveObject(sha256: Sha256, bytes: Uint8Array): Promise<void>;
  /** Keeps files that prove misbehaviour, under a name that sorts by time. Returns where. */
  saveEvidence(name: string, files: ReadonlyMap<string, Uint8Array>): Promise<string>;
  /** Runs `work` while no other process changes this registry's state. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/** The same memory, for a look that must change nothing: what is saved is dropped, and no lock is taken. */
export function readOnly(store: TrustStore): TrustStore {
  const drop = () => Promise.resolve();
  return {
    ...store,
    save: drop,
    saveRoot: drop,
    savePublisher: drop,
    saveDocument: drop,
    saveObject: drop,
    forgetSeen: drop,
    saveEvidence: () => Promise.resolve(''),
    exclusively: (work) => work(),
  };
}

export const seenPublisher = z.strictObject({
  version: z.int(),
  sha256: z.string(),
  owners: z.array(z.string()),
  release: z.array(z.string()),
}) as unknown as z.ZodType<SeenPublisher>;

export const seenDocument = z.strictObject({
  serial: z.int(),
  sha256: z.string(),
  releases: z.record(z.string(), z.string()),
}) as unknown as z.ZodType<SeenDocument>;
