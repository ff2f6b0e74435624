import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import ssri from 'ssri';
import { UdosError } from '../errors/index.js';
import type { Integrity } from '../model/formats/index.js';
import { fileError, isSystemError, syncFolder } from '../primitives/fs/index.js';
import { makeFolder } from './folders.js';

export interface StoredArtifact {
  /** Absolute path, read-only. Its bytes had the right sha512 when this was returned. */
  readonly file: string;
  /** The 64 bytes that an artifact's minisig is made over, so that nobody has to read the file again for it. */
  readonly blake2b512: Uint8Array;
}

/**
 * Artifacts by the sha512 of their bytes, shared by all roots and registries of a home.
 *
 * The store vouches for the hash only. Who signed an artifact is checked by the caller, against the index, every time.
 */
export interface ArtifactStore {
  /**
   * The artifact, its bytes hashed again just now, or undefined. An entry with other bytes is removed and counts as
   * missing (THREATS C9).
   *
   * @throws FILESYSTEM_FAILED
   */
  find(integrity: Integrity): Promise<StoredArtifact | undefined>;
  /**
   * Takes in an artifact of exactly `size` bytes. `source` is left as soon as it gives more. Adding what is there already
   * replaces it by the same bytes; any number of processes may do so at once (THREATS C8).
   *
   * @throws ARTIFACT_MISMATCH when size or hash differ, with `expected` and `found`; whatever `source` throws;
   *   FILESYSTEM_FAILED. Nothing is kept then.
   */
  add(integrity: Integrity, size: number, source: AsyncIterable<Uint8Array>): Promise<StoredArtifact>;
  /** Removes the artifact, if it is there: for one whose signature turned out bad. */
  remove(integrity: Integrity): Promise<void>;
}

interface Digests {
  readonly size: number;
  readonly sha512: Buffer;
  readonly blake2b512: Uint8Array;
}

/** @param folder `UDOS_HOME/store`; nothing is made before the first `add`. */
export function createArtifactStore(folder: string): ArtifactStore {
  const fileOf = (integrity: Integrity): string => {
    const hex = sha512Of(integrity).toString('hex');
    return path.join(folder, 'artifacts', hex.slice(0, 2), `${hex}.tgz`);
  };

  async function find(integrity: Integrity): Promise<StoredArtifact | undefined> {
    const file = fileOf(integrity);
    try {
      const entry = await lstat(file);
      if (entry.isFile()) {
        const { sha512, blake2b512 } = await readDigests(file);
        if (sha512.equals(sha512Of(integrity))) return { file, blake2b512 };
      }
      // Another process may have put good bytes in its place meanwhile: those are not ours to remove.
      const now = await lstat(file);
      if (now.ino === entry.ino && now.dev === entry.dev) await rm(file, { recursive: true, force: true });
      return undefined;
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw fileError('read', file, error);
    }
  }

  async function keep(temporary: string, integrity: Integrity): Promise<string> {
    const file = fileOf(integrity);
    await makeFolder(path.dirname(file));
    try {
      await rename(temporary, file);
      await syncFolder(path.dirname(file));
    } catch (error) {
      // Windows refuses to replace a file that another process reads: good bytes are as good as ours.
      const isTaken = isSystemError(error, 'EPERM', 'EACCES', 'EBUSY', 'EEXIST');
      if (!isTaken || (await find(integrity)) === undefined) throw fileError('write', file, error);
      await rm(temporary, { force: true });
    }
    return file;
  }

  return {
    find,
    add: async (integrity, size, source) => {
      const incoming = path.join(folder, 'incoming');
      await makeFolder(incoming);
      const temporary = path.join(incoming, randomBytes(16).toString('hex'));
      try {
        const found = await receive(temporary, size, source);
        if (found.size !== size || !found.sha512.equals(sha512Of(integrity))) {
          throw mismatch(integrity, size, found);
        }
        return { file: await keep(temporary, integrity), blake2b512: found.blake2b512 };
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw error;
      }
    },
    remove: async (integrity) => {
      const file = fileOf(integrity);
      await rm(file, { recursive: true, force: true }).catch((error: unknown) => {
        throw fileError('remove', file, error);
      });
    },
  };
}

function sha512Of(integrity: Integrity): Buffer {
  return Buffer.from(ssri.parse(integrity, { single: true }).hexDigest(), 'hex');
}

function createDigests(): { update(chunk: Uint8Array): void; end(): Digests } {
  const sha512 = createHash('sha512');
  const blake2b512 = createHash('blake2b512');
  let size = 0;
  return {
    update: (chunk) => {
      size += chunk.length;
      sha512.update(chunk);
      blake2b512.update(chunk);
    },
    end: () => ({ size, sha512: sha512.digest(), blake2b512: new Uint8Array(blake2b512.digest()) }),
  };
}

async function readDigests(file: string): Promise<Digests> {
  const digests = createDigests();
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    digests.update(chunk as Buffer);
  }
  return digests.end();
}

/** Writes `source` to a new file, durably and read-only, until it ends or passes `size`. */
async function receive(file: string, size: number, source: AsyncIterable<Uint8Array>): Promise<Digests> {
  const failed = (error: unknown): never => {
    throw fileError('write', file, error);
  };
  const digests = createDigests();
  let received = 0;
  const handle = await open(file, 'wx', 0o600).catch(failed);
  try {
    for await (const chunk of source) {
      received += chunk.length;
      digests.update(chunk);
      if (received > size) break;
      await handle.writeFile(chunk).catch(failed);
    }
    await handle.chmod(0o444).catch(failed);
    await handle.sync().catch(failed);
  } finally {
    await handle.close();
  }
  return digests.end();
}

function mismatch(integrity: Integrity, size: number, found: Digests): UdosError {
  // What came after the last byte allowed was never read, so there is no digest to speak of.
  const isTooLong = found.size > size;
  const foundIntegrity = isTooLong ? undefined : `sha512-${found.sha512.toString('base64')}`;
  const problem = isTooLong
    ? `it has more than the ${size} bytes that the index says`
    : found.size !== size
      ? `it has ${found.size} bytes, the index says ${size}`
      : `its digest is ${String(foundIntegrity)}, the index says ${integrity}`;
  return new UdosError('ARTIFACT_MISMATCH', `Cannot accept an artifact: ${problem}.`, {
    hint: 'The mirror or the network altered it, or the index is newer there. Try another mirror, and tell the owner of the registry.',
    data: { expected: { size, integrity }, found: { size: found.size, integrity: foundIntegrity } },
  });
}
