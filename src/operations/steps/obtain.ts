import { createReadStream } from 'node:fs';
import {
  fetchArtifact,
  judgeArchive,
  verifyArtifactSignature,
  type ReleaseClaim,
} from '../../artifact/index.js';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { LockedPlugin, Receipt } from '../../model/formats/index.js';
import type { PluginName } from '../../model/names.js';
import type { VerifiedPlugin } from '../../model/verified-index.js';
import { unpackArchive, type ArchiveListing } from '../../primitives/archive/index.js';
import { createArtifactStore, type PluginInstall } from '../../store/index.js';
import { verifiedPlugin } from './choose.js';
import type { OpenRegistry, Registries } from './registries.js';
import { wayOut } from './way-out.js';

/** Artifacts on their way at once. */
const concurrentDownloads = 8;

/**
 * Brings the artifacts of locked releases into the store and judges each as a whole (checks 13, 15 and 16), before
 * anything is unpacked.
 *
 * @throws LOCKED_RELEASE_MISMATCH, RELEASE_REVOKED, ARTIFACT_MISMATCH, ARTIFACT_SIGNATURE_INVALID, ARCHIVE_UNSAFE,
 *   MANIFEST_MISMATCH, ARTIFACT_NOT_FOUND, and what the network throws
 */
export async function obtainPlugins(
  context: Context,
  registries: Registries,
  root: string,
  wanted: readonly (readonly [PluginName, LockedPlugin])[],
): Promise<Map<PluginName, PluginInstall>> {
  const installs = new Map<PluginName, PluginInstall>();
  const opened: { open: OpenRegistry; name: PluginName; locked: LockedPlugin }[] = [];
  for (const [name, locked] of wanted) {
    opened.push({ open: await registries.open(locked.registry, 'locked'), name, locked });
  }
  // One batch a registry, so that the documents of many plugins cost no more round trips than those of one.
  for (const open of new Set(opened.map((one) => one.open))) {
    await open.index.plugins(opened.filter((one) => one.open === open).map((one) => one.name));
  }
  const queue = [...opened];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { open, name, locked } = next;
      const plugin = await verifiedPlugin(registries, { registry: locked.registry, name }, 'locked');
      const claim = claimOf(name, locked, plugin);
      context.reporter.step(`Getting ${name} ${locked.version}`);
      installs.set(name, await obtainOne(context, open, root, claim));
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrentDownloads }, work));
  } finally {
    queue.length = 0;
  }
  return installs;
}

/**
 * The release that the lockfile means, as the index lists it now. The lockfile can only narrow: whatever it says must be
 * what the signed index says.
 *
 * @throws LOCKED_RELEASE_MISMATCH, RELEASE_REVOKED
 */
export function claimOf(name: PluginName, locked: LockedPlugin, plugin: VerifiedPlugin): ReleaseClaim {
  const release = plugin.document.releases.find((one) => one.version === locked.version);
  if (release === undefined) throw mismatch(name, locked, 'version', 'no such release', locked.version);
  const inIndex = { ...release, permissions: [...release.permissions].sort() };
  const inLock = {
    ...locked,
    permissions: [...locked.permissions].sort(),
    optionalDependencies: locked.optionalDependencies ?? {},
  };
  for (const field of ['integrity', 'size', 'permissions', 'dependencies', 'optionalDependencies'] as const) {
    const expected = comparable(inIndex[field]);
    const found = comparable(inLock[field]);
    if (expected !== found) throw mismatch(name, locked, field, expected, found);
  }
  if (plugin.publisherVersion < locked.publisher) {
    throw mismatch(
      name,
      locked,
      'publisher',
      `version ${plugin.publisherVersion}`,
      `version ${locked.publisher}`,
    );
  }
  const reason = plugin.revocationOf(release);
  if (reason !== undefined) {
    throw new UdosError(
      'RELEASE_REVOKED',
      `${name} ${locked.version} was recalled by its registry: ${reason}.`,
      {
        hint: wayOut(name, plugin, 'unknown'),
        data: { plugin: name, version: locked.version, reason },
      },
    );
  }
  return { registry: locked.registry, plugin: name, release, artifactKeys: plugin.artifactKeys };
}

async function obtainOne(
  context: Context,
  open: OpenRegistry,
  root: string,
  claim: ReleaseClaim,
): Promise<PluginInstall> {
  const { plugin, release, registry } = claim;
  const store = createArtifactStore(context.home.store);
  const kept = await store.find(release.integrity);
  const stored =
    kept ??
    (await store.add(release.integrity, release.size, await fetchArtifact(plugin, release, open.fetcher)));
  try {
    verifyArtifactSignature(claim, stored.blake2b512);
    const { manifest, listing } = await judgeArchive(claim, createReadStream(stored.file));
    const receipt: Receipt = {
      type: 'udos/receipt@1',
      root,
      name: plugin,
      version: release.version,
      registry,
      integrity: release.integrity,
      files: receiptFiles(listing),
    };
    return {
      receipt,
      unpack: (folder) => unpackArchive(createReadStream(stored.file), listing, folder),
      shim: { manifest, published: release.published },
    };
  } catch (error) {
    // The store keeps only what may be installed. What was there before belongs to another release with the same bytes.
    if (kept === undefined) await store.remove(release.integrity);
    throw error;
  }
}

/** The files of an artifact as a receipt lists them. */
export function receiptFiles(listing: ArchiveListing): Receipt['files'] {
  return Object.fromEntries(
    listing.entries.map(({ path, size, sha256, executable }) => [path, { size, sha256, executable }]),
  ) as Receipt['files'];
}

function comparable(value: unknown): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function mismatch(
  name: PluginName,
  locked: LockedPlugin,
  field: string,
  expected: string,
  found: string,
): UdosError {
  return new UdosError(
    'LOCKED_RELEASE_MISMATCH',
    `udos-lock.json and the signed index disagree about ${name} ${locked.version} in "${field}": the index says ${expected}, the lockfile ${found}.`,
    {
      hint: 'Somebody changed the lockfile, or the registry. Restore the lockfile from version control; do not install this.',
      data: { plugin: name, version: locked.version, field, expected, found },
    },
  );
}
