import { createReadStream } from 'node:fs';
import { judgeArchive, verifyArtifactSignature, type ReleaseClaim } from '../../artifact/index.js';
import type { Context } from '../../context/index.js';
import { hasCode } from '../../errors/index.js';
import type { LockedPlugin, Receipt } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';
import { createArtifactStore } from '../../store/index.js';
import { verifiedPlugin } from './choose.js';
import { claimOf, receiptFiles } from './obtain.js';
import type { Registries } from './registries.js';

/** What could be proved of where a locked release comes from. */
export interface Provenance {
  /** `agrees`: the signed index says what the lockfile says. `unavailable`: neither the network nor this machine has it. */
  readonly index: 'agrees' | 'unavailable' | 'not-asked';
  /** `signed`: the store has it, and a key of the publisher signed it. `absent`: the store does not have it. */
  readonly artifact: 'signed' | 'absent' | 'not-asked';
}

/**
 * Checks a locked release against the index and, when the store has it, its artifact against both. What cannot be had is
 * an answer; what disagrees is an error.
 *
 * @returns `files`, as the receipt of a good install lists them, when the artifact was judged.
 * @throws LOCKED_RELEASE_MISMATCH, RELEASE_REVOKED, PLUGIN_NOT_FOUND, ARTIFACT_SIGNATURE_INVALID, ARCHIVE_UNSAFE,
 *   MANIFEST_MISMATCH, and the trust codes of the index
 */
export async function checkProvenance(
  context: Context,
  registries: Registries,
  name: PluginName,
  locked: LockedPlugin,
): Promise<Provenance & { readonly files: Receipt['files'] | undefined }> {
  const claim = await claimIfAny(context, registries, name, locked);
  if (claim === undefined) return { index: 'unavailable', artifact: 'not-asked', files: undefined };
  const stored = await createArtifactStore(context.home.store).find(locked.integrity);
  if (stored === undefined) return { index: 'agrees', artifact: 'absent', files: undefined };
  verifyArtifactSignature(claim, stored.blake2b512);
  const { listing } = await judgeArchive(claim, createReadStream(stored.file));
  return { index: 'agrees', artifact: 'signed', files: receiptFiles(listing) };
}

async function claimIfAny(
  context: Context,
  registries: Registries,
  name: PluginName,
  locked: LockedPlugin,
): Promise<ReleaseClaim | undefined> {
  try {
    const plugin = await verifiedPlugin(registries, { registry: locked.registry, name }, 'locked');
    return claimOf(name, locked, plugin);
  } catch (error) {
    const isAbsence = hasCode(
      error,
      'OFFLINE',
      'NETWORK_FAILED',
      'TRANSFER_LIMIT',
      'AUTH_REQUIRED',
      'REGISTRY_UNKNOWN',
    );
    if (!isAbsence) throw error;
    context.reporter.warn(`${name} ${locked.version} was not compared with its index: ${error.message}`);
    return undefined;
  }
}
