import assert from 'node:assert/strict';
import type { Range, Version } from '../../../src/model/version.js';
import { meantRelease } from '../../../src/operations/info.js';
import { newerVersions as newerVersionsOn } from '../../../src/operations/outdated.js';
import type { ReleaseList } from '../../../src/operations/steps/newest.js';
import { release, releases } from './sample.js';

const host = '1.2.0' as Version;
const newerVersions = (...[plugin, locked, allowed]: [ReleaseList, { version: Version }, Range[]]) =>
  newerVersionsOn(plugin, locked, allowed, host);
const at = (version: string) => ({ version: version as Version });
const ranges = (...texts: string[]) => texts as Range[];

describe('what is newer than what is locked', () => {
  const plugin = releases(['1.0.0', '1.1.0', '1.2.0', '2.0.0', '3.0.0-beta.1'].map((one) => release(one)));

  it('wants the newest in range, and knows the newest stable one', () => {
    assert.deepEqual(newerVersions(plugin, at('1.0.0'), ranges('^1.0.0')), {
      current: '1.0.0',
      wanted: '1.2.0',
      latest: '2.0.0',
      unfit: null,
    });
  });

  it('wants what all dependants allow', () => {
    const versions = newerVersions(plugin, at('1.0.0'), ranges('^1.0.0', '<1.2.0'));
    assert.equal(versions.wanted, '1.1.0');
  });

  it('stays where it is when no release fits everything', () => {
    const versions = newerVersions(plugin, at('1.0.0'), ranges('^1.1.0', '<1.1.0'));
    assert.equal(versions.wanted, '1.0.0');
  });

  it('says nothing of a plugin that is at its newest, or ahead of it with a pre-release', () => {
    assert.equal(newerVersions(plugin, at('2.0.0'), ranges('^2.0.0')).latest, '2.0.0');
    assert.equal(newerVersions(plugin, at('3.0.0-beta.1'), ranges('^3.0.0-beta.0')).latest, '3.0.0-beta.1');
  });

  it('never counts what was withdrawn or recalled', () => {
    const withdrawn = releases(
      [release('1.0.0'), release('1.1.0', { yanked: 'broken' }), release('1.2.0')],
      ['1.2.0'],
    );
    assert.equal(newerVersions(withdrawn, at('1.0.0'), ranges('^1.0.0')).latest, '1.0.0');
  });

  it('offers nothing that needs another uDOS, and says that there is one', () => {
    const engines = { udos: '>=2' as Range };
    const ahead = releases([release('1.0.0'), release('1.1.0'), release('1.2.0', { engines })]);
    assert.deepEqual(newerVersions(ahead, at('1.0.0'), ranges('^1.0.0')), {
      ...{ current: '1.0.0', wanted: '1.1.0', latest: '1.1.0' },
      unfit: { version: '1.2.0', udos: '>=2' },
    });
  });
});

describe('the release that a spec means', () => {
  const name = 'ada/notes' as Parameters<typeof meantRelease>[0]['name'];
  const plugin = releases([release('1.0.0'), release('1.1.0', { yanked: 'broken' }), release('2.0.0-rc.1')]);
  const meant = (range?: string) => meantRelease({ name, range: range as Range | undefined }, plugin).version;

  it('is the newest stable one that may be chosen', () => {
    assert.equal(meant(), '1.0.0');
    assert.equal(meant('^1.0.0'), '1.0.0');
  });

  it('may be a withdrawn one, when nothing else lies in the range', () => {
    assert.equal(meant('1.1.0'), '1.1.0');
  });

  it('is nothing outside of what there is', () => {
    assert.throws(() => meant('^3.0.0'), { code: 'VERSION_NOT_FOUND' });
  });
});
