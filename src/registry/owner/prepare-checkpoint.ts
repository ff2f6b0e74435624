import { UdosError } from '../../errors/index.js';
import { formatTime, type Checkpoint, type Root } from '../../model/formats/index.js';
import { layout, logChunkLines } from '../../model/index-layout.js';
import type { IndexPath, RegistryId, Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { formatJson } from '../../primitives/json/index.js';
import { maxSkewMs } from '../trust/checkpoints.js';
import { chunkOf, formatChunk } from '../trust/log.js';
import type { TrustState } from '../trust/trust-store.js';
import { generateCatalog } from './catalog.js';
import { generateSums, isGenerated } from './folder-sums.js';
import { withChanges, type Changes, type IndexTree } from './index-tree.js';
import type { JudgeRelease } from './judge-tree.js';
import { keepGoodParts } from './keep-good-parts.js';
import type { Problem } from './problem.js';
import { readAsClient, rememberPublished } from './remember-published.js';
import { signFile, type Signer } from './signer.js';

/** Opens the keys that sign for the roles of a root. */
export type SignersFor = (roles: Root['roles']) => Promise<readonly Signer[]>;

export interface CheckpointInput {
  readonly registry: RegistryId;
  /** What contributors wrote: the branch `main`. */
  readonly main: IndexTree;
  /** What clients read until now: the branch `published`. Undefined for a first checkpoint. */
  readonly published: IndexTree | undefined;
  /** Who signs; or how to get them, once it is known which root is in force. */
  readonly signers: readonly Signer[] | SignersFor;
  readonly now: number;
  /** How long the checkpoint lasts, in milliseconds; or how to tell, once it is known which root is in force. */
  readonly lifetime: number | ((roles: Root['roles']) => number);
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
 * @throws CHECKPOINT_INVALID when the signers are too few, or when the one before is from the future; whatever a client would throw of the result
 */
export async function prepareCheckpoint(input: CheckpointInput): Promise<PreparedCheckpoint> {
  const { registry } = input;
  const store = await rememberPublished(registry, input.published);
  const state = await store.load();
  refuseFuture(state, input.now);
  const { tree, reverted, judgement, keptBack } = await keepGoodParts(input, store);

  const generated = new Map<string, Uint8Array>([
    ...generateCatalog([...judgement.documents.values()]),
    ...(await continueLog(input.published, state?.head?.sequence ?? 0, state?.head?.sha256)),
  ]);
  const hashes = new Map(judgement.hashes);
  for (const [path, bytes] of generated) hashes.set(path, sha256Hex(bytes) as Sha256);
  const sums = generateSums(hashes);
  const issued = Math.max(input.now, state?.newestIssued ?? 0);
  const revocations = judgement.revocations;
  const { roles } = judgement.root.document;
  const lifetime = typeof input.lifetime === 'function' ? input.lifetime(roles) : input.lifetime;
  const checkpoint: Checkpoint = {
    type: 'udos/checkpoint@1',
    registry,
    root: judgement.root.document.version,
    sequence: (state?.head?.sequence ?? 0) + 1,
    previous: state?.head?.sha256 ?? null,
    issued: formatTime(new Date(issued)),
    expires: formatTime(new Date(issued + lifetime)),
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
  const signers = typeof input.signers === 'function' ? await input.signers(roles) : input.signers;
  for (const [path, sidecar] of signCheckpoint(registry, signers, roles, checkpoint, bytes))
    changes.set(path, sidecar);

  await readAsClient(registry, withChanges(input.main, changes), store, issued);
  return { changes, checkpoint, keptBack };
}

/**
 * A checkpoint is never issued before the one that it follows. After one that a wrong clock dated far ahead, it would be from
 * the future too.
 */
function refuseFuture(state: TrustState | undefined, now: number): void {
  const sequence = state?.head?.sequence;
  if (state === undefined || sequence === undefined || state.newestIssued <= now + maxSkewMs) return;
  const issued = formatTime(new Date(state.newestIssued));
  const here = formatTime(new Date(now));
  throw new UdosError(
    'CHECKPOINT_INVALID',
    `Checkpoint ${sequence} was issued at ${issued}, and it is only ${here} here: this clock is slow, or the one that issued it was fast.`,
    {
      hint: `Set this machine's clock. If checkpoint ${sequence} is wrong, clients refuse it: go on before it with \`udos registry rotate --replace OLD=NEW --after ${sequence - 1}\`, for a checkpoint key.`,
      data: { sequence, issued, now: here },
    },
  );
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
  registry: RegistryId,
  available: readonly Signer[],
  { checkpoint: role, witness }: Root['roles'],
  checkpoint: Checkpoint,
  bytes: Uint8Array,
): [IndexPath, Uint8Array][] {
  const entitled = new Set([...role.keys, ...(witness?.keys ?? [])]);
  const signers = available.filter((signer) => entitled.has(signer.fingerprint));
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
  return signers.map((signer) => signFile(signer, registry, file));
}
