import { changelogSection } from '../../src/artifact/index.js';
import type { IndexPath, Sha256 } from '../../src/model/names.js';
import type { Version } from '../../src/model/version.js';
import { parseCatalog } from '../../src/registry/trust/catalog-file.js';
import { formatChunk, parseChunk } from '../../src/registry/trust/log.js';
import { formatSums, parseSums, type FolderListing } from '../../src/registry/trust/sums.js';
import { hash, valid } from '../unit/formats/examples.js';
import { bytesOf, textOf, type Parser } from './parser.js';

const other = 'f'.repeat(64);
const catalogText = `${JSON.stringify(valid.catalogLine)}\n`;

/** Files that are read line by line. */
export const lineParsers: readonly Parser[] = [
  {
    name: 'SHA256SUMS',
    codes: ['INDEX_TAMPERED'],
    parse: (bytes) => parseSums(bytes, 'SHA256SUMS'),
    encode: (value: FolderListing) => formatSums(value),
    examples: ['', `${hash}  a.json\n${other}  b/SHA256SUMS\n${hash}  c.json\n`].map(bytesOf),
  },
  {
    name: 'a chunk of the log',
    codes: ['INDEX_FORK'],
    parse: (bytes) => parseChunk(bytes, 2, 259),
    encode: (value: ReadonlyMap<number, Sha256>) => formatChunk(257, [...value.values()]),
    examples: [bytesOf(`257 ${hash}\n258 ${other}\n259 ${hash}\n`)],
  },
  {
    name: 'a file of the catalog',
    codes: ['INDEX_TAMPERED'],
    parse: (bytes) => parseCatalog('catalog/ad.jsonl' as IndexPath, bytes),
    encode: (value: readonly unknown[]) => value.map((line) => `${JSON.stringify(line)}\n`).join(''),
    again: true,
    examples: [bytesOf(''), bytesOf(catalogText), bytesOf(catalogText.repeat(3))],
  },
  {
    name: 'a changelog',
    codes: [],
    parse: (bytes) => {
      const text = textOf(bytes);
      const section = changelogSection(text, '1.0.0' as Version);
      if (section.length > 4096 || /\p{Cs}/u.test(section)) throw new Error('The section is torn.');
      return section;
    },
    examples: [
      `# Changes\n\n## [1.0.0] - 2026\n\n- ${'\u{1f4dd}'.repeat(2100)}\n\n## 0.9.0\n`,
      `## 1.0.0\n- ${'\u{1f4dd}'.repeat(2048)}`,
      `## v1.0.0 ()\r\n\r\nx${'\u{1f4dd}'.repeat(3000)}`,
    ].map(bytesOf),
  },
];
