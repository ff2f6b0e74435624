import assert from 'node:assert/strict';
import type { LockedPlugin } from '../../../src/model/formats/index.js';
import type { PluginName } from '../../../src/model/names.js';
import type { VerifiedPlugin } from '../../../src/model/verified-index.js';
import { claimOf } from '../../../src/operations/steps/obtain.js';
import { refusalOf } from '../../kit/client.js';
import { release } from './sample.js';

const board = 'ada/board' as PluginName;
const needs = { 'bob/base': '^1.0.0' };
const listed = release('1.0.0', {
  permissions: ['fs:read:notes/**', 'net:example.org'] as never,
  dependencies: needs,
});
const plugin = {
  document: { releases: [listed] },
  publisherVersion: 2,
  revocationOf: () => undefined,
  artifactKeys: new Map(),
} as unknown as VerifiedPlugin;
const locked = {
  version: '1.0.0',
  registry: `udr1${'a'.repeat(52)}`,
  integrity: listed.integrity,
  size: listed.size,
  signers: [],
  publisher: 2,
  permissions: ['net:example.org', 'fs:read:notes/**'],
  dependencies: needs,
} as unknown as LockedPlugin;

const lies: readonly (readonly [field: string, says: object])[] = [
  ['integrity', { integrity: `sha512-${'B'.repeat(86)}==` }],
  ['size', { size: listed.size + 1 }],
  ['permissions', { permissions: [...locked.permissions, 'exec:sh'] }],
  ['permissions', { permissions: locked.permissions.slice(1) }],
  ['dependencies', { dependencies: {} }],
  ['dependencies', { dependencies: { ...needs, 'ada/notes': '*' } }],
  ['dependencies', { dependencies: { 'bob/base': '*' } }],
  ['optionalDependencies', { optionalDependencies: needs }],
  ['publisher', { publisher: 3 }],
  ['version', { version: '1.0.1' }],
];

describe('what a lockfile says of a release', () => {
  it('is believed where the index says it, in whatever order, and of a publisher that went on since', () => {
    assert.equal(claimOf(board, locked, plugin).release, listed);
    assert.equal(claimOf(board, { ...locked, publisher: 1 }, plugin).release, listed);
  });

  for (const [field, says] of lies) {
    it(`is refused where it says otherwise: ${JSON.stringify(says).slice(0, 60)}`, async () => {
      const lie = { ...locked, ...says };
      const error = await refusalOf('LOCKED_RELEASE_MISMATCH', async () =>
        Promise.resolve(claimOf(board, lie, plugin)),
      );
      assert.equal(error.data.field, field);
      assert.notEqual(error.data.expected, error.data.found);
    });
  }

  it('names both sides the right way round', async () => {
    const lie = { ...locked, version: '1.0.1' } as LockedPlugin;
    const error = await refusalOf('LOCKED_RELEASE_MISMATCH', async () =>
      Promise.resolve(claimOf(board, lie, plugin)),
    );
    assert.match(error.message, /the index says no such release, the lockfile 1\.0\.1/);
  });
});
