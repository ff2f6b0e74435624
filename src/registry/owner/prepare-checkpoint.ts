import { UdosError } from '../../errors/index.js';
import { formatTime, type Checkpoint } from '../../model/formats/index.js';
import { layout, logChunkLines } from '../../model/index-layout.js';
import {
  isPluginName,
  type Alias,
  type IndexPath,
  type PluginName,
  type RegistryId,
  type Sha256,
} from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { formatJson } from '../../primitives/json/index.js';
import { syncRegistry } from '../sync.js';
import { chunkOf, formatChunk } from '../trust/log.js';
import { createMemoryTrustStore } from '../trust/memory-trust-store.js';
import type { TrustStore } from '../trust/trust-store.js';
import type { TrustedRoot } from '../trust/roots.js';
import { generateCatalog } from './catalog.js';
import { generateSums, isGenerated } from './folder-sums.js';
import { treeHead, withChanges, type Changes, type IndexTree } from './index-tree.js';
import { judgeTree, type Judgement, type JudgeRelease, type Problem } from './judge-tree.js';
import { signFile, type Signer } from './signer.js';

export interface CheckpointInput {
  readonly registry: RegistryId;
  /** What contributors wrote: the branch `main`. */
  readonly main: IndexTree;
  /** What clients read until now: the branch `published`. Undefined for a first checkpoint. */
  readonly published: IndexTree | undefined;
  readonly signers: readonly Signer[];
  readonly now: number;
  /** How long the checkpoint lasts, in milliseconds. */
  readonly lifetime: number;
  readonly judgeRelease: JudgeRelease;
}

export interface PreparedCheckpoint {
  /** What turns main's tree into the published one. */
  readonly changes: Changes;
  readonly checkpoint: Checkpoint;
  /** Paths that a client would refuse, and that stay at their last good bytes. */
  readonly keptBack: readonly Problem[];
}

/**
 * Makes the next published state of an index: main's tree with every part that fails a client's check put back to its
 * last good bytes, and the generated files. Ends by reading the result as a client would.
 *
 * @throws CHECKPOINT_INVALID when the signers are too few; whatever a client would throw of the result
 */
export async function prepareCheckpoint(input: CheckpointInput): Promise<PreparedCheckpoint> {
  const { registry } = input;
  const store = await rememberPublished(registry, input.published);
  const { tree, reverted, judgement, keptBack } = await keepGoodParts(input, store);

  const state = await store.load();
  const generated = new Map<string, Uint8Array>([
    ...generateCatalog([...judgement.documents.values()]),
    ...(await continueLog(input.published, state?.head?.sequence ?? 0, state?.head?.sha256)),
  ]);
  const hashes = new Map(judgement.hashes);
  for (const [path, bytes] of generated) hashes.set(path, sha256Hex(bytes) as Sha256);
  const sums = generateSums(hashes);
  const issued = Math.max(input.now, state?.newestIssued ?? 0);
  const revocations = judgement.revocations;
  const checkpoint: Checkpoint = {
    type: 'udos/checkpoint@1',
    registry,
    root: judgement.root.document.version,
    sequence: (state?.head?.sequence ?? 0) + 1,
    previous: state?.head?.sha256 ?? null,
    issued: formatTime(new Date(issued)),
    expires: formatTime(new Date(issued + input.lifetime)),
    sums: sums.top,
    revocations:
      revocations === undefined || revocations.serial === 0
        ? { serial: 0, sha256: null }
        : { serial: revocations.serial, sha256: judgement.hashes.get(layout.revocations) ?? null },
    upstreams: {},
  };
  const bytes = Buffer.from(formatJson(checkpoint), 'utf8');
  const changes = new Map<string, Uint8Array | null>(reverted);
  for (const path of tree.paths.filter(isGenerated)) changes.set(path, null);
  for (const [path, content] of [...generated, ...sums.files]) changes.set(path, content);
  changes.set(layout.checkpoint, bytes);
  for (const [path, sidecar] of signCheckpoint(input, judgement.root, checkpoint, bytes))
    changes.set(path, sidecar);

  await readAsClient(registry, withChanges(input.main, changes), store, issued);
  return { changes, checkpoint, keptBack };
}

/** What a client knows that has read everything that is published. */
export async function rememberPublished(
  registry: RegistryId,
  published: IndexTree | undefined,
): Promise<TrustStore> {
  const store = createMemoryTrustStore();
  if (published === undefined) return store;
  // Read as on the day it was issued: an owner must be able to follow an expired index with a good one.
  const checkpoint = (await published.read([layout.checkpoint])).get(layout.checkpoint);
  const issued = /"issued":\s*"([^"]+)"/.exec(Buffer.from(checkpoint ?? []).toString('utf8'))?.[1] ?? '';
  const index = await readAsClient(registry, published, store, Date.parse(issued) || 0);
  for (const plugin of publishedPlugins(published)) {
    // One that clients refuse already has nothing to be held to.
    await index.plugins([plugin]).catch((error: unknown) => {
      if (!(error instanceof UdosError)) throw error;
    });
  }
  return store;
}

