import assert from 'node:assert/strict';
import type { z } from 'zod';
import { UdosError } from '../../../src/errors/index.js';
import { readFormat } from '../../../src/model/formats/index.js';

/** A document as JSON has it. */
export type Plain = Readonly<Record<string, unknown>>;

export const id = `udr1${'a'.repeat(52)}`;
export const [fpA, fpB, fpC] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
export const hash = '0'.repeat(64);
export const integrity = `sha512-${'A'.repeat(86)}==`;
const publicKey = `RW${'A'.repeat(54)}`;
const role = { keys: [fpA], threshold: 1 };
const time = '2026-11-24T08:00:00Z';

/** One valid document of each format: a test changes what it is about. */
export const valid = {
  registryFile: {
    format: 1,
    name: 'Example',
    description: 'A registry.',
    homepage: 'https://example.org/',
    artifacts: 'https://cdn.example.org/udos',
    support: { url: 'https://example.org/help', email: 'help@example.org' },
    popular: ['ada', 'ada/notes'],
    lookAlikes: ['adam'],
  },
  root: {
    type: 'udos/root@1',
    version: 1,
    previous: null,
    name: 'Example',
    expires: time,
    keys: { [fpA]: publicKey, [fpB]: publicKey },
    roles: { root: { keys: [fpA, fpB], threshold: 2 }, curator: role, checkpoint: role },
    upstreams: {},
  },
  checkpoint: {
    type: 'udos/checkpoint@1',
    registry: id,
    root: 1,
    sequence: 1,
    previous: null,
    issued: time,
    expires: '2026-12-24T08:00:00Z',
    sums: hash,
    revocations: { serial: 0, sha256: null },
    upstreams: {},
  },
  publisherDocument: {
    type: 'udos/publisher@1',
    registry: id,
    publisher: 'ada',
    version: 1,
    previous: null,
    displayName: 'Ada Lovelace',
    url: 'https://ada.example.org/',
    email: 'ada@example.org',
    keys: { [fpA]: publicKey },
    owners: role,
    release: role,
  },
  release: {
    version: '1.0.0',
    published: time,
    urls: ['artifacts/ada/notes/1.0.0.tgz', 'https://example.org/notes-1.0.0.tgz'],
    size: 1000,
    unpackedSize: 4000,
    files: 3,
    integrity,
    minisig: 'untrusted comment: x\nRU\ntrusted comment: y\nz\n',
    engines: { udos: '>=1' },
    dependencies: { 'ada/base': '^1.0.0', 'bob/lint': { range: '2.x', registry: id } },
    optionalDependencies: {},
    permissions: ['fs:read:notes/**', 'net:*.example.org:443'],
    license: 'MIT',
    tier: 'free',
    changelog: 'The first.\n\n- notes\twith tabs',
    yanked: false,
  },
  revocations: {
    type: 'udos/revocations@1',
    registry: id,
    serial: 1,
    keys: [{ fp: fpA, reason: 'stolen' }],
    releases: [
      { name: 'ada/notes', version: '1.0.0', reason: 'malware', integrity },
      { name: 'eve/all', version: '*', reason: 'malware', registry: id },
    ],
  },
  catalogLine: {
    name: 'ada/notes',
    latest: '1.0.0',
    description: 'Takes notes.',
    category: 'productivity/notes',
    keywords: ['notes'],
    license: 'MIT',
    permissions: [],
    tier: 'free',
  },
  manifest: {
    name: 'ada/notes',
    version: '1.0.0',
    description: 'Takes notes.',
    license: 'MIT',
    category: 'productivity/notes',
    main: 'lib/index.js',
    runtime: 'node',
    contributes: { commands: { new: 'Begin a note' } },
  },
  project: {
    plugins: { 'ada/notes': '^1.2.0' },
    registries: { acme: { url: 'https://example.org/acme', id } },
    routes: { 'acme/*': 'acme', 'ada/notes': 'acme' },
    permissions: { 'ada/notes': { deny: ['net:*'] } },
  },
  config: {
    registries: { acme: { url: '/srv/acme', id, mirrors: ['https://mirror.example.org/acme'] } },
    bindings: { acme: { id, place: 'https://example.org/plugins.git', internal: false } },
  },
  lockfile: {
    lockfileVersion: 1,
    registries: { [id]: { alias: 'acme', root: 1, sequence: 812 } },
    plugins: {
      'ada/notes': {
        version: '1.2.0',
        registry: id,
        integrity,
        size: 18234,
        signers: [fpA],
        publisher: 1,
        permissions: ['fs:read:notes/**'],
        dependencies: { 'ada/base': '^1.0.0' },
      },
    },
  },
  receipt: {
    type: 'udos/receipt@1',
    root: '/home/ada/project',
    name: 'ada/notes',
    version: '1.0.0',
    registry: id,
    integrity,
    files: { 'lib/index.js': { size: 10, sha256: hash, executable: false } },
  },
} as const satisfies Record<string, Plain>;

export const pluginDocumentExample = {
  type: 'udos/plugin@1',
  registry: id,
  name: 'ada/notes',
  serial: 1,
  description: 'Takes notes.',
  category: 'productivity/notes',
  keywords: ['notes', 'markdown'],
  releases: [valid.release],
} as const satisfies Plain;

/** Reads text as the product reads a file of this format. */
export function readText<T>(schema: z.ZodType<T>, text: string | Uint8Array): T {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  return readFormat(schema, bytes, { what: 'the example', code: 'FILE_INVALID' });
}

export function read<T>(schema: z.ZodType<T>, document: Plain): T {
  return readText(schema, JSON.stringify(document));
}

/** The document is refused, and the message names this field or problem. */
export function assertRefused(schema: z.ZodType, document: Plain, problem: RegExp): void {
  assertTextRefused(schema, JSON.stringify(document), problem);
}

export function assertTextRefused(schema: z.ZodType, text: string | Uint8Array, problem: RegExp): void {
  assert.throws(
    () => readText(schema, text),
    (error) => error instanceof UdosError && error.code === 'FILE_INVALID' && problem.test(error.message),
    `expected a refusal like ${String(problem)}`,
  );
}

/** The document with other values in some fields; undefined leaves a field out. */
export function changed(document: Plain, changes: Plain): Plain {
  return Object.fromEntries(
    Object.entries({ ...document, ...changes }).filter(([, value]) => value !== undefined),
  );
}
