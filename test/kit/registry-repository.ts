import path from 'node:path';
import type { Checkpoint, PluginDocument } from '../../src/model/formats/index.js';
import { layout, sidecarOf } from '../../src/model/index-layout.js';
import type { IndexPath, PluginName, RegistryId } from '../../src/model/names.js';
import { commitTree } from '../../src/operations/steps/index-workspace.js';
import { commitChanges, readRef, writeRef, type GitRepository } from '../../src/primitives/git/index.js';
import { formatJson } from '../../src/primitives/json/index.js';
import { emptyTree, signFile, type Changes, type IndexTree, type Signer } from '../../src/registry/index.js';
import type { TestClock } from './clock.js';
import { FileTree } from './file-tree.js';
import { testKey, type TestKey } from './keys.js';

const author = { name: 'Test', email: 'test@example.org' };
const mainRef = 'refs/heads/main';
const publishedRef = 'refs/heads/published';
/** Where the owner goes on while the server shows a frozen state; no client asks for it. */
const unservedRef = 'refs/heads/unserved';

/**
 * Where a registry of the kit lies: a bare repository with the branches `main` and `published`, and the published tree as
 * plain files for a static server. It knows its keys and signs what it is told to; it judges nothing.
 */
export abstract class RegistryRepository {
  readonly alias: string;
  /** The bare repository. */
  readonly repository: string;
  /** The published tree as plain files. */
  readonly folder: string;
  readonly keys: { root: TestKey; curator: TestKey; checkpoint: TestKey };
  id = '' as RegistryId;
  protected readonly clock: TestClock;
  protected repo!: GitRepository;
  /** Published commits, oldest first. */
  readonly #history: string[] = [];
  /** Those of them that the owner made. */
  readonly #honest: string[] = [];
  #main: IndexTree = emptyTree;
  #published: IndexTree | undefined;
  #isFrozen = false;
  readonly #files: FileTree;

  protected constructor(base: string, alias: string, clock: TestClock) {
    this.alias = alias;
    this.repository = path.join(base, 'git', `${alias}.git`);
    this.folder = path.join(base, 'static', alias);
    this.#files = new FileTree(this.folder);
    this.clock = clock;
    this.keys = {
      root: testKey(`${alias} root`),
      curator: testKey(`${alias} curator`),
      checkpoint: testKey(`${alias} checkpoint`),
    };
  }

  get main(): IndexTree {
    return this.#main;
  }

