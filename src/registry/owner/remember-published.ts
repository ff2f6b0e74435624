import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import {
  isPluginName,
  publisherOf,
  type Alias,
  type PluginName,
  type Publisher,
  type RegistryId,
} from '../../model/names.js';
import { syncRegistry } from '../sync.js';
import { createMemoryTrustStore } from '../trust/memory-trust-store.js';
import type { TrustStore } from '../trust/trust-store.js';
import { onlyNamespace, treeHead, type IndexTree } from './index-tree.js';
import { judgeTree } from './judge-tree.js';

/**
 * What a client knows that has read everything that is published, also what it read before a key was revoked: clients that
 * have seen a release hold its publisher to it for ever.
 */
export async function rememberPublished(
  registry: RegistryId,
  published: IndexTree | undefined,
): Promise<TrustStore> {
  const store = createMemoryTrustStore();
  if (published === undefined) return store;
  // Read as on the day it was issued: an owner must be able to follow an expired index with a good one.
  const checkpoint = (await published.read([layout.checkpoint])).get(layout.checkpoint);
  const issued = /"issued":\s*"([^"]+)"/.exec(Buffer.from(checkpoint ?? []).toString('utf8'))?.[1] ?? '';
  const index = await readAsClient(registry, published, store, Date.parse(issued) || 0);
  const refused = new Set<PluginName>();
  for (const plugin of publishedPlugins(published)) {
    await index.plugins([plugin]).catch((error: unknown) => {
      if (!(error instanceof UdosError)) throw error;
      refused.add(plugin);
    });
  }
  for (const publisher of new Set([...refused].map(publisherOf)))
    await rememberRevoked(registry, published, publisher, store);
  return store;
}

/** What would be good if no key were revoked. What nobody ever vouched for has nothing to be held to. */
async function rememberRevoked(
  registry: RegistryId,
  published: IndexTree,
  publisher: Publisher,
  store: TrustStore,
): Promise<void> {
  const { seen } = await judgeTree({
    registry,
    tree: onlyNamespace(published, publisher),
    published,
    store,
    now: 0,
    judgeRelease: () => Promise.resolve(),
    revocations: { type: 'udos/revocations@1', registry, serial: 1, keys: [], releases: [] },
  });
  for (const [name, one] of seen.publishers) await store.savePublisher(name, one);
  for (const [name, one] of seen.documents) await store.saveDocument(name, one);
}

function publishedPlugins(tree: IndexTree): PluginName[] {
  return tree.paths
    .map((path) => /^plugins\/[^/]+\/([^/]+)\/([^/]+)\.json$/.exec(path))
    .map((found) => `${found?.[1] ?? ''}/${found?.[2] ?? ''}`)
    .filter(isPluginName);
}

/** Reads a whole published tree through every check of a client that has `store`. */
export function readAsClient(
  registry: RegistryId,
  tree: IndexTree,
  store: TrustStore,
  clock: number,
): ReturnType<typeof syncRegistry> {
  const head = treeHead(tree, 'tree');
  const source = { location: 'this index', head: () => Promise.resolve(head) };
  return syncRegistry({
    registry,
    alias: 'index' as Alias,
    sources: [source],
    store,
    clock,
    warn: () => undefined,
  });
}
