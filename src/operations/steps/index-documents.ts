import {
  checkpoint,
  publisherDocument,
  pluginDocument,
  readFormat,
  revocations as revocationsFormat,
  type Checkpoint,
  type PluginDocument,
  type PublisherDocument,
  type Revocations,
  type Root,
} from '../../model/formats/index.js';
import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import { isPluginName, type IndexPath, type PluginName, type Publisher } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { registryIdOf, rootInForce, type IndexTree } from '../../registry/index.js';

/** The checkpoint of a published tree. Not verified. */
export async function readCheckpointOf(
  published: IndexTree,
): Promise<{ readonly document: Checkpoint; readonly sha256: string }> {
  const bytes = await readOne(published, layout.checkpoint);
  const document = readFormat(checkpoint, bytes, { what: layout.checkpoint, code: 'CHECKPOINT_INVALID' });
  return { document, sha256: sha256Hex(bytes) };
}

/**
 * The roles of the root that is in force once `main` is published. A root that waits for signatures changes nothing yet.
 *
 * @throws ROOT_INVALID when not even the first root is good
 */
export async function readRoles(main: IndexTree, published?: IndexTree): Promise<Root['roles']> {
  const registry = registryIdOf(await readOne(main, layout.root(1)));
  return (await rootInForce(registry, main, published)).document.roles;
}

/** The newest version of a publisher, or undefined. Not verified. */
export async function readPublisher(
  tree: IndexTree,
  publisher: Publisher,
): Promise<PublisherDocument | undefined> {
  return (await readPublisherFile(tree, publisher))?.document;
}

/** The same with its place and bytes, which the next version refers to. */
export async function readPublisherFile(
  tree: IndexTree,
  publisher: Publisher,
): Promise<
  { readonly path: IndexPath; readonly bytes: Uint8Array; readonly document: PublisherDocument } | undefined
> {
  const version = newestVersion(tree, layout.publisherFolder(publisher));
  if (version === 0) return undefined;
  const path = layout.publisher(publisher, version);
  const bytes = await readOne(tree, path);
  const document = readFormat(publisherDocument, bytes, { what: path, code: 'PUBLISHER_INVALID' });
  return { path, bytes, document };
}

/** The list of revocations, or undefined. Not verified. */
export async function readRevocations(tree: IndexTree): Promise<Revocations | undefined> {
  const path = layout.revocations;
  const bytes = (await tree.read([path])).get(path);
  return bytes && readFormat(revocationsFormat, bytes, { what: path, code: 'REVOCATIONS_INVALID' });
}

/** A plugin document with its bytes, or undefined. Not verified. */
export async function readDocument(
  tree: IndexTree,
  plugin: PluginName,
): Promise<{ readonly bytes: Uint8Array; readonly document: PluginDocument } | undefined> {
  const path = layout.document(plugin);
  const bytes = (await tree.read([path])).get(path);
  return (
    bytes && { bytes, document: readFormat(pluginDocument, bytes, { what: path, code: 'DOCUMENT_INVALID' }) }
  );
}

/** The plugins of a publisher that a tree has, sorted. */
export function pluginsOf(tree: IndexTree, publisher: Publisher): PluginName[] {
  const namespace = `${layout.namespace(publisher)}/`;
  return tree.paths
    .filter((path) => path.startsWith(namespace) && path.endsWith('.json'))
    .map((path) => `${publisher}/${path.slice(namespace.length, -'.json'.length)}`)
    .filter(isPluginName)
    .sort();
}

/** The highest n of `<folder>/<n>.json`; 0 when there is none. */
function newestVersion(tree: IndexTree, folder: string): number {
  const numbers = tree.paths
    .map((path) =>
      path.startsWith(`${folder}/`) ? /^([1-9][0-9]{0,4})\.json$/.exec(path.slice(folder.length + 1)) : null,
    )
    .map((found) => Number(found?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

async function readOne(tree: IndexTree, path: IndexPath): Promise<Uint8Array> {
  const bytes = (await tree.read([path])).get(path);
  if (bytes !== undefined) return bytes;
  throw new UdosError('INDEX_NOT_FOUND', `The index has no ${path}.`, {
    hint: 'Make one with `udos registry init DIR`.',
  });
}
