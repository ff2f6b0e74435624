import { z } from 'zod';
import { UdosError } from '../../errors/index.js';
import {
  checkpoint,
  pluginDocument,
  publisherDocument,
  readFormat,
  revocations,
  type Checkpoint,
  type PluginDocument,
  type PublisherDocument,
  type Revocations,
  type Root,
} from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import type { IndexPath, RegistryId } from '../../model/names.js';
import { parseKeyRing } from '../trust/key-ring.js';
import { parseRoot } from '../trust/roots.js';

type SignedDocument = Root | Checkpoint | PublisherDocument | PluginDocument | Revocations;

/** A document whose bytes can be signed as they are: what `signFile` needs, and what a person wants to know first. */
export interface Signable {
  /** Where in an index it belongs, whatever its file is called here. */
  readonly path: IndexPath;
  readonly bytes: Uint8Array;
  /** As in the document: `udos/root@1`. */
  readonly type: string;
  /** Version, serial or sequence. */
  readonly n: number;
  /** The registry that the bytes name; a root names none. */
  readonly registry: RegistryId | undefined;
  readonly document: SignedDocument;
}

const types = {
  'udos/root@1': (bytes: Uint8Array, what: string): Signable => {
    const { document } = parseRoot(bytes, what);
    const { type, version } = document;
    return { path: layout.root(version), bytes, type, n: version, registry: undefined, document };
  },
  'udos/checkpoint@1': (bytes: Uint8Array, what: string): Signable => {
    const document = readFormat(checkpoint, bytes, { what, code: 'CHECKPOINT_INVALID' });
    const { type, registry, sequence } = document;
    return { path: layout.checkpoint, bytes, type, n: sequence, registry, document };
  },
  'udos/publisher@1': (bytes: Uint8Array, what: string): Signable => {
    const document = readFormat(publisherDocument, bytes, { what, code: 'PUBLISHER_INVALID' });
    parseKeyRing(document.keys, what, 'PUBLISHER_INVALID');
    const { type, registry, publisher, version } = document;
    return { path: layout.publisher(publisher, version), bytes, type, n: version, registry, document };
  },
  'udos/plugin@1': (bytes: Uint8Array, what: string): Signable => {
    const document = readFormat(pluginDocument, bytes, { what, code: 'DOCUMENT_INVALID' });
    const { type, registry, name, serial } = document;
    return { path: layout.document(name), bytes, type, n: serial, registry, document };
  },
  'udos/revocations@1': (bytes: Uint8Array, what: string): Signable => {
    const document = readFormat(revocations, bytes, { what, code: 'REVOCATIONS_INVALID' });
    const { type, registry, serial } = document;
    return { path: layout.revocations, bytes, type, n: serial, registry, document };
  },
} as const;

const typed = z.looseObject({ type: z.enum(Object.keys(types) as [keyof typeof types]) });

/**
 * Reads a document that can be signed, by the type that its bytes name, with the reader that clients use.
 *
 * @throws FILE_INVALID when it is of no such type; what a client says of one that is malformed or lists a weak key
 */
export function readSignable(bytes: Uint8Array, what: string): Signable {
  let type: keyof typeof types;
  try {
    ({ type } = readFormat(typed, bytes, { what, code: 'FILE_INVALID' }));
  } catch (error) {
    if (!(error instanceof UdosError)) throw error;
    throw new UdosError(
      'FILE_INVALID',
      `Cannot sign ${what}: it is not a root, checkpoint, publisher, plugin document or list of revocations.`,
      { hint: 'docs/registry-format.md lists the files that are signed.', data: error.data, cause: error },
    );
  }
  return types[type](bytes, what);
}
