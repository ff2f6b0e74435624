import { UdosError } from '../../errors/index.js';
import { catalogLine, readFormat, type CatalogLine } from '../../model/formats/index.js';
import type { IndexPath } from '../../model/names.js';

/**
 * The lines of `catalog/<xx>.jsonl`, each ended by LF: one short strict JSON document a plugin.
 *
 * @throws INDEX_TAMPERED naming the line; also when the last one does not end, because the rest of it may be missing.
 */
export function parseCatalog(path: IndexPath, bytes: Uint8Array): CatalogLine[] {
  // Latin-1 keeps every byte, so that each line is still read as strict UTF-8.
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').split('\n');
  if (lines.pop() !== '') {
    const problem = 'its last line does not end';
    throw new UdosError('INDEX_TAMPERED', `Cannot read ${path}: ${problem}.`, {
      data: { file: path, problem },
    });
  }
  return lines.map((line, index) =>
    readFormat(catalogLine, Buffer.from(line, 'latin1'), {
      what: `${path} line ${index + 1}`,
      code: 'INDEX_TAMPERED',
    }),
  );
}