  /** The newest published state; what is served, unless the server is frozen. */
  get published(): IndexTree {
    if (this.#published === undefined) throw new Error(`${this.alias} has no checkpoint yet`);
    return this.#published;
  }

  get hasPublished(): boolean {
    return this.#published !== undefined;
  }

  get sequence(): number {
    return this.#history.length;
  }

  /** A published state by its number, the first being 1. */
  async publishedAt(sequence: number): Promise<IndexTree> {
    return commitTree(this.repo, this.#commitAt(sequence));
  }

  /** Remembers how everything is now; what it answers puts both branches back there. */
  async mark(): Promise<() => Promise<void>> {
    const main = await readRef(this.repo, mainRef);
    const history = [...this.#history];
    const honest = [...this.#honest];
    return async () => {
      if (main === undefined) throw new Error(`${this.alias} had no main yet`);
      await writeRef(this.repo, mainRef, main);
      this.#main = await commitTree(this.repo, main);
      this.#history.splice(0, Infinity, ...history);
      this.#honest.splice(0, Infinity, ...honest);
      this.#isFrozen = false;
      await this.returnTo(history.length);
    };
  }

  /** Commits to main; sidecars over older bytes of the same files go. */
  async edit(changes: Changes): Promise<void> {
    const all = new Map(changes);
    for (const file of changes.keys()) {
      for (const stale of this.#main.paths) {
        if (stale.startsWith(`${file}.`) && stale.endsWith('.minisig') && !all.has(stale))
          all.set(stale, null);
      }
    }
    const before = await readRef(this.repo, mainRef);
    const commit = await this.#commit(mainRef, before, before === undefined ? [] : [before], before, all);
    this.#main = await commitTree(this.repo, commit);
  }

  /** The sidecar of `key` beside `file`. */
  sidecar(file: IndexPath, key: Signer): string {
    return sidecarOf(file, key.fingerprint);
  }

  /** A document with the sidecars of `signers`, as changes of a tree. */
  signed(
    file: IndexPath,
    document: { type: string },
    signers: readonly Signer[],
    n?: number,
  ): Map<string, Uint8Array> {
    const bytes = Buffer.from(formatJson(document));
    const counters = document as { version?: number; serial?: number; sequence?: number };
    const number = n ?? counters.version ?? counters.serial ?? counters.sequence ?? 0;
    const changes = new Map<string, Uint8Array>([[file, bytes]]);
    for (const signer of signers) {
      const [sidecar, signature] = signFile(signer, this.id, {
        path: file,
        bytes,
        type: document.type,
        n: number,
      });
      changes.set(sidecar, signature);
    }
    return changes;
  }

  async document(plugin: PluginName): Promise<PluginDocument | undefined> {
    const file = layout.document(plugin);
    const bytes = (await this.#main.read([file])).get(file);
    return bytes && (JSON.parse(Buffer.from(bytes).toString()) as PluginDocument);
  }

  async currentCheckpoint(): Promise<Checkpoint> {
    return JSON.parse(
      Buffer.from(await this.bytes(layout.checkpoint, this.published)).toString(),
    ) as Checkpoint;
  }

  async bytes(file: string, tree: IndexTree = this.#main): Promise<Uint8Array> {
    const bytes = (await tree.read([file])).get(file);
    if (bytes === undefined) throw new Error(`${this.alias} has no ${file}`);
    return bytes;
  }

  /** A file and its sidecars, as they are in a tree. */
  async withSidecars(file: string, tree: IndexTree = this.published): Promise<Map<string, Uint8Array>> {
    const sidecars = tree.paths.filter((one) => one.startsWith(`${file}.`) && one.endsWith('.minisig'));
    return new Map(await tree.read([file, ...sidecars]));
  }

  /** Publishes changes of the published tree as they are. */
  protected async publishChanges(changes: Changes): Promise<void> {
    await this.#publishTree(changes, await readRef(this.repo, this.#ref));
  }

  /** Publishes main with the generated files, as the owner does. */
  protected async publishMain(generated: Changes): Promise<void> {
    this.#honest.push(await this.#publishTree(generated, await readRef(this.repo, mainRef)));
  }

  /** An earlier published state becomes the newest. */
  protected async returnTo(sequence: number): Promise<void> {
    await this.#moveTo(this.#commitAt(sequence));
    this.#history.length = sequence;
  }

  protected async returnToHonest(): Promise<void> {
    const honest = this.#honest.at(-1);
    if (honest === undefined) throw new Error(`${this.alias} has no checkpoint yet`);
    this.#isFrozen = false;
    await this.#moveTo(honest);
  }

  /** The server shows what it shows now, whatever is published, until it thaws. */
  protected async setFrozen(isFrozen: boolean): Promise<void> {
    const newest = await readRef(this.repo, this.#ref);
    if (newest === undefined) throw new Error(`${this.alias} has no checkpoint yet`);
    this.#isFrozen = isFrozen;
    await this.#moveTo(newest);
  }

  get #ref(): string {
    return this.#isFrozen ? unservedRef : publishedRef;
  }

  #commitAt(sequence: number): string {
    const commit = this.#history[sequence - 1];
    if (commit === undefined) throw new Error(`${this.alias} never had checkpoint ${sequence}`);
    return commit;
  }

  async #moveTo(commit: string): Promise<void> {
    await writeRef(this.repo, this.#ref, commit);
    this.#published = await commitTree(this.repo, commit);
    await this.#export();
  }

  async #publishTree(changes: Changes, base: string | undefined): Promise<string> {
    const before = await readRef(this.repo, this.#ref);
    const parents = before === undefined ? [] : [before];
    const commit = await this.#commit(this.#ref, before, parents, base, changes);
    this.#published = await commitTree(this.repo, commit);
    this.#history.push(commit);
    await this.#export();
    return commit;
  }

  #commit(
    ref: string,
    expected: string | undefined,
    parents: string[],
    base: string | undefined,
    changes: Changes,
  ) {
    const seconds = Math.floor(this.clock.now().getTime() / 1000);
    return commitChanges(this.repo, {
      ref,
      expected,
      parents,
      base,
      changes,
      message: 'test',
      author,
      seconds,
    });
  }

  async #export(): Promise<void> {
    if (!this.#isFrozen) this.#files.show(await this.published.read(this.published.paths));
  }
}
