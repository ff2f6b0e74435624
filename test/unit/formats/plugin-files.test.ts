import assert from 'node:assert/strict';
import { parseManifest } from '../../../src/artifact/index.js';
import {
  artifactLimits,
  catalogLine,
  manifest,
  pluginDocument,
  registryFile,
} from '../../../src/model/formats/index.js';
import { assertRefused, changed, pluginDocumentExample, read, valid, type Plain } from './examples.js';

describe('the format of plugin documents', () => {
  const withRelease = (changes: Plain) => ({ releases: [changed(valid.release, changes)] });

  it('accepts releases, yanked and not, and a plugin without any', () => {
    assert.deepEqual(read(pluginDocument, pluginDocumentExample), pluginDocumentExample);
    const second = { ...valid.release, version: '1.1.0-beta.1+build.5', yanked: 'It loses notes.' };
    read(pluginDocument, changed(pluginDocumentExample, { releases: [valid.release, second] }));
    read(pluginDocument, changed(pluginDocumentExample, { releases: [] }));
  });

  const many = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`ada/p${index}`, '*']));
  const refused: [string, Plain, RegExp][] = [
    ['a version twice', { releases: [valid.release, valid.release] }, /lists a version twice/],
    [
      'two versions that only build metadata tells apart',
      { releases: ['1.0.0+a', '1.0.0+b'].map((version) => ({ ...valid.release, version })) },
      /lists a version twice/,
    ],
    ['a keyword twice', { keywords: ['notes', 'notes'] }, /lists something twice/],
    ['17 keywords', { keywords: Array.from({ length: 17 }, (_, index) => `k${index}`) }, /keywords/],
    ['an unknown category', { category: 'games/chess' }, /category/],
    ['a plugin called publisher', { name: 'ada/publisher' }, /name/],
    ['a description with a line break', { description: 'Takes\nnotes' }, /description/],
    ['a description that turns text around', { description: 'see \u202Etxt.exe' }, /description/],
    ['a version with a v', withRelease({ version: 'v1.0.0' }), /version/],
    ['a version with a zero too many', withRelease({ version: '1.01.0' }), /version/],
    ['no place for the artifact', withRelease({ urls: [] }), /urls/],
    ['a place on this machine', withRelease({ urls: ['file:///etc/passwd'] }), /urls/],
    ['a place with a user name', withRelease({ urls: ['https://ada@example.org/x'] }), /urls/],
    ['a place that is no URL', withRelease({ urls: ['https://[example.org/x'] }), /urls/],
    ['an empty artifact', withRelease({ size: 0 }), /size/],
    ['too large an artifact', withRelease({ size: artifactLimits.size + 1 }), /size/],
    ['too large a plugin', withRelease({ unpackedSize: artifactLimits.unpackedSize + 1 }), /unpackedSize/],
    ['too many files', withRelease({ files: artifactLimits.files + 1 }), /files/],
    ['a sha1 integrity', withRelease({ integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }), /integrity/],
    ['257 dependencies', withRelease({ dependencies: many }), /more than 256/],
    ['a range that is none', withRelease({ dependencies: { 'ada/base': 'latest!' } }), /dependencies/],
    ['a permission twice', withRelease({ permissions: ['net:*', 'net:*'] }), /twice/],
    ['a permission that climbs', withRelease({ permissions: ['fs:read:../x'] }), /permissions/],
    ['yanked: true', withRelease({ yanked: true }), /yanked/],
    ['no tier', withRelease({ tier: undefined }), /tier/],
    ['a terminal escape in the changelog', withRelease({ changelog: '\u001B[2J' }), /changelog/],
  ];
  for (const [what, changes, problem] of refused) {
    it(`refuses ${what}`, () =>
      assertRefused(pluginDocument, changed(pluginDocumentExample, changes), problem));
  }
});

describe('the format of manifests', () => {
  it('fills in what an author may leave out', () => {
    assert.deepEqual(read(manifest, valid.manifest), {
      ...valid.manifest,
      engines: {},
      dependencies: {},
      optionalDependencies: {},
      permissions: [],
      keywords: [],
      tier: 'free',
    });
  });

  it("lets an author's own fields pass, and no others", () => {
    const own = Buffer.from(JSON.stringify({ ...valid.manifest, 'x-theme': { dark: true } }));
    assert.equal(parseManifest(own).name, 'ada/notes');
    const nested = Buffer.from(JSON.stringify({ ...valid.manifest, support: { 'x-chat': 'y' } }));
    assert.throws(() => parseManifest(nested), { code: 'MANIFEST_INVALID' });
  });

  it('names the field that was meant', () => {
    const slip = changed(valid.manifest, { licence: 'MIT', license: undefined });
    assertRefused(manifest, { ...slip, license: 'MIT' }, /unknown field "licence"; did you mean "license"/);
  });

  const refused: [string, Plain, RegExp][] = [
    ['a main outside the plugin', { main: '../main.js' }, /main/],
    ['an absolute main', { main: '/bin/sh' }, /main/],
    ['an unknown runtime', { runtime: 'python' }, /runtime/],
    ['an unknown engine', { engines: { node: '>=20' } }, /engines/],
    ['a command with a space', { contributes: { commands: { 'new note': 'x' } } }, /contributes/],
    ['a name with a trailing hyphen', { name: 'ada/notes-' }, /name/],
    ['an unknown contribution', { contributes: { themes: {} } }, /"themes"/],
  ];
  for (const [what, changes, problem] of refused)
    it(`refuses ${what}`, () => assertRefused(manifest, changed(valid.manifest, changes), problem));
});

describe('the format of catalogue lines', () => {
  it('accepts one', () => assert.deepEqual(read(catalogLine, valid.catalogLine), valid.catalogLine));

  it('refuses a keyword twice and a missing version', () => {
    assertRefused(catalogLine, changed(valid.catalogLine, { keywords: ['a', 'a'] }), /twice/);
    assertRefused(catalogLine, changed(valid.catalogLine, { latest: undefined }), /latest/);
  });
});

describe('the format of registry.json', () => {
  it('accepts one with everything, and one with the least', () => {
    assert.deepEqual(read(registryFile, valid.registryFile), valid.registryFile);
    read(registryFile, { format: 1, name: 'Example', description: '' });
  });

  it('refuses another format, a base that is no web address, and a name with an escape', () => {
    assertRefused(registryFile, changed(valid.registryFile, { format: 2 }), /format/);
    assertRefused(registryFile, changed(valid.registryFile, { artifacts: 'file:///srv' }), /artifacts/);
    assertRefused(
      registryFile,
      changed(valid.registryFile, { artifacts: 'https://ada:secret@example.org/x' }),
      /artifacts/,
    );
    assertRefused(registryFile, changed(valid.registryFile, { name: 'A\u009B2J' }), /name/);
  });
});