function publishedPlugins(tree: IndexTree): PluginName[] {
  return tree.paths
    .map((path) => /^plugins\/[^/]+\/([^/]+)\/([^/]+)\.json$/.exec(path))
    .map((found) => `${found?.[1] ?? ''}/${found?.[2] ?? ''}`)
    .filter(isPluginName);
}

function readAsClient(
  registry: RegistryId,
  tree: IndexTree,
  store: TrustStore,
  clock: number,
): ReturnType<typeof syncRegistry> {
  const head = treeHead(tree, 'tree');
  const source = { location: 'this index', head: () => Promise.resolve(head) };
  return syncRegistry({
    registry,
    alias: 'index' as Alias,
    sources: [source],
    store,
    clock,
    warn: () => undefined,
  });
}

interface GoodParts {
  readonly tree: IndexTree;
  readonly reverted: Changes;
  readonly judgement: Judgement;
  readonly keptBack: readonly Problem[];
}

/** Puts failing paths back until what remains is good. Putting one back may uncover another, so this repeats. */
async function keepGoodParts(input: CheckpointInput, store: TrustStore): Promise<GoodParts> {
  const { main, published, registry, now, judgeRelease } = input;
  const reverted = new Map<string, Uint8Array | null>();
  const keptBack = new Map<string, Problem>();
  for (;;) {
    const tree = withChanges(main, reverted);
    const judgement = await judgeTree({ registry, tree, store, now, judgeRelease });
    const fresh = judgement.problems.filter((problem) => !keptBack.has(problem.path));
    if (fresh.length === 0) return { tree, reverted, judgement, keptBack: [...keptBack.values()] };
    for (const problem of fresh) {
      if (problem.error.code === 'ROOT_EXPIRED') throw problem.error;
      keptBack.set(problem.path, problem);
      for (const [path, bytes] of await lastGood(problem.path, main, published)) reverted.set(path, bytes);
    }
  }
}

/** The published bytes of a path with all that signs it, or of all files below a folder. */
async function lastGood(path: string, main: IndexTree, published: IndexTree | undefined): Promise<Changes> {
  const belongs = (candidate: string) =>
    candidate === path ||
    candidate.startsWith(`${path}/`) ||
    (candidate.startsWith(`${path}.`) && candidate.endsWith('.minisig'));
  const changes = new Map<string, Uint8Array | null>();
  for (const candidate of main.paths.filter(belongs)) changes.set(candidate, null);
  if (published === undefined) return changes;
  const before = published.paths.filter((candidate) => belongs(candidate) && !isGenerated(candidate));
  for (const [candidate, bytes] of await published.read(before)) changes.set(candidate, bytes);
  return changes;
}

/** The published log with one more line, for the checkpoint that is being replaced. */
async function continueLog(
  published: IndexTree | undefined,
  sequence: number,
  sha256: Sha256 | undefined,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  if (published === undefined || sha256 === undefined) return files;
  const paths = published.paths.filter(
    (path) => path.startsWith(`${layout.logFolder}/`) && path.endsWith('.txt'),
  );
  for (const [path, bytes] of await published.read(paths)) files.set(path, bytes);
  const chunk: IndexPath = layout.logChunk(chunkOf(sequence));
  const before = sequence % logChunkLines === 1 ? Buffer.alloc(0) : (files.get(chunk) ?? Buffer.alloc(0));
  files.set(chunk, Buffer.concat([before, Buffer.from(formatChunk(sequence, [sha256]), 'utf8')]));
  return files;
}

function signCheckpoint(
  input: CheckpointInput,
  root: TrustedRoot,
  checkpoint: Checkpoint,
  bytes: Uint8Array,
): [IndexPath, Uint8Array][] {
  const { checkpoint: role, witness } = root.document.roles;
  const entitled = new Set([...role.keys, ...(witness?.keys ?? [])]);
  const signers = input.signers.filter((signer) => entitled.has(signer.fingerprint));
  for (const [name, one] of [
    ['checkpoint', role],
    ['witness', witness],
  ] as const) {
    const count = signers.filter((signer) => one?.keys.includes(signer.fingerprint) === true).length;
    if (one === undefined || count >= one.threshold) continue;
    throw new UdosError(
      'CHECKPOINT_INVALID',
      `A checkpoint needs ${one.threshold} of ${one.keys.length} keys of the ${name} role, and ${count} are at hand.`,
      {
        hint: 'Name the keys with `--key`, once for each. `udos key list` shows those of this machine.',
        data: {
          role: name,
          threshold: one.threshold,
          keys: one.keys,
          found: signers.map((signer) => signer.fingerprint),
        },
      },
    );
  }
  const file = { path: layout.checkpoint, bytes, type: checkpoint.type, n: checkpoint.sequence };
  return signers.map((signer) => signFile(signer, input.registry, file));
}
