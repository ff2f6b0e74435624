import type { PluginDocument, PublisherDocument, Revocations, Root } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import type { IndexPath, Publisher, RegistryId } from '../../model/names.js';
import { formatJson } from '../../primitives/json/index.js';
import { signFile, type Changes, type IndexTree, type Signer } from '../../registry/index.js';

/** A signed document as changes of a tree: its bytes, one sidecar a signer, and none of the signatures over older bytes. */
export function signedDocument(
  registry: RegistryId,
  path: IndexPath,
  document: Root | PublisherDocument | PluginDocument | Revocations,
  signers: readonly Signer[],
  tree: IndexTree,
): Changes {
  const bytes = Buffer.from(formatJson(document), 'utf8');
  const changes = new Map<string, Uint8Array | null>([[path, bytes]]);
  for (const stale of tree.paths) {
    if (stale.startsWith(`${path}.`) && stale.endsWith('.minisig')) changes.set(stale, null);
  }
  const n = 'serial' in document ? document.serial : document.version;
  for (const signer of signers) {
    const [sidecar, signature] = signFile(signer, registry, { path, bytes, type: document.type, n });
    changes.set(sidecar, signature);
  }
  return changes;
}

/** The command by which the owner of a registry grants a name to somebody else. */
export function grantLine(publisher: Publisher): string {
  return `udos registry publisher add ${publisher} --public-key ${publisher}.pub`;
}

/** The first version of a publisher: one key or several, each owner and releaser. */
export function firstPublisher(
  registry: RegistryId,
  publisher: Publisher,
  keys: Readonly<Record<string, string>>,
  profile: Pick<PublisherDocument, 'displayName' | 'url' | 'email'>,
): { readonly path: IndexPath; readonly document: PublisherDocument } {
  const role = { keys: Object.keys(keys), threshold: 1 } as PublisherDocument['owners'];
  const document: PublisherDocument = {
    type: 'udos/publisher@1',
    registry,
    publisher,
    version: 1,
    previous: null,
    ...profile,
    keys,
    owners: role,
    release: role,
  };
  return { path: layout.publisher(publisher, 1), document };
}
