import { UdosError } from '../../errors/index.js';
import { pluginDocument, readFormat, type PluginDocument, type Release } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import type { Fingerprint, PluginName, RegistryId, Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { signedFile, type CheckedFiles } from './checked-files.js';
import type { TrustedPublisher } from './publishers.js';
import type { RevocationList } from './revocation-list.js';
import { revokedSigners } from './revoked-signers.js';
import { verifyThreshold, type SignedFile } from './threshold.js';
import type { SeenDocument } from './trust-store.js';

/** A plugin document that the publisher's release role vouches for now. */
export interface TrustedDocument {
  readonly document: PluginDocument;
  /** The keys whose signatures vouch for it, sorted. */
  readonly signers: readonly Fingerprint[];
  readonly seen: SeenDocument;
}

/**
 * Verifies a plugin document (check 12): signed by the release role in force, about this name in this registry, not
 * older than the one seen before, and still listing every release that was ever seen, unchanged but for its yank.
 *
 * @returns undefined when the index has no such plugin and none was ever seen.
 * @throws DOCUMENT_INVALID, DOCUMENT_ROLLBACK, RELEASE_CHANGED
 */
export function verifyDocument(
  files: CheckedFiles,
  registry: RegistryId,
  plugin: PluginName,
  publisher: TrustedPublisher | undefined,
  revoked: RevocationList,
  seen: SeenDocument | undefined,
): TrustedDocument | undefined {
  const path = layout.document(plugin);
  const file = signedFile(files, path);
  if (file === undefined) {
    if (seen === undefined) return undefined;
    throw rollback(plugin, `serial ${seen.serial} was seen before, and now the plugin is missing`, {
      before: seen.serial,
    });
  }
  if (publisher === undefined) throw invalid(plugin, 'its publisher is missing from the index');
  const document = readFormat(pluginDocument, file.bytes, { what: path, code: 'DOCUMENT_INVALID' });
  if (document.name !== plugin) throw invalid(plugin, `${path} is about ${document.name}`);
  if (document.registry !== registry)
    throw invalid(plugin, `${path} belongs to the registry ${document.registry}`);
  const signers = verifySigners(file, document, registry, publisher, revoked);
  const now: SeenDocument = {
    serial: document.serial,
    sha256: sha256Hex(file.bytes) as Sha256,
    releases: Object.fromEntries(document.releases.map((release) => [release.version, releaseHash(release)])),
  };
  if (seen !== undefined) refuseRegression(plugin, seen, now);
  return { document, signers, seen: now };
}

function verifySigners(
  file: SignedFile,
  { type, serial, name }: PluginDocument,
  registry: RegistryId,
  publisher: TrustedPublisher,
  revoked: RevocationList,
): readonly Fingerprint[] {
  const role = publisher.document.release;
  try {
    return verifyThreshold(file, {
      registry,
      type,
      n: serial,
      keys: publisher.keys,
      role,
      roleName: `the release role of ${publisher.document.publisher}, version ${publisher.document.version}`,
      revoked: revoked.keys,
      code: 'DOCUMENT_INVALID',
    });
  } catch (error) {
    const gone = revokedSigners(error, role.keys, revoked);
    if (gone === undefined) throw error;
    throw new UdosError(
      'DOCUMENT_INVALID',
      `Nothing vouches for ${name} any more: the registry revoked ${gone.text}, and without that too few signatures are good.`,
      {
        hint: `Its publisher must sign it with another key (\`udos key rotate\`). Until then remove it with \`udos remove ${name}\`; \`udos why ${name}\` shows what needs it.`,
        data: { plugin: name, publisher: publisher.document.publisher, revoked: gone.keys },
        cause: error,
      },
    );
  }
}

/** Identifies everything of a release that may never change: all but `yanked`. */
export function releaseHash(release: Release): Sha256 {
  return sha256Hex(Buffer.from(stableJson({ ...release, yanked: null }), 'utf8')) as Sha256;
}

/** JSON with sorted keys, so that a document may order its fields as it likes. Never signed: only compared locally. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

function refuseRegression(plugin: PluginName, before: SeenDocument, now: SeenDocument): void {
  const data = {
    before: { serial: before.serial, sha256: before.sha256 },
    now: { serial: now.serial, sha256: now.sha256 },
  };
  if (now.serial < before.serial) {
    throw rollback(plugin, `serial ${before.serial} was seen before, found ${now.serial}`, data);
  }
  if (now.serial === before.serial && now.sha256 !== before.sha256) {
    throw rollback(plugin, `serial ${now.serial} was seen before with other bytes`, data);
  }
  for (const [version, hash] of Object.entries(before.releases)) {
    const found = now.releases[version];
    if (found === hash) continue;
    const problem = found === undefined ? 'vanished' : 'was changed';
    throw new UdosError(
      'RELEASE_CHANGED',
      `${plugin} ${version} ${problem} in the index. A release never changes.`,
      {
        hint: 'Ask the publisher what happened. What is installed here was not touched.',
        data: { plugin, version, expected: hash, found: found ?? null },
      },
    );
  }
}

function rollback(plugin: PluginName, problem: string, data: Readonly<Record<string, unknown>>): UdosError {
  return new UdosError('DOCUMENT_ROLLBACK', `The index went back in time for ${plugin}: ${problem}.`, {
    hint: 'Somebody shows you an old state. Ask the owner of the registry.',
    data: { plugin, ...data },
  });
}

function invalid(plugin: PluginName, problem: string): UdosError {
  return new UdosError(
    'DOCUMENT_INVALID',
    `What the index says of ${plugin} cannot be believed: ${problem}.`,
    {
      data: { plugin, problem },
    },
  );
}
