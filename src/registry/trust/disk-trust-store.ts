import { rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UdosError } from '../../errors/index.js';
import { readFormat } from '../../model/formats/index.js';
import type { IndexPath, PluginName, Publisher, RegistryId, Sha256 } from '../../model/names.js';
import { folderNameOf } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { readFileIfAny, withLock, writeFileAtomic, type Lock } from '../../primitives/fs/index.js';
import { formatJson } from '../../primitives/json/index.js';
import { seenDocument, seenPublisher, type TrustState, type TrustStore } from './trust-store.js';

/** `state.json`: signed bytes stand in it as text, exactly as they were verified. */
const stateFile = z.strictObject({
  type: z.literal('udos/trust-state@1'),
  registry: z.string(),
  root: z.int().min(1),
  rootSha256: z.string(),
  newestIssued: z.int(),
  head: z
    .strictObject({
      sequence: z.int(),
      sha256: z.string(),
      checkpoint: z.string(),
      sidecars: z.record(z.string(), z.string()),
      revocationsSerial: z.int(),
      closedChunks: z.record(z.string(), z.string()),
    })
    .nullable(),
});

const hint =
  'Remove that folder to forget what this machine knows of the registry, then run the command again.';

/**
 * Trust state below `folder`. Every file is written in one rename.
 *
 * @throws STATE_CORRUPT when a file does not read back; STATE_LOCKED, nothing written, once the lock of `exclusively` is
 *   another's; FILESYSTEM_FAILED
 */
export function createDiskTrustStore(folder: string): TrustStore {
  const file = (...parts: string[]) => path.join(folder, ...parts);
  let lock: Lock | undefined;
  const write = (place: string, bytes: Uint8Array | string) =>
    writeFileAtomic(place, bytes, undefined, () => lock?.refuseIfLost());
  const objectFile = (sha256: Sha256) => file('objects', sha256.slice(0, 2), sha256);

  async function readSeen<T extends object>(schema: z.ZodType<T>, place: string): Promise<T | undefined> {
    const bytes = await readFileIfAny(place);
    if (bytes === undefined) return undefined;
    const file = z.strictObject({ sum: z.string(), seen: schema });
    const { sum, seen } = readFormat(file, bytes, {
      what: place,
      code: 'STATE_CORRUPT',
      hint: hintOf(place),
    });
    if (sum === sumOf(seen)) return seen;
    const problem = 'what was seen there was changed since it was written';
    throw new UdosError('STATE_CORRUPT', `${place} is damaged: ${problem}.`, {
      hint: hintOf(place),
      data: { file: place, problem },
    });
  }

  // Through its schema, so that what is summed up has the same fields in the same order when it is read back.
  const saveSeen = <T extends object>(schema: z.ZodType<T>, place: string, value: T) => {
    const seen = schema.parse(value);
    return write(place, formatJson({ sum: sumOf(seen), seen }));
  };

  const publisherFile = (publisher: Publisher) => file('seen', 'publishers', `${publisher}.json`);
  const documentFile = (plugin: PluginName) => file('seen', 'plugins', `${folderNameOf(plugin)}.json`);

  async function load(): Promise<TrustState | undefined> {
    const bytes = await readFileIfAny(file('state.json'));
    if (bytes === undefined) return undefined;
    return decodeState(
      readFormat(stateFile, bytes, { what: file('state.json'), code: 'STATE_CORRUPT', hint }),
    );
  }

  return {
    load,
    save: async (state) => {
      refuseEarlier(state, await load());
      await write(file('state.json'), formatJson(encodeState(state)));
    },
    readRoot: (version) => readFileIfAny(file('roots', `${version}.json`)),
    saveRoot: (version, bytes) => write(file('roots', `${version}.json`), bytes),
    readPublisher: (publisher) => readSeen(seenPublisher, publisherFile(publisher)),
    savePublisher: (publisher, seen) => saveSeen(seenPublisher, publisherFile(publisher), seen),
    readDocument: (plugin) => readSeen(seenDocument, documentFile(plugin)),
    saveDocument: (plugin, seen) => saveSeen(seenDocument, documentFile(plugin), seen),
    forgetSeen: async () => {
      lock?.refuseIfLost();
      await rm(file('seen'), { recursive: true, force: true });
    },
    readObject: (sha256) => readFileIfAny(objectFile(sha256)),
    saveObject: (sha256, bytes) => write(objectFile(sha256), bytes),
    saveEvidence: async (name, files) => {
      const place = file('evidence', name);
      try {
        for (const [member, bytes] of files)
          await writeFileAtomic(path.join(place, path.basename(member)), bytes);
      } catch (error) {
        // Half of it proves nothing.
        await rm(place, { recursive: true, force: true }).catch(() => undefined);
        throw error;
      }
      return place;
    },
    exclusively: (work) =>
      withLock(`${folder}.lock`, async (held) => {
        lock = held;
        try {
          return await work();
        } finally {
          lock = undefined;
        }
      }),
  };
}

/** What was changed here would contradict the registry, and be told as its attack (docs/decisions/0018). */
function sumOf(seen: object): string {
  return sha256Hex(Buffer.from(formatJson(seen), 'utf8'));
}

function hintOf(place: string): string {
  return `The registry did nothing wrong. Restore the file from a backup, or forget what was seen there with \`rm '${place.replaceAll("'", "'\\''")}'\`.`;
}

/** @throws INDEX_MOVED when another process has remembered more meanwhile */
function refuseEarlier(state: TrustState, kept: TrustState | undefined): void {
  if (kept === undefined || state.root > kept.root) return;
  if (state.root === kept.root && (state.head?.sequence ?? 0) >= (kept.head?.sequence ?? 0)) return;
  throw new UdosError('INDEX_MOVED', 'Another udos command read a newer state of the registry meanwhile.', {
    hint: 'Run the command again.',
    data: { kept: [kept.root, kept.head?.sequence ?? 0], found: [state.root, state.head?.sequence ?? 0] },
  });
}

function encodeState(state: TrustState): z.infer<typeof stateFile> {
  const { head } = state;
  return {
    type: 'udos/trust-state@1',
    registry: state.registry,
    root: state.root,
    rootSha256: state.rootSha256,
    newestIssued: state.newestIssued,
    head:
      head === undefined
        ? null
        : {
            sequence: head.sequence,
            sha256: head.sha256,
            checkpoint: Buffer.from(head.bytes).toString('utf8'),
            sidecars: Object.fromEntries(
              [...head.sidecars].map(([name, bytes]) => [name, Buffer.from(bytes).toString('utf8')]),
            ),
            revocationsSerial: head.revocationsSerial,
            closedChunks: Object.fromEntries(
              [...head.closedChunks].map(([chunk, hash]) => [String(chunk), hash]),
            ),
          },
  };
}

function decodeState(stored: z.infer<typeof stateFile>): TrustState {
  const { head } = stored;
  return {
    registry: stored.registry as RegistryId,
    root: stored.root,
    rootSha256: stored.rootSha256 as Sha256,
    newestIssued: stored.newestIssued,
    head:
      head === null
        ? undefined
        : {
            sequence: head.sequence,
            sha256: head.sha256 as Sha256,
            bytes: Buffer.from(head.checkpoint, 'utf8'),
            sidecars: new Map(
              Object.entries(head.sidecars).map(([name, text]) => [
                name as IndexPath,
                Buffer.from(text, 'utf8'),
              ]),
            ),
            revocationsSerial: head.revocationsSerial,
            closedChunks: new Map(
              Object.entries(head.closedChunks).map(([chunk, hash]) => [Number(chunk), hash as Sha256]),
            ),
          },
  };
}
