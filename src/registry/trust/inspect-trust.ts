import path from 'node:path';
import { UdosError } from '../../errors/index.js';
import { isPublisher, pluginOfFolder, type RegistryId } from '../../model/names.js';
import { listFolder } from '../../primitives/fs/index.js';
import { parseCheckpoint } from './checkpoints.js';
import { createDiskTrustStore } from './disk-trust-store.js';
import { followListings } from './kept-objects.js';
import { readKeptState, verifyKeptHead } from './kept-state.js';
import { readKeptRoots } from './roots.js';
import type { TrustStore } from './trust-store.js';

/**
 * - `state`: `state.json` cannot be read, or is of another registry;
 * - `roots`: the kept roots are not an unbroken chain from the one that the id names;
 * - `head`: the kept head is not signed as its root says;
 * - `seen`: what was seen of a publisher or a plugin cannot be read;
 * - `object`: an index file that the head leads to is kept with other bytes.
 */
export type TrustProblemKind = 'state' | 'roots' | 'head' | 'seen' | 'object';

export interface TrustProblem {
  readonly kind: TrustProblemKind;
  readonly file: string;
  readonly problem: string;
}

export interface TrustInspection {
  readonly problems: readonly TrustProblem[];
  /** Of the kept head; undefined when there is none, or a problem. */
  readonly expires: string | undefined;
  /** Of the newest kept root; undefined when there is none, or a problem. */
  readonly rootExpires: string | undefined;
}

/**
 * Whether what this machine keeps of a registry still proves itself: chain of roots, signed head, kept index files. Changes
 * nothing and takes no lock.
 *
 * @param folder `RegistryPaths.trust`
 * @throws FILESYSTEM_FAILED for a folder that cannot be listed
 */
export async function inspectTrust(folder: string, registry: RegistryId): Promise<TrustInspection> {
  const store = createDiskTrustStore(folder);
  const problems: TrustProblem[] = [];
  /** The answer of `work`, or undefined after noting why there is none. */
  const attempt = async <T>(kind: TrustProblemKind, file: string, work: () => T | Promise<T>) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UdosError)) throw error;
      const { problem } = error.data;
      problems.push({ kind, file, problem: typeof problem === 'string' ? problem : error.message });
      return undefined;
    }
  };
  const stateFile = path.join(folder, 'state.json');
  const state = await attempt('state', stateFile, () => readKeptState(registry, store));
  const roots =
    state && (await attempt('roots', path.join(folder, 'roots'), () => readKeptRoots(registry, 1, store)));
  const expires =
    state && roots && (await attempt('head', stateFile, () => verifyKeptHead(registry, state, store)));
  await inspectSeen(folder, store, attempt);
  const head = expires === undefined ? undefined : state?.head;
  if (head !== undefined) {
    const followed = await attempt('object', path.join(folder, 'objects'), () =>
      followListings(parseCheckpoint(head.bytes).sums, store),
    );
    for (const sha256 of followed?.damaged ?? []) {
      const file = path.join(folder, 'objects', sha256.slice(0, 2), sha256);
      problems.push({ kind: 'object', file, problem: 'its bytes are not what its name says' });
    }
  }
  return { problems, expires, rootExpires: roots?.at(-1)?.document.expires };
}

async function inspectSeen(
  folder: string,
  store: TrustStore,
  attempt: <T>(kind: TrustProblemKind, file: string, work: () => T | Promise<T>) => Promise<T | undefined>,
): Promise<void> {
  const readers: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
    publishers: async (name) => (isPublisher(name) ? store.readPublisher(name) : undefined),
    plugins: async (name) => {
      const plugin = pluginOfFolder(name);
      return plugin && store.readDocument(plugin);
    },
  };
  for (const [place, read] of Object.entries(readers)) {
    for (const entry of await listFolder(path.join(folder, 'seen', place))) {
      if (!entry.endsWith('.json')) continue;
      const file = path.join(folder, 'seen', place, entry);
      await attempt('seen', file, () => read(entry.slice(0, -'.json'.length)));
    }
  }
}
