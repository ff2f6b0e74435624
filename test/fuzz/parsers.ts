import { documentParsers } from './document-parsers.js';
import { gitParsers } from './git-parsers.js';
import { lineParsers } from './line-parsers.js';
import { minisignParsers } from './minisign-parsers.js';
import { wordParsers } from './word-parsers.js';
import type { Parser } from './parser.js';

/** Every parser of text that comes from a registry, a project, a server, or a command line. */
export const parsers: readonly Parser[] = [
  ...documentParsers,
  ...lineParsers,
  ...minisignParsers,
  ...wordParsers,
  ...gitParsers,
];
