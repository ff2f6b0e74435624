import { UdosError } from '../../errors/index.js';
import { layout, logChunkLines } from '../../model/index-layout.js';
import { isSha256, type IndexPath, type Sha256 } from '../../model/names.js';
import type { CheckedFiles } from './checked-files.js';
import type { SignedCheckpoint } from './checkpoints.js';
import type { StoredHead } from './trust-store.js';

/** The chunk that holds line `sequence`. Chunk 1 holds lines 1 to 256. */
export function chunkOf(sequence: number): number {
  return Math.ceil(sequence / logChunkLines);
}

/** Files and folders that {@link verifyLog} reads, so that a caller can load them with others. */
export function logFiles(checkpoint: SignedCheckpoint, stored: StoredHead | undefined): IndexPath[] {
  const last = checkpoint.document.sequence - 1;
  if (last === 0) return [];
  const chunks = new Set([chunkOf(last)]);
  if (stored !== undefined && stored.sequence <= last) chunks.add(chunkOf(stored.sequence));
  return [...chunks].map((chunk) => layout.logChunk(chunk));
}

/**
 * Checks that the log of all earlier checkpoints is whole and continues the one this client knows (check 7): it ends in
 * the checkpoint's `previous`, holds the stored head on its line, and neither a closed chunk nor a line that this client
 * knows has changed.
 *
 * @param known lines of the stored head's own chunk, as far as they are at hand.
 * @returns the hashes of the closed chunks.
 * @throws INDEX_FORK
 */
export function verifyLog(
  files: CheckedFiles,
  checkpoint: SignedCheckpoint,
  stored: StoredHead | undefined,
  known: ReadonlyMap<number, Sha256> = new Map(),
): ReadonlyMap<number, Sha256> {
  const lines = checkpoint.document.sequence - 1;
  const listing = files.listing(layout.logFolder)?.files ?? new Map<string, Sha256>();
  const chunkCount = chunkOf(lines);
  for (let chunk = 1; chunk <= chunkCount; chunk += 1) {
    if (!listing.has(`${chunk}.txt`)) throw fork(`the log has no chunk ${chunk} of ${chunkCount}`, {});
  }
  if (listing.size !== chunkCount) throw fork(`the log has ${listing.size} chunks, not ${chunkCount}`, {});

  if (lines > 0) expectLine(files, lines, checkpoint.document.previous, "the checkpoint's previous", lines);
  if (stored !== undefined && stored.sequence <= lines) {
    expectLine(files, stored.sequence, stored.sha256, 'the head this machine has seen', lines);
    const found = linesOf(files, chunkOf(stored.sequence), lines);
    for (const [sequence, hash] of known)
      expectEqual(sequence, found?.get(sequence), hash, 'the line this machine has seen');
  }
  const closed = new Map<number, Sha256>();
  for (let chunk = 1; chunk * logChunkLines <= lines; chunk += 1) {
    const hash = listing.get(`${chunk}.txt`);
    if (hash === undefined) continue;
    const before = stored?.closedChunks.get(chunk);
    if (before !== undefined && before !== hash) {
      throw fork(`chunk ${chunk} of the log changed after it was closed`, { expected: before, found: hash });
    }
    closed.set(chunk, hash);
  }
  return closed;
}

function linesOf(files: CheckedFiles, chunk: number, lines: number): ReadonlyMap<number, Sha256> | undefined {
  const bytes = files.file(layout.logChunk(chunk));
  return bytes && parseChunk(bytes, chunk, lines);
}

/** Lines of `<i> <sha256>`, ended each, numbered without a gap. */
export function formatChunk(first: number, hashes: readonly Sha256[]): string {
  return hashes.map((hash, index) => `${first + index} ${hash}\n`).join('');
}

/** @throws INDEX_FORK when the chunk does not hold exactly its lines of a log of `lines`. */
export function parseChunk(bytes: Uint8Array, chunk: number, lines: number): ReadonlyMap<number, Sha256> {
  const first = (chunk - 1) * logChunkLines + 1;
  const last = Math.min(chunk * logChunkLines, lines);
  const parsed = new Map<number, Sha256>();
  for (const line of Buffer.from(bytes).toString('latin1').split('\n').slice(0, -1)) {
    const [number, hash = ''] = line.split(' ');
    const sequence = first + parsed.size;
    if (number !== String(sequence) || !isSha256(hash) || line.length !== `${sequence} ${hash}`.length) {
      throw fork(`chunk ${chunk} of the log is malformed where line ${sequence} should be`, {});
    }
    parsed.set(sequence, hash);
  }
  const text = formatChunk(first, [...parsed.values()]);
  if (parsed.size !== last - first + 1 || Buffer.byteLength(text) !== bytes.length) {
    throw fork(`chunk ${chunk} of the log holds ${parsed.size} lines, not ${last - first + 1}`, {});
  }
  return parsed;
}

function expectLine(
  files: CheckedFiles,
  sequence: number,
  expected: Sha256 | null,
  what: string,
  lines: number,
): void {
  expectEqual(sequence, linesOf(files, chunkOf(sequence), lines)?.get(sequence), expected, what);
}

function expectEqual(
  sequence: number,
  found: Sha256 | undefined,
  expected: Sha256 | null,
  what: string,
): void {
  if (found === expected) return;
  throw fork(
    `line ${sequence} of its log is ${found ?? 'missing'}, but ${what} is ${expected ?? 'nothing'}`,
    {
      sequence,
      expected,
      found,
    },
  );
}

function fork(problem: string, data: Readonly<Record<string, unknown>>): UdosError {
  return new UdosError('INDEX_FORK', `The index does not continue its own history: ${problem}.`, {
    hint: 'Somebody rewrote the registry or shows you another one. Ask its owner.',
    data,
  });
}
