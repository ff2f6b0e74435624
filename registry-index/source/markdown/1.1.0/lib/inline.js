'use strict';

// Every repetition has a bound, so that a hostile line costs time in proportion to its length.
const LINK = String.raw`(!?)\[((?:[^[\]\\]|\\.){0,500})\]\(\s{0,9}<?([^\s<>()]{0,500}(?:\([^\s<>()]{0,200}\)[^\s<>()]{0,200})?)>?(?:\s{1,9}(?:"[^"]{0,200}"|'[^']{0,200}'))?\s{0,9}\)`;
const CODE = '(?<!`)(`{1,9})(?!`)([^]{1,500}?)(?<!`)\\4(?!`)';
const SPANS = new RegExp(
  [
    LINK,
    CODE,
    String.raw`<((?:https?|mailto):[^\s<>]{1,500})>`,
    String.raw`(\*\*|(?<![\p{L}\p{N}])__|~~)(?=\S)([^]{1,500}?)(?<=\S)\7`,
    String.raw`(?<![\p{L}\p{N}_])_(?=\S)([^_]{1,500})(?<=\S)_(?![\p{L}\p{N}_])`,
    String.raw`\*(?=[^\s*])([^*]{1,500})(?<=\S)\*`,
    String.raw`\\([!-/:-@[-${'`'}{-~])`,
  ].join('|'),
  'gu',
);

/**
 * Cuts a block's text into spans: `text`, `code`, `strong`, `em`, `strike`, and `link` or `image` with `href`. All but text,
 * code and image hold `spans` of their own.
 */
function spans(text) {
  const found = [];
  let from = 0;
  const plain = (value) => {
    if (value === '') return;
    if (found.at(-1)?.type === 'text') found.at(-1).text += value;
    else found.push({ type: 'text', text: value });
  };
  for (const match of text.matchAll(SPANS)) {
    const [all, bang, label, href, , code, url, mark, strong, underscored, starred, escaped] = match;
    plain(text.slice(from, match.index));
    from = match.index + all.length;
    if (escaped !== undefined) plain(escaped);
    else if (href !== undefined && bang === '!') found.push({ type: 'image', text: label, href });
    else if (href !== undefined) found.push({ type: 'link', href, spans: spans(label) });
    else if (code !== undefined) found.push({ type: 'code', text: code.replace(/^ (.*) $/, '$1') });
    else if (url !== undefined) found.push({ type: 'link', href: url, spans: [{ type: 'text', text: url }] });
    else if (mark !== undefined)
      found.push({ type: mark === '~~' ? 'strike' : 'strong', spans: spans(strong) });
    else found.push({ type: 'em', spans: spans(underscored ?? starred) });
  }
  plain(text.slice(from));
  return found;
}

/** What a reader sees of a block's text: without marks, links as their text, images as their description. */
function plainInline(text) {
  const join = (list) => list.map((span) => (span.spans ? join(span.spans) : span.text)).join('');
  return join(spans(text));
}

module.exports = { CODE, LINK, plainInline, spans };
