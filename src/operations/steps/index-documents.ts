import {
  checkpoint,
  publisherDocument,
  readFormat,
  root as rootFormat,
  type Checkpoint,
  type PublisherDocument,
  type Root,
} from '../../model/formats/index.js';
import { UdosError } from '../../errors/index.js';
import { layout } from '../../model/index-layout.js';
import type { IndexPath, Publisher } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import type { IndexTree } from '../../registry/index.js';

/** The newest root that an owner's tree has. Not verified: an owner's own check does that. */
export async function readNewestRoot(
  tree: IndexTree,
): Promise<{ readonly path: IndexPath; readonly bytes: Uint8Array; readonly document: Root }> {
  const version = newestVersion(tree, layout.rootFolder);
  const path = layout.root(version);
  const bytes = await readOne(tree, path);
  return { path, bytes, document: readFormat(rootFormat, bytes, { what: path, code: 'ROOT_INVALID' }) };
}

/** The checkpoint of a published tree. Not verified. */
export async function readCheckpointOf(
  published: IndexTree,
): Promise<{ readonly document: Checkpoint; readonly sha256: string }> {
  const bytes = await readOne(published, layout.checkpoint);
  const document = readFormat(checkpoint, bytes, { what: layout.checkpoint, code: 'CHECKPOINT_INVALID' });
  return { document, sha256: sha256Hex(bytes) };
}

export async function readRoles(tree: IndexTree): Promise<Root['roles']> {
  return (await readNewestRoot(tree)).document.roles;
}

/** The newest version of a publisher, or undefined. Not verified. */
export async function readPublisher(
  tree: IndexTree,
  publisher: Publisher,
): Promise<PublisherDocument | undefined> {
  const version = newestVersion(tree, layout.publisherFolder(publisher));
  if (version === 0) return undefined;
  const path = layout.publisher(publisher, version);
  return readFormat(publisherDocument, await readOne(tree, path), { what: path, code: 'PUBLISHER_INVALID' });
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
