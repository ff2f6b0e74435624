import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import type { IndexPath, Sha256 } from '../../model/names.js';
import type { SignedCheckpoint } from './checkpoints.js';
import { chunkOf, lineOf } from './log.js';
import { createSummedFiles } from './summed-files.js';
import type { StoredHead, TrustStore } from './trust-store.js';

/** A signed head: its bytes and the signatures over them. */
type Head = Pick<StoredHead, 'sha256' | 'bytes' | 'sidecars'>;

/**
 * How a verified checkpoint stands to the head this client has accepted (check 6). An earlier one that stands in the
 * client's own log is an honest lag; anything else that is not newer is an attack.
 */
export async function standingOf(
  checkpoint: SignedCheckpoint,
  stored: StoredHead | undefined,
  store: TrustStore,
): Promise<'newer' | 'same' | 'stale' | 'attack'> {
  if (stored === undefined) return 'newer';
  const { sequence } = checkpoint.document;
  if (sequence > stored.sequence) return 'newer';
  if (sequence === stored.sequence) return checkpoint.sha256 === stored.sha256 ? 'same' : 'attack';
  return (await knownHash(stored, sequence, store)) === checkpoint.sha256 ? 'stale' : 'attack';
}

/** What the log this client has verified says of `sequence`, as far as it kept the chunk. */
async function knownHash(
  stored: StoredHead,
  sequence: number,
  store: TrustStore,
): Promise<Sha256 | undefined> {
  const document = JSON.parse(Buffer.from(stored.bytes).toString('utf8')) as { sums: Sha256 };
  const files = createSummedFiles(document.sums, undefined, store);
  try {
    await files.load([layout.logChunk(chunkOf(sequence))], [layout.logFolder]);
  } catch (error) {
    if (error instanceof UdosError && error.code === 'OFFLINE') return undefined;
    throw error;
  }
  return lineOf(files, sequence, stored.sequence - 1);
}

/** The error for a head that contradicts the stored one, with both kept as evidence. */
export async function refuseEquivocation(
  stored: StoredHead,
  found: SignedCheckpoint,
  store: TrustStore,
  clock: number,
): Promise<UdosError> {
  const equal = found.document.sequence === stored.sequence;
  const evidence = await saveForkEvidence(store, clock, equal ? 'equivocation' : 'rollback', [stored, found]);
  const data = {
    evidence,
    known: { sequence: stored.sequence, sha256: stored.sha256 },
    found: { sequence: found.document.sequence, sha256: found.sha256 },
  };
  const hint = 'Both signed heads were kept as evidence. Ask the owner of the registry before you go on.';
  return equal
    ? new UdosError(
        'INDEX_EQUIVOCATION',
        `The registry signed two different heads with sequence ${stored.sequence}.`,
        { hint, data },
      )
    : new UdosError(
        'INDEX_ROLLBACK',
        `The index went back from sequence ${stored.sequence} to ${found.document.sequence}, which was never seen here.`,
        { hint, data },
      );
}

/** Keeps signed heads that contradict each other. Returns where. */
export async function saveForkEvidence(
  store: TrustStore,
  clock: number,
  kind: string,
  heads: readonly Head[],
): Promise<string> {
  const files = new Map<string, Uint8Array>();
  for (const head of heads) {
    files.set(`${head.sha256}.json`, head.bytes);
    for (const [path, bytes] of head.sidecars)
      files.set(`${head.sha256}.json.${fp16Of(path)}.minisig`, bytes);
  }
  const stamp = new Date(clock).toISOString().replaceAll(/[:.]/g, '-');
  return store.saveEvidence(`${stamp}-${kind}`, files);
}

function fp16Of(sidecar: IndexPath): string {
  return sidecar.split('.').at(-2) ?? 'unknown';
}
