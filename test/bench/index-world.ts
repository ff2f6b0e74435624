import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  formatTime,
  type PluginDocument,
  type PublisherDocument,
  type Release,
} from '../../src/model/formats/index.js';
import { layout, trustedComment } from '../../src/model/index-layout.js';
import type { IndexPath, PluginName, Publisher, RegistryId, Sha256 } from '../../src/model/names.js';
import type { Version } from '../../src/model/version.js';
import { packFiles } from '../../src/primitives/archive/index.js';
import { sha256Hex, sha512Integrity } from '../../src/primitives/crypto/index.js';
import { formatJson } from '../../src/primitives/json/index.js';
import { registryIdOf, signFile, type Signer } from '../../src/registry/index.js';
import { generateCatalog } from '../../src/registry/owner/catalog.js';
import { generateSums } from '../../src/registry/owner/folder-sums.js';
import { formatChunk } from '../../src/registry/trust/log.js';
import { git } from '../kit/git-cli.js';
import { testKey } from '../kit/keys.js';

const dayMs = 24 * 60 * 60 * 1000;
const releasesEach = 5;
const pluginsEach = 4;

/** An index of `plugins` filler plugins and one program that needs five others, as its owner would have published it. */
export interface IndexWorld {
  readonly id: RegistryId;
  /** A bare repository with the branch `published`. */
  readonly repository: string;
  /** Needs five plugins of five publishers. */
  readonly program: PluginName;
  /** Publishes `count` new plugins, as one commit. */
  grow(count: number): Promise<void>;
}

/**
 * Builds it with git's own `fast-import`. All that is verified is genuine; the artifacts of filler plugins, which nobody
 * downloads, have a signature over something else.
 */
export async function buildIndexWorld(folder: string, plugins: number): Promise<IndexWorld> {
  const repository = path.join(folder, 'index.git');
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', repository);
  const index = new BuiltIndex(repository);
  index.addProgram();
  index.addFillers(plugins);
  await index.publish();
  return {
    id: index.id,
    repository,
    program: 'program/main' as PluginName,
    grow: async (count) => {
      index.addFillers(count);
      await index.publish();
    },
  };
}

class BuiltIndex {
  readonly id: RegistryId;
  readonly #repository: string;
  readonly #hashes = new Map<string, Sha256>();
  readonly #documents: PluginDocument[] = [];
  readonly #root = testKey('bench root');
  readonly #now = Date.now();
  readonly #log: Sha256[] = [];
  #changed = new Map<string, Uint8Array>();
  #sums: ReadonlyMap<string, Uint8Array> = new Map();
  #catalog: ReadonlyMap<string, Uint8Array> = new Map();
  #fillers = 0;
  #filler: { key: Signer; publisher: Publisher } | undefined;
  #fillerRelease: Release | undefined;

