import { hasCode, UdosError } from '../errors/index.js';
import { readFormat, registryFile, type KeyRole, type Root } from '../model/formats/index.js';
import { layout } from '../model/index-layout.js';
import {
  publisherOf,
  type Alias,
  type IndexPath,
  type PluginName,
  type Publisher,
  type RegistryId,
} from '../model/names.js';
import type { RootSummary, VerifiedIndex, VerifiedPlugin } from '../model/verified-index.js';
import { parseCatalog } from './trust/catalog-file.js';
import { listedSidecars, type CheckedFiles } from './trust/checked-files.js';
import type { SignedCheckpoint } from './trust/checkpoints.js';
import { verifyDocument } from './trust/documents.js';
import { publisherFiles, verifyPublisher, type TrustedPublisher } from './trust/publishers.js';
import type { RevocationList } from './trust/revocation-list.js';
import type { TrustedRoot } from './trust/roots.js';
import type { Origin } from './trust/summed-files.js';
import type { TrustStore } from './trust/trust-store.js';

/** A head that passed checks 1 to 10, and what is needed to read below it. */
export interface TrustedHead {
  readonly registry: RegistryId;
  readonly alias: Alias;
  readonly root: TrustedRoot;
  readonly checkpoint: SignedCheckpoint;
  readonly isExpired: boolean;
  readonly revocations: RevocationList;
  readonly files: CheckedFiles;
  /** Undefined offline. */
  readonly origin: Origin | undefined;
  readonly store: TrustStore;
}

