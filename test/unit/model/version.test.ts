import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  compareVersions,
  isInRange,
  isRange,
  isVersion,
  parseRange,
  parseVersion,
  type Version,
} from '../../../src/model/version.js';

const number = fc.nat(20);
const version = fc
  .tuple(number, number, number, fc.constantFrom('', '-1', '-beta.2', '-rc.1', '+b.1', '-rc.1+b.2'))
  .map(([major, minor, patch, rest]) => parseVersion(`${major}.${minor}.${patch}${rest}`));

describe('versions', () => {
  it('are strict semver', () => {
    for (const good of ['0.0.0', '1.2.3-beta.1+build.5', '10.20.30']) assert.ok(isVersion(good), good);
    for (const bad of [
      '1',
      '1.2',
      'v1.2.3',
      '=1.2.3',
      ' 1.2.3',
      '1.2.3 ',
      '1.2.3-beta ',
      '1.2.3\n',
      '01.2.3',
      '1.2.3-',
      '1.2.3-01',
      'x',
    ])
      assert.ok(!isVersion(bad), bad);
    assert.ok(!isVersion(`1.2.3-${'a'.repeat(60)}`));
    assert.throws(() => parseVersion('latest'), { code: 'VERSION_INVALID' });
  });

  it('have a total order, in which a pre-release comes before its release', () => {
    const versions = ['1.0.0', '1.0.0-rc.1', '1.0.0-beta.11', '1.0.0-beta.2', '0.9.9', '1.0.0+b.1'].map(
      parseVersion,
    );
    assert.deepEqual(versions.sort(compareVersions), [
      ...['0.9.9', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.0+b.1'],
    ]);
    fc.assert(
      fc.property(version, version, (left: Version, right: Version) => {
        assert.equal(Math.sign(compareVersions(left, right)), -Math.sign(compareVersions(right, left)) || 0);
        assert.equal(compareVersions(left, right) === 0, left === right);
      }),
    );
  });
});

describe('ranges', () => {
  it('are in the syntax of npm, and not longer than is safe to read', () => {
    for (const good of ['^1.2.0', '~1.4', '>=2 <3', '1.x', '*', '', '1.0.0 - 2.0.0', '1 || 2'])
      assert.ok(isRange(good));
    for (const bad of ['latest', '^^1', '1.2.3.4', '>=', `${'1 || '.repeat(60)}1`])
      assert.ok(!isRange(bad), bad);
    assert.throws(() => parseRange('next'), { code: 'RANGE_INVALID' });
  });

  it('hold a pre-release only when they name one of the same version', () => {
    assert.ok(isInRange(parseVersion('1.4.9'), parseRange('^1.2.0')));
    assert.ok(!isInRange(parseVersion('1.3.0-beta.1'), parseRange('^1.2.0')));
    assert.ok(isInRange(parseVersion('1.2.0-beta.2'), parseRange('^1.2.0-beta.1')));
  });
});
