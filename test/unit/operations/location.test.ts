import assert from 'node:assert/strict';
import { parseLocation } from '../../../src/operations/steps/location.js';

describe('the place of a registry', () => {
  for (const [what, text] of [
    ['a file URL with an encoded slash', 'file:///srv/a%2Fb'],
    ['a file URL with a broken escape', 'file:///srv/a%zz'],
    ['a file URL with an encoded NUL', 'file:///srv/a%00b'],
    ['a file URL with an encoded line break', 'file:///srv/a%0ab'],
    ['half of a surrogate pair', 'acme\ud800'],
    ['more than 2,048 characters', `https://example.org/${'a'.repeat(2048)}`],
    ['what a pattern would look at for minutes', 'a@'.repeat(500_000)],
  ] as const)
    it(`cannot be ${what}`, () => {
      assert.throws(() => parseLocation(text, '/srv'), { code: 'URL_INVALID' });
    });

  it('may be a folder by its URL, however many slashes that has', () => {
    assert.deepEqual(parseLocation('file:///srv//acme%20tools/', '/'), {
      kind: 'disk',
      folder: '/srv/acme tools',
    });
  });
});
