import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { sidecarOf } from '../model/index-layout.js';
import { publisherDocument } from '../model/formats/index.js';
import { parsePublisher, type Fingerprint } from '../model/names.js';
import { firstPublisher, signedDocument } from './steps/author-index.js';
import { readPublisher, readRoles } from './steps/index-documents.js';
import { indexFolder, openLocalWorkspace } from './steps/index-workspace.js';
import { readPublicKeyFile, refuseRevoked } from './steps/public-keys.js';
import { revokedKeys } from './steps/revoked-keys.js';
import { findSigners, openSignersFor } from './steps/signers.js';
import { requireTyped } from './steps/typed-text.js';

export interface PublisherAddOptions {
  readonly index?: string | undefined;
  readonly publisher: string;
  /** `.pub` files of the owners. */
  readonly publicKeys: readonly string[];
  readonly displayName?: string | undefined;
  readonly url?: string | undefined;
  readonly email?: string | undefined;
  /** The granting key. */
  readonly keys: readonly string[];
}

export interface PublisherAddResult {
  readonly publisher: string;
  readonly file: string;
  readonly owners: readonly Fingerprint[];
  /** Sidecars that are still missing: an owner writes one with `registry sign`. */
  readonly missing: readonly { readonly fingerprint: Fingerprint; readonly sidecar: string }[];
}

/**
 * Grants a namespace: writes and commits the first version of a publisher, signed by the granting key, and by the
 * owners' keys as far as they are here.
 *
 * @throws NAME_INVALID, USAGE, INDEX_NOT_FOUND, FILE_NOT_FOUND, KEY_INVALID, KEY_NOT_FOUND, PUBLISHER_EXISTS
 */
export async function addPublisher(
  context: Context,
  options: PublisherAddOptions,
): Promise<PublisherAddResult> {
  const publisher = parsePublisher(options.publisher);
  requireProfile(options);
  const workspace = await openLocalWorkspace(context, indexFolder(context, options.index));
  if ((await readPublisher(workspace.main, publisher)) !== undefined) {
    throw new UdosError('PUBLISHER_EXISTS', `The publisher ${publisher} is there already.`, {
      hint: 'Choose another name. Keys of a publisher change by a new version of its file, signed by its owners.',
      data: { publisher },
    });
  }
  const roles = await readRoles(workspace.main, workspace.published);
  const ring = await readKeys(context, options.publicKeys);
  const revoked = await revokedKeys(context, workspace);
  refuseRevoked(
    (Object.keys(ring) as Fingerprint[]).map((fingerprint) => ({ fingerprint })),
    revoked,
  );
  const grantors = await openSignersFor(
    context,
    roles.grant ?? roles.curator,
    options.keys,
    'grant a namespace',
    revoked,
  );
  if (Object.keys(ring).length === 0) {
    for (const grantor of grantors) ring[grantor.fingerprint] = grantor.encoded;
  }
  const { path: file, document } = firstPublisher(workspace.registry, publisher, ring, {
    displayName: options.displayName ?? publisher,
    ...(options.url === undefined ? {} : { url: options.url }),
    ...(options.email === undefined ? {} : { email: options.email }),
  });
  const owners = await findSigners(context, document.owners, options.keys);
  const signers = [
    ...new Map([...grantors, ...owners].map((signer) => [signer.fingerprint, signer])).values(),
  ];
  await workspace.commit(
    signedDocument(workspace.registry, file, document, signers, workspace.main),
    `Grant the namespace ${publisher}`,
  );
  const signed = new Set(signers.map((signer) => signer.fingerprint));
  const missing = document.owners.keys
    .filter((fp) => !signed.has(fp))
    .map((fingerprint) => ({ fingerprint, sidecar: sidecarOf(file, fingerprint) }));
  return {
    publisher,
    file,
    owners: document.owners.keys,
    missing: signed.size > 0 && document.owners.keys.some((fp) => signed.has(fp)) ? [] : missing,
  };
}

function requireProfile({ displayName, url, email }: PublisherAddOptions): void {
  const { shape } = publisherDocument;
  if (displayName !== undefined) requireTyped('--display-name', displayName, shape.displayName);
  if (url !== undefined) requireTyped('--url', url, shape.url);
  if (email !== undefined) requireTyped('--email', email, shape.email);
}

async function readKeys(context: Context, files: readonly string[]): Promise<Record<string, string>> {
  const ring: Record<string, string> = {};
  for (const file of files) {
    const key = await readPublicKeyFile(context, file);
    ring[key.fingerprint] = key.encoded;
  }
  return ring;
}
