import { createReadStream } from 'node:fs';
import { judgeArchive, verifyArtifactSignature, type ReleaseClaim } from '../../artifact/index.js';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { LockedPlugin, Receipt } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';
import { createArtifactStore } from '../../store/index.js';
import { verifiedPlugin } from './choose.js';
import { claimOf, receiptFiles } from './obtain.js';
import type { Registries } from './registries.js';

/** What could be proved of where a locked release comes from. */
export interface Provenance {
  /**
   * `agrees`: the signed index says what the lockfile says. `disagrees`: it says something else, recalled the release, or
   * is not to be believed. `unavailable`: it could not be had.
   */
  readonly index: 'agrees' | 'disagrees' | 'unavailable' | 'not-asked';
  /**
   * `signed`: the store has it, and a key of the publisher signed it. `refused`: the store has it, and it is not what the
   * index lists. `absent`: the store does not have it.
   */
  readonly artifact: 'signed' | 'refused' | 'absent' | 'not-asked';
}

export interface FoundProvenance extends Provenance {
  /** Why it is not proved; undefined when it is. */
  readonly refusal: UdosError | undefined;
  /** As the receipt of a good install lists them; undefined when the artifact was not judged. */
  readonly files: Receipt['files'] | undefined;
}

/**
 * Checks a locked release against the index and its artifact, where the store has it, against both. What disagrees and
 * what cannot be had are answers, so that the next plugin is looked at, too.
 *
 * @throws INDEX_MOVED, which asks for another try with the newer index; BUG
 */
export async function checkProvenance(
  context: Context,
  registries: Registries,
  name: PluginName,
  locked: LockedPlugin,
): Promise<FoundProvenance> {
  const claim = await answerOf(async () =>
    claimOf(name, locked, await verifiedPlugin(registries, { registry: locked.registry, name }, 'locked')),
  );
  if (claim instanceof UdosError) {
    const index = isRefusal(claim) ? 'disagrees' : 'unavailable';
    return { index, artifact: 'not-asked', refusal: claim, files: undefined };
  }
  const files = await answerOf(() => filesOfArtifact(context, claim, locked));
  if (files === undefined)
    return { index: 'agrees', artifact: 'absent', refusal: absent(name, locked), files };
  if (files instanceof UdosError) {
    const artifact = isRefusal(files) ? 'refused' : 'not-asked';
    return { index: 'agrees', artifact, refusal: files, files: undefined };
  }
  return { index: 'agrees', artifact: 'signed', refusal: undefined, files };
}

/** True when something was there and was not believed, in contrast to something that could not be had. */
export function isRefusal(error: UdosError): boolean {
  return error.exitClass === 'trust' || error.code === 'PLUGIN_NOT_FOUND';
}

async function filesOfArtifact(
  context: Context,
  claim: ReleaseClaim,
  { integrity }: LockedPlugin,
): Promise<Receipt['files'] | undefined> {
  const stored = await createArtifactStore(context.home.store).find(integrity);
  if (stored === undefined) return undefined;
  verifyArtifactSignature(claim, stored.blake2b512);
  const { listing } = await judgeArchive(claim, createReadStream(stored.file));
  return receiptFiles(listing);
}

async function answerOf<T>(work: () => Promise<T>): Promise<T | UdosError> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UdosError) || error.code === 'INDEX_MOVED' || error.exitClass === 'bug')
      throw error;
    return error;
  }
}

function absent(name: PluginName, { version, integrity }: LockedPlugin): UdosError {
  return new UdosError(
    'NOT_PROVED',
    `Its artifact is not in the store, so that what is installed cannot be held against the signature.`,
    {
      hint: 'Run `udos install --repair` to fetch it again.',
      data: { plugin: name, version, integrity },
    },
  );
}
