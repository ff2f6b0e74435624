import assert from 'node:assert/strict';
import { UdosError, type ErrorCode } from '../../src/errors/index.js';
import type { IndexSource } from '../../src/model/index-source.js';
import type { Alias, PluginName, Publisher, RegistryId } from '../../src/model/names.js';
import type { VerifiedIndex, VerifiedPlugin } from '../../src/model/verified-index.js';
import { createGitLocalSource, syncRegistry, treeHead, type IndexTree } from '../../src/registry/index.js';
import { createMemoryTrustStore } from '../../src/registry/trust/memory-trust-store.js';
import type { StoredHead, TrustStore } from '../../src/registry/trust/trust-store.js';
import type { TestClock } from './clock.js';
import type { TestRegistry } from './test-registry.js';

/** What a client believes of a registry: all that a failed check must leave as it was. */
export interface Trusted {
  readonly root: number | undefined;
  readonly newestIssued: number | undefined;
  readonly head: object | undefined;
  readonly publishers: object;
  readonly documents: object;
}

export interface SyncOptions {
  readonly sources?: readonly IndexSource[];
  readonly locked?: { readonly root: number; readonly sequence: number };
  /** This machine's clock, when it is not the world's. */
  readonly clock?: Date;
}

/** One user's machine in process: reads one registry, and remembers what it has accepted. */
export class Client {
  readonly store: TrustStore;
  readonly warnings: string[] = [];
  /** Files by the name of the evidence. */
  readonly evidence = new Map<string, ReadonlyMap<string, Uint8Array>>();
  readonly #registry: TestRegistry;
  readonly #clock: TestClock;
  readonly #publishers = new Set<Publisher>();
  readonly #documents = new Set<PluginName>();

  constructor(registry: TestRegistry, clock: TestClock, store: TrustStore = createMemoryTrustStore()) {
    this.#registry = registry;
    this.#clock = clock;
    this.store = {
      ...store,
      savePublisher: (publisher, seen) => {
        this.#publishers.add(publisher);
        return store.savePublisher(publisher, seen);
      },
      saveDocument: (plugin, seen) => {
        this.#documents.add(plugin);
        return store.saveDocument(plugin, seen);
      },
      saveEvidence: (name, files) => {
        this.evidence.set(name, files);
        return store.saveEvidence(name, files);
      },
    };
  }

  /** Reads the registry's repository, unless told otherwise. */
  sync(options: SyncOptions = {}, registry: RegistryId = this.#registry.id): Promise<VerifiedIndex> {
    return syncRegistry({
      registry,
      alias: 'main' as Alias,
      sources: options.sources ?? [createGitLocalSource(this.#registry.repository)],
      store: this.store,
      clock: (options.clock ?? this.#clock.now()).getTime(),
      locked: options.locked,
      warn: (text) => this.warnings.push(text),
    });
  }

  /** Syncs and reads one plugin that must be there. */
  async plugin(name: string, options: SyncOptions = {}): Promise<VerifiedPlugin> {
    const plugin = await readPlugin(await this.sync(options), name);
    assert.ok(plugin, `${name} is missing`);
    return plugin;
  }

  async trusted(): Promise<Trusted> {
    const state = await this.store.load();
    const publishers = [...this.#publishers].sort();
    const documents = [...this.#documents].sort();
    return {
      root: state?.root,
      newestIssued: state?.newestIssued,
      head: state?.head && withoutBytes(state.head),
      publishers: await entriesOf(publishers, (publisher) => this.store.readPublisher(publisher)),
      documents: await entriesOf(documents, (plugin) => this.store.readDocument(plugin)),
    };
  }

  /**
   * Proves that `work` is refused with `code` and that nothing that was believed moved, but for what `accepted` says: a
   * root that passed before something else failed stays accepted.
   */
  async refuses(
    code: ErrorCode,
    work: () => Promise<unknown>,
    accepted: Partial<Trusted> = {},
  ): Promise<UdosError> {
    const before = await this.trusted();
    const error = await refusalOf(code, work);
    assert.deepEqual(await this.trusted(), { ...before, ...accepted });
    return error;
  }

  /** Proves that the head is believed and one plugin of it is not. */
  async refusesPlugin(code: ErrorCode, name: string, options: SyncOptions = {}): Promise<UdosError> {
    const index = await this.sync(options);
    return this.refuses(code, () => readPlugin(index, name));
  }

  /** The two contradicting heads, each with its signature, that the last refusal kept. */
  assertKeptBothHeads(error: UdosError, kind: string): void {
    const [name, files] = [...this.evidence].at(-1) ?? ['', new Map<string, Uint8Array>()];
    assert.ok(name.endsWith(`-${kind}`), name);
    assert.equal(error.data.evidence, name);
    assert.equal([...files.keys()].filter((file) => file.endsWith('.json')).length, 2);
    assert.equal([...files.keys()].filter((file) => file.endsWith('.minisig')).length, 2);
  }
}

/** The error of `work`, which must have this code. */
export async function refusalOf(code: ErrorCode, work: () => Promise<unknown>): Promise<UdosError> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UdosError)) throw error;
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`expected ${code}, and nothing was refused`);
}

export async function readPlugin(index: VerifiedIndex, name: string): Promise<VerifiedPlugin | undefined> {
  return (await index.plugins([name as PluginName])).get(name as PluginName);
}

/** A source that always offers one tree, such as a mirror that stopped. */
export function treeSource(tree: IndexTree, location = 'a tree'): IndexSource {
  return { location, head: () => Promise.resolve(treeHead(tree, location)) };
}

function withoutBytes({ sequence, sha256, revocationsSerial, closedChunks }: StoredHead): object {
  return { sequence, sha256, revocationsSerial, closedChunks };
}

async function entriesOf<K extends string, V>(
  keys: readonly K[],
  read: (key: K) => Promise<V>,
): Promise<object> {
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await read(key)] as const)));
}
