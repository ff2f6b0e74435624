import assert from 'node:assert/strict';
import { changelogSection } from '../../../src/artifact/index.js';
import type { Version } from '../../../src/model/version.js';

describe('the section of a changelog that goes into a release', () => {
  const one = '1.0.0' as Version;

  it('is what stands below the heading of its version', () => {
    const markdown =
      '# Changes\n\n## 1.1.0\n\nNew.\n\n## [1.0.0] - 2026-11-24\r\n\r\nThe first.\r\n\n## 0.9.0\n\nOld.\n';
    assert.equal(changelogSection(markdown, one), 'The first.');
    assert.equal(changelogSection(markdown, '2.0.0' as Version), '');
  });

  for (const before of ['', 'x'])
    it(`is cut between characters, never within one, after ${JSON.stringify(before)}`, () => {
      const section = changelogSection(`## 1.0.0\n${before}${'\u{1f4dd}'.repeat(3000)}\n`, one);
      assert.doesNotMatch(section, /\p{Cs}/u);
      assert.ok(section.length <= 4096 && section.length > 4090, `${section.length}`);
      assert.ok(section.endsWith('…'));
    });
});