  constructor(repository: string) {
    this.#repository = repository;
    const role = { keys: [this.#root.fingerprint], threshold: 1 };
    const root = {
      type: 'udos/root@1',
      version: 1,
      previous: null,
      name: 'bench',
      expires: formatTime(new Date(this.#now + 3650 * dayMs)),
      keys: { [this.#root.fingerprint]: this.#root.encoded },
      roles: { root: role, curator: role, checkpoint: role },
      upstreams: {},
    };
    this.id = registryIdOf(Buffer.from(formatJson(root)));
    this.#sign(layout.root(1), root, 1, [this.#root]);
    const file = { name: 'bench', description: 'A registry to measure.', format: 1 };
    this.#put(layout.registryFile, Buffer.from(formatJson(file)));
  }

  addProgram(): void {
    const needs = ['one', 'two', 'three', 'four', 'five'].map((name) => `need-${name}/tool` as PluginName);
    for (const plugin of [...needs, 'program/main' as PluginName]) {
      const publisher = plugin.slice(0, plugin.indexOf('/')) as Publisher;
      const key = testKey(publisher);
      this.#addPublisher(publisher, key);
      const dependencies =
        plugin === 'program/main' ? Object.fromEntries(needs.map((name) => [name, '^1.0.0'])) : {};
      this.#addDocument(
        plugin,
        key,
        releasesOf(this.id, plugin, key, dependencies, (file, bytes) => {
          this.#changed.set(file, bytes);
        }),
      );
    }
  }

  addFillers(count: number): void {
    for (let index = 0; index < count; index += 1) {
      const number = this.#fillers;
      this.#fillers += 1;
      if (number % pluginsEach === 0 || this.#filler === undefined) {
        const publisher = publisherName(Math.floor(number / pluginsEach));
        const key = testKey(publisher);
        this.#filler = { key, publisher };
        this.#addPublisher(publisher, key);
      }
      const { key, publisher } = this.#filler;
      const plugin = `${publisher}/tool-${number % pluginsEach}` as PluginName;
      this.#fillerRelease ??= releasesOf(this.id, plugin, key, {}, () => undefined)[0];
      const releases = Array.from({ length: releasesEach }, (_, minor) => ({
        ...this.#fillerRelease!,
        version: `1.${minor}.0` as Version,
        urls: [layout.artifact(plugin, `1.${minor}.0` as Version)],
        integrity: sha512Integrity(Buffer.from(`${plugin} ${minor}`)),
      })) as unknown as Release[];
      this.#addDocument(plugin, key, releases);
    }
  }

  async publish(): Promise<void> {
    const sequence = this.#log.length + 1;
    const generated = new Map<string, Uint8Array>(generateCatalog(this.#documents));
    if (sequence > 1) generated.set(layout.logChunk(1), Buffer.from(formatChunk(1, this.#log)));
    const hashes = new Map(this.#hashes);
    for (const [file, bytes] of generated) hashes.set(file, sha256Hex(bytes) as Sha256);
    const sums = generateSums(hashes);
    const checkpoint = {
      type: 'udos/checkpoint@1',
      registry: this.id,
      root: 1,
      sequence,
      previous: this.#log.at(-1) ?? null,
      issued: formatTime(new Date(this.#now + sequence * 1000)),
      expires: formatTime(new Date(this.#now + 300 * dayMs)),
      sums: sums.top,
      revocations: { serial: 0, sha256: null },
      upstreams: {},
    };
    const bytes = Buffer.from(formatJson(checkpoint));
    this.#log.push(sha256Hex(bytes) as Sha256);
    const files = new Map(this.#changed);
    for (const [file, text] of [...differing(this.#sums, sums.files), ...differing(this.#catalog, generated)])
      files.set(file, text);
    files.set(layout.checkpoint, bytes);
    files.set(
      ...signFile(this.#root, this.id, {
        path: layout.checkpoint,
        bytes,
        type: checkpoint.type,
        n: sequence,
      }),
    );
    await importCommit(this.#repository, files, sequence);
    this.#sums = sums.files;
    this.#catalog = generated;
    this.#changed = new Map();
  }

  #addPublisher(publisher: Publisher, key: Signer): void {
    const owners = { keys: [key.fingerprint], threshold: 1 };
    const document: PublisherDocument = {
      type: 'udos/publisher@1',
      registry: this.id,
      publisher,
      version: 1,
      previous: null,
      displayName: publisher,
      keys: { [key.fingerprint]: key.encoded },
      owners,
      release: owners,
    };
    this.#sign(layout.publisher(publisher, 1), document, 1, [this.#root, key]);
  }

  #addDocument(plugin: PluginName, key: Signer, releases: readonly Release[]): void {
    const document = {
      type: 'udos/plugin@1',
      registry: this.id,
      name: plugin,
      serial: 1,
      description: `What ${plugin} does for people who take notes and plan their day.`,
      category: 'productivity/notes',
      keywords: ['notes', 'planning'],
      releases,
    } as unknown as PluginDocument;
    this.#documents.push(document);
    this.#sign(layout.document(plugin), document, 1, [key]);
  }

  #sign(file: IndexPath, document: { readonly type: string }, n: number, signers: readonly Signer[]): void {
    const bytes = Buffer.from(formatJson(document));
    this.#put(file, bytes);
    for (const signer of signers)
      this.#put(...signFile(signer, this.id, { path: file, bytes, type: document.type, n }));
  }

  #put(file: IndexPath, bytes: Uint8Array): void {
    this.#changed.set(file, bytes);
    this.#hashes.set(file, sha256Hex(bytes) as Sha256);
  }
}

function releasesOf(
  id: RegistryId,
  plugin: PluginName,
  key: Signer,
  dependencies: Readonly<Record<string, string>>,
  put: (file: IndexPath, bytes: Uint8Array) => void,
): Release[] {
  return Array.from({ length: releasesEach }, (_, minor) => {
    const version = `1.${minor}.0` as Version;
    const facts = {
      engines: {},
      dependencies,
      optionalDependencies: {},
      permissions: ['fs:read:notes/**'],
      license: 'MIT',
      tier: 'free',
    };
    const manifest = {
      ...{ name: plugin, version, description: `What ${plugin} does.`, category: 'productivity/notes' },
      ...{ main: 'index.js', runtime: 'node', ...facts },
    };
    const packed = packFiles(
      Object.entries({
        'udos-plugin.json': formatJson(manifest),
        'index.js': `console.log('${plugin}');\n`,
      }).map(([file, text]) => ({ path: file, bytes: Buffer.from(text), executable: false })),
    );
    put(layout.artifact(plugin, version), packed.bytes);
    return {
      version,
      published: '2026-01-01T00:00:00Z',
      urls: [layout.artifact(plugin, version)],
      size: packed.bytes.length,
      unpackedSize: packed.unpackedSize,
      files: packed.files,
      integrity: sha512Integrity(packed.bytes),
      minisig: key.sign(packed.bytes, trustedComment.release(id, plugin, version)),
      ...facts,
      changelog: 'Smaller and faster.',
      yanked: false,
    } as unknown as Release;
  });
}

/** Spread over all pairs of letters, as people's names are. */
function publisherName(number: number): Publisher {
  const letter = (value: number) => String.fromCharCode(97 + (value % 26));
  return `${letter(number)}${letter(Math.floor(number / 26))}-${number.toString(36)}` as Publisher;
}

function* differing(before: ReadonlyMap<string, Uint8Array>, after: ReadonlyMap<string, Uint8Array>) {
  for (const [file, bytes] of after) {
    const old = before.get(file);
    if (old === undefined || Buffer.compare(old, bytes) !== 0) yield [file, bytes] as const;
  }
}

/** One commit more on `published`, over git's stream format for imports. */
async function importCommit(
  repository: string,
  files: ReadonlyMap<string, Uint8Array>,
  sequence: number,
): Promise<void> {
  const child = spawn('git', ['-C', repository, 'fast-import', '--quiet', '--force'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const write = async (bytes: Uint8Array | string) => {
    if (!child.stdin.write(bytes)) await once(child.stdin, 'drain');
  };
  const from = sequence > 1 ? 'from refs/heads/published^0\n' : '';
  await write(
    `commit refs/heads/published\ncommitter Bench <bench@example.org> ${1_780_000_000 + sequence} +0000\ndata 5\nbench\n${from}`,
  );
  for (const [file, bytes] of files) {
    await write(
      Buffer.concat([
        Buffer.from(`M 100644 inline ${file}\ndata ${bytes.length}\n`),
        bytes,
        Buffer.from('\n'),
      ]),
    );
  }
  child.stdin.end('\ndone\n');
  const [status] = (await ended) as [number];
  if (status !== 0) throw new Error(`git fast-import ended with ${status}`);
}
