import { writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  formatTime,
  type PluginDocument,
  type PublisherDocument,
  type Release,
  type Revocations,
  type Root,
} from '../../src/model/formats/index.js';
import { layout, trustedComment } from '../../src/model/index-layout.js';
import type { PluginName, Publisher, Sha256 } from '../../src/model/names.js';
import { publisherOf } from '../../src/model/names.js';
import { compareVersions, type Version } from '../../src/model/version.js';
import { judgeRelease } from '../../src/operations/steps/judge-release.js';
import { packFiles } from '../../src/primitives/archive/index.js';
import { sha256Hex, sha512Integrity } from '../../src/primitives/crypto/index.js';
import { initRepository } from '../../src/primitives/git/index.js';
import { formatJson } from '../../src/primitives/json/index.js';
import { prepareCheckpoint, registryIdOf, type Signer } from '../../src/registry/index.js';
import { AttackableRegistry } from './attackable-registry.js';
import type { TestClock } from './clock.js';
import { testKey, type TestKey } from './keys.js';

const dayMs = 24 * 60 * 60 * 1000;

export interface CheckpointOptions {
  readonly days?: number;
  readonly signer?: Signer;
  readonly witness?: Signer;
}

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
 * for a static server. Here is what honest people do, through the product's own owner code; what others do to it comes
 * from {@link AttackableRegistry}.
 */
export class TestRegistry extends AttackableRegistry {
  static async create(base: string, alias: string, clock: TestClock): Promise<TestRegistry> {
    const registry = new TestRegistry(base, alias, clock);
    registry.repo = await initRepository({ folder: registry.repository, bare: true });
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

  rootDocument(): Root {
    const role = (key: Signer) => ({ keys: [key.fingerprint], threshold: 1 });
    const { root, curator, checkpoint } = this.keys;
    return {
      type: 'udos/root@1',
      version: 1,
      previous: null,
      name: this.alias,
      expires: formatTime(new Date(this.clock.now().getTime() + 3650 * dayMs)),
      keys: Object.fromEntries([root, curator, checkpoint].map((key) => [key.fingerprint, key.encoded])),
      roles: { root: role(root), curator: role(curator), checkpoint: role(checkpoint) },
      upstreams: {},
    };
  }

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
    const versions = this.main.paths.filter((file) => /^trust\/root\/\d+\.json$/.test(file)).length;
    const bytes = await this.bytes(layout.root(versions));
    const before = JSON.parse(Buffer.from(bytes).toString()) as Root;
    const next = change({ ...before, version: versions + 1, previous: sha256Hex(bytes) as Sha256 });
    await this.edit(this.signed(layout.root(versions + 1), next, signers));
    return this;
  }

  /** Publishes main, as its owner would. Refuses to when a part of it is bad. */
  async checkpoint(options: CheckpointOptions = {}): Promise<this> {
    const prepared = await prepareCheckpoint({
      registry: this.id,
      main: this.main,
      published: this.hasPublished ? this.published : undefined,
      signers: [
        options.signer ?? this.keys.checkpoint,
        ...(options.witness === undefined ? [] : [options.witness]),
      ],
      now: this.clock.now().getTime(),
      lifetime: (options.days ?? 365) * dayMs,
      judgeRelease,
    });
    const [bad] = prepared.keptBack;
    if (bad !== undefined) throw bad.error;
    await this.publishMain(prepared.changes);
    return this;
  }

  /** Puts the last honest state back in place, as an owner does after an attack on the server. */
  async checkpointAfterAttack(): Promise<this> {
    await this.returnToHonest();
    return this.checkpoint();
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
      published: formatTime(this.clock.now()),
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
}