/** The one maker of a {@link VerifiedIndex}. Plugins are verified as they are asked for, many at once (checks 11 to 13). */
export function openIndex(head: TrustedHead): VerifiedIndex {
  const { registry, root, files, revocations, store } = head;
  const publishers = new Map<Publisher, TrustedPublisher | undefined>();
  const plugins = new Map<PluginName, VerifiedPlugin | undefined>();

  /** Another process may have read a newer head, or a newer root that made this one forget, since this head was opened. */
  async function rememberUnlessOvertaken(isNewest: () => Promise<boolean>, remember: () => Promise<void>) {
    await store.exclusively(async () => {
      const isInForce = (await store.load())?.root === root.document.version;
      if (isInForce && (await isNewest())) await remember();
    });
  }

  /**
   * What another process has read under a newer head, this one may honestly contradict. Only a head that is still the
   * newest known here can go back.
   */
  async function verifyUnlessOvertaken<T>(verify: () => T): Promise<T> {
    try {
      return verify();
    } catch (error) {
      if (!hasCode(error, 'DOCUMENT_ROLLBACK', 'RELEASE_CHANGED', 'PUBLISHER_INVALID')) throw error;
      if ((await store.load())?.head?.sha256 === head.checkpoint.sha256) throw error;
      throw overtaken(head.alias, error);
    }
  }

  async function verifyPublisherOnce(publisher: Publisher): Promise<TrustedPublisher | undefined> {
    if (publishers.has(publisher)) return publishers.get(publisher);
    const seen = await store.readPublisher(publisher);
    const trusted = await verifyUnlessOvertaken(() =>
      verifyPublisher(files, registry, root, publisher, revocations, seen),
    );
    if (trusted !== undefined && trusted.seen.sha256 !== seen?.sha256)
      await rememberUnlessOvertaken(
        async () => ((await store.readPublisher(publisher))?.version ?? 0) <= trusted.seen.version,
        () => store.savePublisher(publisher, trusted.seen),
      );
    publishers.set(publisher, trusted);
    return trusted;
  }

  async function verifyPlugin(plugin: PluginName): Promise<VerifiedPlugin | undefined> {
    const publisher = await verifyPublisherOnce(publisherOf(plugin));
    const seen = await store.readDocument(plugin);
    const trusted = await verifyUnlessOvertaken(() =>
      verifyDocument(files, registry, plugin, publisher, revocations, seen),
    );
    if (trusted === undefined || publisher === undefined) return undefined;
    if (trusted.seen.sha256 !== seen?.sha256)
      await rememberUnlessOvertaken(
        async () => ((await store.readDocument(plugin))?.serial ?? 0) <= trusted.seen.serial,
        () => store.saveDocument(plugin, trusted.seen),
      );
    return {
      document: trusted.document,
      signers: trusted.signers,
      artifactKeys: new Map([...publisher.releaseKeysEver].map(([fp, key]) => [fp, key.encoded])),
      revocationOf: (release) =>
        revocations.reasonAgainst({ name: plugin, version: release.version, integrity: release.integrity }),
      publisherVersion: publisher.document.version,
      recoveredAt: publisher.recoveredAt,
      publisherChange: publisher.change,
    };
  }

  return {
    registry,
    alias: head.alias,
    rootVersion: root.document.version,
    root: summaryOf(root.document),
    sequence: head.checkpoint.document.sequence,
    issued: head.checkpoint.document.issued,
    expires: head.checkpoint.document.expires,
    isExpired: head.isExpired,
    isLagging: head.origin?.lagging === true,

    async describe() {
      await files.load([layout.registryFile]);
      const bytes = files.file(layout.registryFile);
      if (bytes === undefined) throw missing(layout.registryFile);
      return readFormat(registryFile, bytes, { what: layout.registryFile, code: 'INDEX_TAMPERED' });
    },

    async plugins(names) {
      const wanted = [...new Set(names)].filter((name) => !plugins.has(name));
      await loadPlugins(files, wanted);
      for (const name of wanted) plugins.set(name, await verifyPlugin(name));
      const answer = new Map<PluginName, VerifiedPlugin>();
      for (const name of names) {
        const plugin = plugins.get(name);
        if (plugin !== undefined) answer.set(name, plugin);
      }
      return answer;
    },

    async catalog() {
      await files.load([], [layout.catalogFolder]);
      const paths = [...(files.listing(layout.catalogFolder)?.files.keys() ?? [])].map((name) =>
        layout.catalog(name.replace(/\.jsonl$/, '')),
      );
      await files.load(paths);
      return paths.flatMap((path) => parseCatalog(path, files.file(path) ?? new Uint8Array(0)));
    },

    async readUnlisted(path, maxBytes) {
      if (head.origin === undefined)
        throw new UdosError('OFFLINE', `Offline, and this machine has no copy of ${path}.`);
      return (await head.origin.head.read([path], maxBytes)).get(path);
    },
  };
}

/** Two round trips however many plugins: documents with the listings around them, then everything that signs them. */
async function loadPlugins(files: CheckedFiles, plugins: readonly PluginName[]): Promise<void> {
  if (plugins.length === 0) return;
  const publishers = [...new Set(plugins.map(publisherOf))];
  const documents = plugins.map((plugin) => layout.document(plugin));
  await files.load(
    documents,
    publishers.map((publisher) => layout.publisherFolder(publisher)),
  );
  await files.load([
    ...documents.flatMap((path) => listedSidecars(files, path)),
    ...publishers.flatMap((publisher) => publisherFiles(files, publisher)),
  ]);
}

function summaryOf({ name, expires, roles, upstreams }: Root): RootSummary {
  const given = Object.entries(roles).filter((entry): entry is [string, KeyRole] => entry[1] !== undefined);
  return {
    name,
    expires,
    roles: Object.fromEntries(given),
    upstreams: Object.keys(upstreams) as RegistryId[],
  };
}

function overtaken(alias: Alias, cause: UdosError): UdosError {
  return new UdosError('INDEX_MOVED', `Another udos command read a newer state of ${alias} meanwhile.`, {
    hint: 'Run the command again.',
    data: { registry: alias },
    cause,
  });
}

function missing(path: IndexPath): UdosError {
  return new UdosError('INDEX_TAMPERED', `The index has no ${path}.`, { data: { file: path } });
}
