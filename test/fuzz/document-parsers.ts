import type { z } from 'zod';
import { parseManifest } from '../../src/artifact/index.js';
import { UdosError } from '../../src/errors/index.js';
import { formatLockfile, parseLockfile } from '../../src/lock/index.js';
import {
  catalogLine,
  checkpoint,
  config,
  pluginDocument,
  project,
  publisherDocument,
  readFormat,
  receipt,
  registryFile,
  revocations,
  root,
  type Lockfile,
} from '../../src/model/formats/index.js';
import { JsonProblem, formatJson, parseStrictJson } from '../../src/primitives/json/index.js';
import { pluginDocumentExample, valid, type Plain } from '../unit/formats/examples.js';
import { bytesOf, type Parser } from './parser.js';

const asFile = (document: Plain) => bytesOf(formatJson(document));

function format(name: string, schema: z.ZodType, document: Plain): Parser {
  return {
    name,
    codes: ['FILE_INVALID'],
    parse: (bytes) => readFormat(schema, bytes, { what: name, code: 'FILE_INVALID' }),
    encode: (value) => formatJson(value),
    again: true,
    examples: [asFile(document)],
    document,
  };
}

/** JSON, and every file that is JSON. */
export const documentParsers: readonly Parser[] = [
  {
    name: 'strict JSON',
    codes: ['FILE_INVALID'],
    parse: (bytes) => {
      try {
        return parseStrictJson(bytes);
      } catch (error) {
        if (error instanceof JsonProblem) throw new UdosError('FILE_INVALID', error.message);
        throw error;
      }
    },
    encode: (value) => formatJson(value),
    again: true,
    examples: [
      asFile({ a: [1, -2, 0, true, null, 'b\u00e9\u{1f4dd}\\"\n'], c: { d: {} } }),
      asFile(pluginDocumentExample),
    ],
    document: pluginDocumentExample,
  },
  format('registry.json', registryFile, valid.registryFile),
  format('a root', root, valid.root),
  format('a checkpoint', checkpoint, valid.checkpoint),
  format('a publisher', publisherDocument, valid.publisherDocument),
  format('a plugin document', pluginDocument, pluginDocumentExample),
  format('revocations', revocations, valid.revocations),
  format('a catalog line', catalogLine, valid.catalogLine),
  format('udos.json', project, valid.project),
  format('config.json', config, valid.config),
  format('a receipt', receipt, valid.receipt),
  {
    name: 'a manifest',
    codes: ['MANIFEST_INVALID'],
    parse: (bytes) => parseManifest(bytes),
    encode: (value) => formatJson(value),
    again: true,
    examples: [asFile(valid.manifest), asFile({ ...valid.manifest, 'x-own': { anything: [1] } })],
    document: valid.manifest,
  },
  {
    name: 'a lockfile',
    codes: ['LOCKFILE_INVALID'],
    parse: (bytes) => parseLockfile(bytes),
    encode: (value: Lockfile) => formatLockfile(value),
    again: true,
    examples: [asFile(valid.lockfile)],
    document: valid.lockfile,
  },
];
