import {
  isIndexPath,
  parseAlias,
  parsePluginName,
  parsePublisher,
  parseRegistryId,
} from '../../src/model/names.js';
import { nearest } from '../../src/model/nearest.js';
import { isPermission, widenedPermissions } from '../../src/model/permission.js';
import { formatSpec, parseSpec, type Spec } from '../../src/model/spec.js';
import { isInRange, parseRange, parseVersion, type Version } from '../../src/model/version.js';
import { parseLocation, type Location } from '../../src/operations/steps/location.js';
import { requireBranch } from '../../src/operations/steps/typed-text.js';
import { collisionKey, refuseEntryName } from '../../src/primitives/archive/index.js';
import { parseTransferUrl } from '../../src/primitives/http/url-rules.js';
import type { ErrorCode } from '../../src/errors/index.js';
import { id } from '../unit/formats/examples.js';
import { bytesOf, textOf, type Parser } from './parser.js';

/** A word that is itself what it stands for. */
function word(
  name: string,
  codes: readonly ErrorCode[],
  parse: (text: string) => unknown,
  ...examples: readonly string[]
): Parser {
  return {
    name,
    codes,
    parse: (bytes) => parse(textOf(bytes)),
    encode: (value) => String(value),
    examples: examples.map(bytesOf),
  };
}

/** A test of a word: it answers, and never throws. */
function check(name: string, isIt: (text: string) => unknown, ...examples: readonly string[]): Parser {
  return { name, codes: [], parse: (bytes) => isIt(textOf(bytes)), examples: examples.map(bytesOf) };
}

/** What people type, and the words inside of documents. */
export const wordParsers: readonly Parser[] = [
  word('a version', ['VERSION_INVALID'], parseVersion, '1.2.3', '1.0.0-beta.1+build.5'),
  word(
    'a range',
    ['RANGE_INVALID'],
    (text) => {
      const range = parseRange(text);
      isInRange('1.2.3' as Version, range);
      return range;
    },
    '^1.2.0',
    '>=1.0.0 <2.0.0 || ~3.1 || 4.x',
    '1.0.0 - 2.0.0',
  ),
  word('a publisher name', ['NAME_INVALID'], parsePublisher, 'ada', 'acme-tools'),
  word('a plugin name', ['NAME_INVALID'], parsePluginName, 'ada/notes', 'acme-tools/a-b-c'),
  word('an alias', ['NAME_INVALID'], parseAlias, 'acme'),
  word('a registry id', ['REGISTRY_ID_INVALID'], parseRegistryId, id),
  {
    name: 'a spec',
    codes: ['SPEC_INVALID', 'RANGE_INVALID'],
    parse: (bytes) => parseSpec(textOf(bytes)),
    encode: (value: Spec) => formatSpec(value),
    examples: ['ada/notes', 'acme:ada/notes@^1.2', 'ada/notes@>=1 <2'].map(bytesOf),
  },
  {
    name: 'the place of a registry',
    codes: ['URL_INVALID'],
    parse: (bytes) => parseLocation(textOf(bytes), '/srv'),
    encode: (value: Location) => (value.kind === 'web' ? value.url : value.folder),
    again: true,
    examples: [
      'https://example.org/acme.git',
      'http://127.0.0.1:8080/a',
      'file:///srv/acme%20tools',
      '../acme',
    ].map(bytesOf),
  },
  {
    name: 'the URL of a request',
    codes: ['URL_INVALID', 'TRANSFER_REFUSED'],
    parse: (bytes) => parseTransferUrl(textOf(bytes), { allowPrivate: false, allowLoopback: true }).href,
    encode: (value: string) => value,
    again: true,
    examples: ['https://example.org/a?b=c', 'https://[2606:4700::1111]/', 'http://localhost:80/'].map(
      bytesOf,
    ),
  },
  check(
    'a permission',
    (text) => isPermission(text) && widenedPermissions([text], [text]).length === 0,
    'fs:read:notes/**',
    'net:*.example.org:443',
    'exec:git',
    'commands:new',
  ),
  check('an index path', isIndexPath, 'plugins/ad/ada/notes.json'),
  check('a name in an archive', refuseEntryName, 'docs/guide.md', 'caf\u00e9/\u6982\u8981.md'),
  check(
    'the collision key of a name in an archive',
    (text) => refuseEntryName(text) ?? collisionKey(text),
    'README.md',
  ),
  check('a slip of the pen', (text) => nearest(text, ['dependencies', 'description', 'name']), 'dependncies'),
  {
    name: 'a branch to propose on',
    codes: ['USAGE'],
    parse: (bytes) => {
      requireBranch(textOf(bytes));
    },
    examples: ['add-notes', 'ada/notes-1.2.0'].map(bytesOf),
  },
];
