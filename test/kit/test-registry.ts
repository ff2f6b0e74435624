import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  formatTime,
  type Checkpoint,
  type PluginDocument,
  type PublisherDocument,
  type Release,
  type Revocations,
  type Root,
} from '../../src/model/formats/index.js';
import { layout, sidecarOf, trustedComment } from '../../src/model/index-layout.js';
import type { IndexPath, PluginName, Publisher, RegistryId, Sha256 } from '../../src/model/names.js';
import { publisherOf } from '../../src/model/names.js';
import { compareVersions, type Version } from '../../src/model/version.js';
import { commitTree } from '../../src/operations/steps/index-workspace.js';
import { judgeRelease } from '../../src/operations/steps/judge-release.js';
import { packFiles } from '../../src/primitives/archive/index.js';
import { sha256Hex, sha512Integrity } from '../../src/primitives/crypto/index.js';
import {
  commitChanges,
  initRepository,
  readRef,
  writeRef,
  type GitRepository,
} from '../../src/primitives/git/index.js';
import { formatJson } from '../../src/primitives/json/index.js';
import {
  emptyTree,
  generateSums,
  prepareCheckpoint,
  registryIdOf,
  signFile,
  withChanges,
  type Changes,
  type IndexTree,
  type Signer,
} from '../../src/registry/index.js';
import { testKey, type TestKey } from './keys.js';
import type { TestClock } from './clock.js';

const dayMs = 24 * 60 * 60 * 1000;
const author = { name: 'Test', email: 'test@example.org' };
const mainRef = 'refs/heads/main';
const publishedRef = 'refs/heads/published';

export interface ReleaseOptions {
  readonly needs?: Readonly<Record<string, string | { range: string; registry: string }>>;
  readonly optional?: Readonly<Record<string, string>>;
  readonly permissions?: readonly string[];
  readonly engine?: string;
  readonly yanked?: string;
  readonly notes?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly description?: string;
}

/**
 * A registry with genuine keys, signatures and archives, in a bare repository; its published tree also lies in a folder
 * for a static server. Honest verbs go through the product's own owner code; dishonest ones write what an attacker would.
 */
export class TestRegistry {
  readonly alias: string;
  /** The bare repository. */
  readonly repository: string;
  /** The published tree as plain files. */
  readonly folder: string;
  readonly keys: { root: TestKey; curator: TestKey; checkpoint: TestKey };
  id = '' as RegistryId;
  readonly #clock: TestClock;
  #repo!: GitRepository;
  #main: IndexTree = emptyTree;
  #published: IndexTree | undefined;
  /** Published commits, oldest first. */
  readonly #history: string[] = [];
  /** Those of them that the owner made. */
  readonly #honest: string[] = [];

  private constructor(base: string, alias: string, clock: TestClock) {
    this.alias = alias;
    this.repository = path.join(base, 'git', `${alias}.git`);
    this.folder = path.join(base, 'static', alias);
    this.#clock = clock;
    this.keys = {
      root: testKey(`${alias} root`),
      curator: testKey(`${alias} curator`),
      checkpoint: testKey(`${alias} checkpoint`),
    };
  }

  static async create(base: string, alias: string, clock: TestClock): Promise<TestRegistry> {
    const registry = new TestRegistry(base, alias, clock);
    registry.#repo = await initRepository({ folder: registry.repository, bare: true });
    writeFileSync(
      path.join(registry.repository, 'config'),
      '[core]\n\tbare = true\n[http]\n\treceivepack = true\n',
    );
    const root = registry.rootDocument();
    const bytes = Buffer.from(formatJson(root));
    registry.id = registryIdOf(bytes);
    const file = { name: alias, description: `The registry ${alias}.`, format: 1 };
    await registry.edit(
      new Map([
        [layout.registryFile, Buffer.from(formatJson(file))],
        ...registry.signed(layout.root(1), root, [registry.keys.root]),
      ]),
    );
    return registry;
  }

  get main(): IndexTree {
    return this.#main;
  }

