import type { Checkpoint, Revocations } from '../../src/model/formats/index.js';
import { formatTime } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { IndexPath, Sha256 } from '../../src/model/names.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
import { formatJson } from '../../src/primitives/json/index.js';
import {
  generateSums,
  withChanges,
  type Changes,
  type IndexTree,
  type Signer,
} from '../../src/registry/index.js';
import { formatChunk } from '../../src/registry/trust/log.js';
import type { TestKey } from './keys.js';
import { RegistryRepository } from './registry-repository.js';

const linesInChunk = 256;

export interface ForgeOptions {
  readonly checkpoint?: (document: Checkpoint) => Checkpoint;
  readonly signers?: readonly Signer[];
  /** The log stays as it is, and does not fit the checkpoint. */
  readonly keepLog?: boolean;
}

/** What attackers do to a registry: to its server, to its mirrors, and with keys that they stole. */
export abstract class AttackableRegistry extends RegistryRepository {
  // Whoever holds the server

  /** Changes bytes on the published branch and signs nothing. */
  async tamper(file: string, change: (bytes: Uint8Array) => Uint8Array | null): Promise<void> {
    const bytes = (await this.published.read([file])).get(file);
    if (bytes === undefined) throw new Error(`nothing at ${file} to tamper with`);
    await this.publishChanges(new Map([[file, change(bytes)]]));
  }

  /** Serves files beside the tree that no sums list. */
  async smuggle(files: Changes): Promise<void> {
    await this.publishChanges(files);
  }

  /** Serves an earlier published state again. */
  async rewindTo(sequence: number): Promise<void> {
    await this.returnTo(sequence);
  }

  /** Goes on serving this state, whatever the owner publishes, until {@link thaw}. */
  async freeze(): Promise<void> {
    await this.setFrozen(true);
  }

  async thaw(): Promise<void> {
    await this.setFrozen(false);
  }

  /** Serves one folder, with the sums of it, as it was in an earlier state; the rest stays. */
  async mixAndMatch(folder: string, sequence: number): Promise<void> {
    const old = await this.publishedAt(sequence);
    const inFolder = (file: string) => file.slice(0, file.lastIndexOf('/')) === folder;
    const changes = new Map<string, Uint8Array | null>();
    for (const file of this.published.paths.filter(inFolder)) changes.set(file, null);
    for (const [file, bytes] of await old.read(old.paths.filter(inFolder))) changes.set(file, bytes);
    await this.publishChanges(changes);
  }

  // Whoever holds the checkpoint key

  /**
   * Publishes `changes` over what is published, with sums and a checkpoint that fit them, and without judging anything: what
   * the holder of the checkpoint key can do.
   */
  async forge(changes: Changes, options: ForgeOptions = {}): Promise<void> {
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
      issued: formatTime(this.clock.now()),
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
    await this.publishChanges(all);
  }

  /** Goes on from an earlier checkpoint in another way than the owner did. */
  async fork(sequence: number, changes: Changes = this.#anotherDescription()): Promise<void> {
    await this.returnTo(sequence);
    await this.forge(changes);
  }

  /** Jumps to a far sequence; the log up to there is made up after `lines` that are true. */
  async fastForward(sequence: number): Promise<void> {
    const previous = sha256Hex(await this.bytes(layout.checkpoint, this.published)) as Sha256;
    const lines = Array.from({ length: sequence - 1 }, (_, line) =>
      line === this.sequence - 1 ? previous : (sha256Hex(Buffer.from(String(line))) as Sha256),
    );
    const known = await this.#logLines();
    const log = [...known, ...lines.slice(known.length)];
    const changes = new Map<string, Uint8Array>();
    for (let first = 0; first < log.length; first += linesInChunk) {
      const text = formatChunk(first + 1, log.slice(first, first + linesInChunk));
      changes.set(layout.logChunk(first / linesInChunk + 1), Buffer.from(text));
    }
    await this.forge(changes, {
      checkpoint: (document) => ({ ...document, sequence, previous: log.at(-1) ?? null }),
    });
  }

  /** Puts one key where another stood in a signed file, and leaves its signatures as they are. */
  async swapKey(file: IndexPath, from: TestKey, to: TestKey): Promise<void> {
    const text = Buffer.from(await this.bytes(file, this.published)).toString();
    const swapped = text.replaceAll(from.fingerprint, to.fingerprint).replaceAll(from.encoded, to.encoded);
    if (swapped === text) throw new Error(`${file} does not name the key ${from.fingerprint}`);
    await this.forge(new Map([[file, Buffer.from(swapped)]]));
  }

  /** Copies a signed file with its sidecars to another path, from this registry or another. */
  async replay(file: string, to: string, from: IndexTree = this.published): Promise<void> {
    const files = await this.withSidecars(file, from);
    await this.forge(new Map([...files].map(([path, bytes]) => [path.replace(file, to), bytes])));
  }

  async #logLines(): Promise<Sha256[]> {
    const chunk = layout.logChunk(1);
    const bytes = (await this.published.read([chunk])).get(chunk) ?? new Uint8Array();
    const lines = Buffer.from(bytes).toString().split('\n').slice(0, -1);
    return lines.map((line) => line.slice(line.indexOf(' ') + 1) as Sha256);
  }

  #anotherDescription(): Changes {
    const file = { name: this.alias, description: 'Another story.', format: 1 };
    return new Map([[layout.registryFile, Buffer.from(formatJson(file))]]);
  }
}
