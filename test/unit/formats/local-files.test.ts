import assert from 'node:assert/strict';
import { config, lockfile, project, receipt } from '../../../src/model/formats/index.js';
import { assertRefused, changed, id, read, valid, type Plain } from './examples.js';

describe('the format of udos.json', () => {
  it('accepts everything, and nothing at all', () => {
    const acme = { ...valid.project.registries.acme, mirrors: [] };
    assert.deepEqual(read(project, valid.project), { ...valid.project, registries: { acme } });
    assert.deepEqual(read(project, {}), { plugins: {}, registries: {}, routes: {}, permissions: {} });
  });

  const refused: [string, Plain, RegExp][] = [
    ['a plugin without a publisher', { plugins: { notes: '^1.0.0' } }, /plugins/],
    ['a range that is none', { plugins: { 'ada/notes': '^1.x.y.z' } }, /plugins\.ada\/notes/],
    ['a registry without an id', { registries: { acme: { url: 'https://example.org' } } }, /id/],
    ['half an id', { registries: { acme: { url: 'x', id: id.slice(0, 30) } } }, /registries\.acme\.id/],
    ['an alias in capitals', { registries: { Acme: { url: 'x', id } } }, /registries/],
    ['a route of everything', { routes: { '*': 'acme' } }, /routes/],
    ['a slip', { plugin: {} }, /did you mean "plugins"/],
  ];
  for (const [what, changes, problem] of refused)
    it(`refuses ${what}`, () => assertRefused(project, changed(valid.project, changes), problem));
});

describe('the format of config.json', () => {
  it('accepts everything, and nothing at all', () => {
    assert.deepEqual(read(config, valid.config), valid.config);
    assert.deepEqual(read(config, {}), { registries: {}, bindings: {} });
  });

  it('refuses a binding that says less than all', () => {
    assertRefused(
      config,
      changed(valid.config, { bindings: { acme: { id, place: 'https://example.org' } } }),
      /internal/,
    );
  });
});

describe('the format of udos-lock.json', () => {
  const plugin = valid.lockfile.plugins['ada/notes'];
  const withPlugin = (changes: Plain) => ({ plugins: { 'ada/notes': changed(plugin, changes) } });

  it('accepts plugins, and none', () => {
    assert.deepEqual(read(lockfile, valid.lockfile), valid.lockfile);
    read(lockfile, { lockfileVersion: 1, registries: {}, plugins: {} });
  });

  const refused: [string, Plain, RegExp][] = [
    ['a plugin of a registry that it does not list', { registries: {} }, /does not list/],
    ['a later version of itself', { lockfileVersion: 2 }, /lockfileVersion/],
    ['a signer twice', withPlugin({ signers: [plugin.signers[0], plugin.signers[0]] }), /twice/],
    ['a place to download from', withPlugin({ resolved: 'https://example.org/x.tgz' }), /"resolved"/],
    ['no integrity', withPlugin({ integrity: undefined }), /integrity/],
    ['a size of nothing', withPlugin({ size: 0 }), /size/],
  ];
  for (const [what, changes, problem] of refused)
    it(`refuses ${what}`, () => assertRefused(lockfile, changed(valid.lockfile, changes), problem));
});

describe('the format of receipts', () => {
  it('accepts one, and refuses a file without its hash', () => {
    assert.deepEqual(read(receipt, valid.receipt), valid.receipt);
    const files = { 'lib/index.js': { size: 10, executable: false } };
    assertRefused(receipt, changed(valid.receipt, { files }), /sha256/);
  });
});