  get published(): IndexTree {
    if (this.#published === undefined) throw new Error(`${this.alias} has no checkpoint yet`);
    return this.#published;
  }

  get sequence(): number {
    return this.#history.length;
  }

  rootDocument(): Root {
    const role = (key: Signer) => ({ keys: [key.fingerprint], threshold: 1 });
    const { root, curator, checkpoint } = this.keys;
    return {
      type: 'udos/root@1',
      version: 1,
      previous: null,
      name: this.alias,
      expires: formatTime(new Date(this.#clock.now().getTime() + 3650 * dayMs)),
      keys: Object.fromEntries([root, curator, checkpoint].map((key) => [key.fingerprint, key.encoded])),
      roles: { root: role(root), curator: role(curator), checkpoint: role(checkpoint) },
      upstreams: {},
    };
  }

  // Honest verbs

  async publisher(name: string, key: TestKey = testKey(name)): Promise<this> {
    const owners = { keys: [key.fingerprint], threshold: 1 };
    const document: PublisherDocument = {
      type: 'udos/publisher@1',
      registry: this.id,
      publisher: name as Publisher,
      version: 1,
      previous: null,
      displayName: name,
      keys: { [key.fingerprint]: key.encoded },
      owners,
      release: owners,
    };
    await this.edit(this.signed(layout.publisher(name as Publisher, 1), document, [this.keys.curator, key]));
    return this;
  }

  /** Lists a release and puts its artifact into the index, on main. {@link checkpoint} publishes it. */
  async publish(name: string, version: string, options: ReleaseOptions = {}, key?: TestKey): Promise<this> {
    const plugin = name as PluginName;
    const signer = key ?? testKey(publisherOf(plugin));
    const { release, artifact, description } = this.makeRelease(plugin, version as Version, options, signer);
    const known = await this.document(plugin);
    const releases = [...(known?.releases ?? []), release].sort((a, b) =>
      compareVersions(a.version, b.version),
    );
    const document: PluginDocument = {
      type: 'udos/plugin@1',
      registry: this.id,
      name: plugin,
      serial: (known?.serial ?? 0) + 1,
      description,
      category: 'productivity/notes',
      keywords: [],
      releases,
    };
    await this.edit(
      new Map([
        ...this.signed(layout.document(plugin), document, [signer]),
        [layout.artifact(plugin, version as Version), artifact],
      ]),
    );
    return this;
  }

  /** Replaces a plugin's document on main by what `change` makes of it, with the next serial. */
  async reissue(
    name: string,
    change: (document: PluginDocument) => PluginDocument,
    key?: TestKey,
  ): Promise<this> {
    const plugin = name as PluginName;
    const known = await this.document(plugin);
    if (known === undefined) throw new Error(`no ${name}`);
    const next = change({ ...known, serial: known.serial + 1 });
    await this.edit(this.signed(layout.document(plugin), next, [key ?? testKey(publisherOf(plugin))]));
    return this;
  }

  async yank(name: string, version: string, reason: string): Promise<this> {
    return this.reissue(name, (document) => ({
      ...document,
      releases: document.releases.map((release) =>
        release.version === version ? { ...release, yanked: reason } : release,
      ),
    }));
  }

  async revoke(what: Partial<Pick<Revocations, 'keys' | 'releases'>>, serial = 1): Promise<this> {
    const document: Revocations = {
      type: 'udos/revocations@1',
      registry: this.id,
      serial,
      keys: what.keys ?? [],
      releases: what.releases ?? [],
    };
    await this.edit(this.signed(layout.revocations, document, [this.keys.curator]));
    return this;
  }

  /** Writes the next root on main, signed by `signers`. */
  async nextRoot(change: (root: Root) => Root, signers: readonly Signer[] = [this.keys.root]): Promise<this> {
    const versions = this.#main.paths.filter((file) => /^trust\/root\/\d+\.json$/.test(file)).length;
    const bytes = await this.bytes(layout.root(versions));
    const before = JSON.parse(Buffer.from(bytes).toString()) as Root;
    const next = change({ ...before, version: versions + 1, previous: sha256Hex(bytes) as Sha256 });
    await this.edit(this.signed(layout.root(versions + 1), next, signers));
    return this;
  }

  /** Publishes main, as its owner would. Refuses to when a part of it is bad. */
  async checkpoint(options: { days?: number; signer?: Signer } = {}): Promise<this> {
    const prepared = await prepareCheckpoint({
      registry: this.id,
      main: this.#main,
      published: this.#published,
      signers: [options.signer ?? this.keys.checkpoint],
      now: this.#clock.now().getTime(),
      lifetime: (options.days ?? 365) * dayMs,
      judgeRelease,
    });
    const [bad] = prepared.keptBack;
    if (bad !== undefined) throw bad.error;
    this.#honest.push(await this.#publishTree(prepared.changes, await readRef(this.#repo, mainRef)));
    return this;
  }

  /** Puts the last honest state back in place, as an owner does after an attack on the server. */
  async checkpointAfterAttack(): Promise<this> {
    const honest = this.#honest.at(-1);
    if (honest === undefined) throw new Error(`${this.alias} has no checkpoint yet`);
    await this.#moveTo(honest);
    return this.checkpoint();
  }

  // Attack verbs

  /** Changes bytes on the published branch and signs nothing. */
  async tamper(file: string, change: (bytes: Uint8Array) => Uint8Array | null): Promise<void> {
    const bytes = (await this.published.read([file])).get(file);
    if (bytes === undefined) throw new Error(`nothing at ${file} to tamper with`);
    await this.#publishTree(new Map([[file, change(bytes)]]), await readRef(this.#repo, publishedRef));
  }

  /**
   * Publishes `changes` over what is published, with sums and a checkpoint that fit them, and without judging anything: what
   * the holder of the checkpoint key can do.
   */
  async forge(
    changes: Changes,
    options: {
      checkpoint?: (document: Checkpoint) => Checkpoint;
      signers?: readonly Signer[];
      keepLog?: boolean;
    } = {},
  ): Promise<void> {
    const before = await this.currentCheckpoint();
    const previous = sha256Hex(await this.bytes(layout.checkpoint, this.published)) as Sha256;
    const log = (await this.published.read([layout.logChunk(1)])).get(layout.logChunk(1)) ?? Buffer.alloc(0);
    const line = Buffer.from(`${before.sequence} ${previous}\n`);
    const all = new Map<string, Uint8Array | null>(changes);
    if (options.keepLog !== true && !all.has(layout.logChunk(1)))
      all.set(layout.logChunk(1), Buffer.concat([log, line]));
    const tree = withChanges(this.published, all);
    const contents = await tree.read(
      tree.paths.filter((file) => !file.startsWith('artifacts/') && !file.endsWith('SHA256SUMS')),
    );
    const sums = generateSums(
      new Map([...contents].map(([file, bytes]) => [file, sha256Hex(bytes) as Sha256])),
    );
    for (const [file, bytes] of sums.files) all.set(file, bytes);
    const revocations = contents.get(layout.revocations);
    const honest: Checkpoint = {
      ...before,
      sequence: before.sequence + 1,
      previous,
      issued: formatTime(this.#clock.now()),
      sums: sums.top,
      revocations:
        revocations === undefined
          ? { serial: 0, sha256: null }
          : {
              serial: (JSON.parse(Buffer.from(revocations).toString()) as Revocations).serial,
              sha256: sha256Hex(revocations) as Sha256,
            },
    };
    const document = options.checkpoint?.(honest) ?? honest;
    for (const file of this.published.paths.filter((one) => one.startsWith('trust/checkpoint.json.')))
      all.set(file, null);
    for (const [file, bytes] of this.signed(
      layout.checkpoint,
      document,
      options.signers ?? [this.keys.checkpoint],
    ))
      all.set(file, bytes);
    await this.#publishTree(all, await readRef(this.#repo, publishedRef));
  }

  /** Serves an earlier published state again. */
  async rewindTo(sequence: number): Promise<void> {
    const commit = this.#history[sequence - 1];
    if (commit === undefined) throw new Error(`${this.alias} never had checkpoint ${sequence}`);
    await this.#moveTo(commit);
    this.#history.length = sequence;
  }

  // Building blocks

  /** Remembers how everything is now; what it answers puts both branches back there. */
  async mark(): Promise<() => Promise<void>> {
    const main = await readRef(this.#repo, mainRef);
    const history = [...this.#history];
    return async () => {
      if (main === undefined) throw new Error(`${this.alias} had no main yet`);
      await writeRef(this.#repo, mainRef, main);
      this.#main = await commitTree(this.#repo, main);
      this.#history.splice(0, Infinity, ...history);
      await this.rewindTo(history.length);
    };
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

  makeRelease(plugin: PluginName, version: Version, options: ReleaseOptions, signer: Signer) {
    const manifest = {
      name: plugin,
      version,
      description: options.description ?? `What ${plugin} does.`,
      license: 'MIT',
      category: 'productivity/notes',
      main: 'index.js',
      runtime: 'node',
      engines: options.engine === undefined ? {} : { udos: options.engine },
      dependencies: options.needs ?? {},
      optionalDependencies: options.optional ?? {},
      permissions: options.permissions ?? [],
    };
    const program = `console.log(${JSON.stringify(`${plugin} ${version}`)}, ...process.argv.slice(2));\n`;
    const files = { 'udos-plugin.json': formatJson(manifest), 'index.js': program, ...options.files };
    const packed = packFiles(
      Object.entries(files).map(([file, text]) => ({
        path: file,
        bytes: Buffer.from(text),
        executable: false,
      })),
    );
    const release = {
      version,
      published: formatTime(this.#clock.now()),
      urls: [layout.artifact(plugin, version)],
      size: packed.bytes.length,
      unpackedSize: packed.unpackedSize,
      files: packed.files,
      integrity: sha512Integrity(packed.bytes),
      minisig: signer.sign(packed.bytes, trustedComment.release(this.id, plugin, version)),
      engines: manifest.engines,
      dependencies: manifest.dependencies,
      optionalDependencies: manifest.optionalDependencies,
      permissions: manifest.permissions,
      license: 'MIT',
      tier: 'free',
      changelog: options.notes ?? '',
      yanked: options.yanked ?? false,
    } as unknown as Release;
    return { release, artifact: packed.bytes, description: manifest.description };
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

  /** Commits to main; sidecars over older bytes of the same files go. */
  async edit(changes: Changes): Promise<void> {
    const all = new Map(changes);
    for (const file of changes.keys()) {
      for (const stale of this.#main.paths) {
        if (stale.startsWith(`${file}.`) && stale.endsWith('.minisig') && !all.has(stale))
          all.set(stale, null);
      }
    }
    const before = await readRef(this.#repo, mainRef);
    const commit = await this.#commit(mainRef, before, before === undefined ? [] : [before], before, all);
    this.#main = await commitTree(this.#repo, commit);
  }

  /** The sidecar of `key` beside `file`. */
  sidecar(file: IndexPath, key: Signer): string {
    return sidecarOf(file, key.fingerprint);
  }

  async #moveTo(commit: string): Promise<void> {
    await writeRef(this.#repo, publishedRef, commit);
    this.#published = await commitTree(this.#repo, commit);
    await this.#export();
  }

  async #publishTree(changes: Changes, base: string | undefined): Promise<string> {
    const before = await readRef(this.#repo, publishedRef);
    const commit = await this.#commit(
      publishedRef,
      before,
      before === undefined ? [] : [before],
      base,
      changes,
    );
    this.#published = await commitTree(this.#repo, commit);
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
    const seconds = Math.floor(this.#clock.now().getTime() / 1000);
    return commitChanges(this.#repo, {
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
    rmSync(this.folder, { recursive: true, force: true });
    for (const [file, bytes] of await this.published.read(this.published.paths)) {
      const target = path.join(this.folder, file);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, bytes);
    }
  }
}
