import { UdosError } from '../../errors/index.js';
import { layout, sidecarOf } from '../../model/index-layout.js';
import type { KeyRole, PluginDocument } from '../../model/formats/index.js';
import type { Fingerprint, IndexPath, PluginName, Publisher } from '../../model/names.js';
import type { Version } from '../../model/version.js';
import { signFile, type Changes, type Judgement, type Signer } from '../../registry/index.js';
import { pluginsOf, readDocument } from './index-documents.js';
import type { IndexWorkspace } from './index-workspace.js';

/** A plugin whose every release a publisher's key is about to vouch for. */
export interface VouchedPlugin {
  readonly name: PluginName;
  readonly releases: readonly {
    readonly version: Version;
    /** RFC 3339, as the release itself says. */
    readonly published: string;
    readonly integrity: string;
    readonly yanked: string | false;
    readonly revoked: string | false;
    /** False for one that clients have never been shown: it came to main and to no checkpoint. */
    readonly inCheckpoint: boolean;
  }[];
}

/** A plugin document as it lies on main, with what people must see of it. */
export interface DocumentToSign {
  readonly path: IndexPath;
  readonly bytes: Uint8Array;
  readonly document: PluginDocument;
  readonly shown: VouchedPlugin;
}

/**
 * Every plugin document of a publisher.
 *
 * @throws DOCUMENT_INVALID when main has lost one that is published
 */
export async function readDocumentsOf(
  workspace: IndexWorkspace,
  publisher: Publisher,
  revocations: Judgement['revocations'],
): Promise<DocumentToSign[]> {
  const { main, published } = workspace;
  const found: DocumentToSign[] = [];
  const names = new Set([
    ...pluginsOf(main, publisher),
    ...(published === undefined ? [] : pluginsOf(published, publisher)),
  ]);
  for (const name of names) {
    const file = await readDocument(main, name);
    if (file === undefined) {
      throw new UdosError(
        'DOCUMENT_INVALID',
        `${name} is published, and main has no document of it any more.`,
        {
          hint: `Restore ${layout.document(name)} from the branch published first.`,
          data: { plugin: name },
        },
      );
    }
    const before = published && (await readDocument(published, name));
    const known = new Set(before?.document.releases.map((one) => one.version));
    const releases = file.document.releases.map(({ version, published, integrity, yanked }) => ({
      version,
      published,
      integrity,
      yanked,
      revoked: revocations?.reasonAgainst({ name, version, integrity }) ?? (false as const),
      inCheckpoint: known.has(version),
    }));
    found.push({ path: layout.document(name), ...file, shown: { name, releases } });
  }
  return found;
}

/** Puts the signers' sidecars beside documents whose bytes stay, and takes those away that count no more. */
export function vouchFor(
  workspace: IndexWorkspace,
  documents: readonly DocumentToSign[],
  signers: readonly Signer[],
  role: KeyRole,
): Changes {
  const changes = new Map<string, Uint8Array | null>();
  for (const { path, bytes, document } of documents) {
    const counted = new Set<string>(role.keys.map((fp) => sidecarOf(path, fp)));
    for (const sidecar of workspace.main.paths) {
      if (sidecar.startsWith(`${path}.`) && sidecar.endsWith('.minisig') && !counted.has(sidecar))
        changes.set(sidecar, null);
    }
    for (const signer of signers) {
      const file = { path, bytes, type: document.type, n: document.serial };
      changes.set(...signFile(signer, workspace.registry, file));
    }
  }
  return changes;
}

/** Keys of a role whose sidecars lie beside a file of main. What they are worth, a judge says. */
export function keysBeside(workspace: IndexWorkspace, path: IndexPath, role: KeyRole): Fingerprint[] {
  const paths = new Set(workspace.main.paths);
  return role.keys.filter((fp) => paths.has(sidecarOf(path, fp)));
}
