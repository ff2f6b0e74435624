'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const markdown = require('../index.js');

const documents = [
  { id: 'cups', title: 'Cups', body: 'Porcelain, for tea.\n\n```\nboil --tea\n```\n' },
  { id: 'tea', title: 'Tea', tags: ['drink'], body: '# Green tea\n\nWater at eighty degrees.' },
  { id: 'teapot', title: 'A pot', body: 'The teapot holds a litre. #kitchen' },
  { id: 'café', title: 'Café', tags: ['drink', 'town'], body: 'Opens at eight. 緑茶あり' },
];
const idsFor = (query) => markdown.search(documents, query).map(({ id }) => id);

describe('search', () => {
  it('ranks titles and headings above text, and whole words above parts', () => {
    assert.deepEqual(idsFor('tea'), ['tea', 'cups', 'teapot']);
  });

  it('asks for every word, whatever the case and accents', () => {
    assert.deepEqual(idsFor('TEA degrees'), ['tea']);
    assert.deepEqual(idsFor('cafe'), ['café']);
    assert.deepEqual(idsFor('tea absent'), []);
  });

  it('knows phrases, tags of both kinds, and text without spaces', () => {
    assert.deepEqual(idsFor('"green tea"'), ['tea']);
    assert.deepEqual(idsFor('"tea green"'), []);
    assert.deepEqual(idsFor('#drink'), ['café', 'tea']);
    assert.deepEqual(idsFor('#Kitchen pot'), ['teapot']);
    assert.deepEqual(idsFor('茶'), ['café']);
  });

  it('tells the line that answers, also in code', () => {
    const lineFor = (query) => markdown.search(documents, query)[0];
    assert.equal(lineFor('eighty').line, 3);
    assert.equal(lineFor('boil').line, 4);
    assert.deepEqual(lineFor('#town'), { id: 'café', score: 0, line: null, excerpt: '' });
  });

  it('gives the same order whatever the order of the input', () => {
    const same = ['b', 'a', 'c'].map((id) => ({ id, title: 'Same', body: 'same' }));
    const ids = (list) => markdown.search(list, 'same').map(({ id }) => id);
    assert.deepEqual(ids(same), ['a', 'b', 'c']);
    assert.deepEqual(ids([...same].reverse()), ['a', 'b', 'c']);
  });

  it('finds nothing for an empty query or in no documents', () => {
    assert.deepEqual(markdown.search(documents, ' "" - '), []);
    assert.deepEqual(markdown.search([], 'tea'), []);
  });

  it('keeps excerpts short and free of terminal sequences', () => {
    const [{ excerpt }] = markdown.search([{ id: 'x', body: `\u001b[31mred ${'long '.repeat(100)}` }], 'red');
    assert.ok(excerpt.startsWith('red long'));
    assert.equal(Array.from(excerpt).length, 160);
  });
});

describe('inline tags', () => {
  it('finds tags in text only', () => {
    const body =
      '# Heading #Work\n\nA #plan/next, C#, &#x; `#code` [#label](x#anchor) https://example.org/#part #1 #été.\n\n```\n#no\n```';
    assert.deepEqual(markdown.inlineTags(body), ['label', 'plan/next', 'work', 'été']);
  });
});

describe('changing front matter', () => {
  it('leaves everything else byte for byte', () => {
    const text =
      '---\r\n# mine\r\ntitle:   Tea # t\r\ntags:\r\n  - a\r\n  - b\r\nodd: "x"\r\n---\r\nBody\r\n';
    assert.equal(
      markdown.updateFrontMatter(text, { tags: ['c', 'd, e'], odd: null, added: 'yes' }),
      '---\r\n# mine\r\ntitle:   Tea # t\r\ntags: [c, "d, e"]\r\nadded: "yes"\r\n---\r\nBody\r\n',
    );
    assert.equal(markdown.updateFrontMatter(text, {}), text);
  });

  it('gives front matter to a document that has none', () => {
    assert.equal(markdown.updateFrontMatter('Body\n', { tags: ['a'] }), '---\ntags: [a]\n---\nBody\n');
    assert.equal(markdown.updateFrontMatter('Body\n', { tags: null }), 'Body\n');
  });

  it('refuses to touch what it cannot read', () => {
    assert.throws(
      () => markdown.updateFrontMatter('---\na: {b: 1}\n---\n', { a: 'x' }),
      markdown.FrontMatterError,
    );
  });
});
