'use strict';

const { blocks } = require('./blocks.js');
const { CODE, LINK } = require('./inline.js');

const CODE_SPANS = new RegExp(CODE.replace('\\4', '\\1'), 'gu');
const LINKS = new RegExp(LINK, 'gu');
const ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>]{1,500}/gi;
const TAG = /(?<![\p{L}\p{N}_/#&])#(\p{L}[\p{L}\p{N}\p{M}_/-]{0,63})/gu;

/** The `#tags` written in a document's text, outside code and link targets: lower case, sorted, each once. */
function inlineTags(body) {
  const found = new Set();
  for (const { type, lines } of blocks(body)) {
    if (type === 'code') continue;
    const text = lines
      .join('\n')
      .replace(CODE_SPANS, ' ')
      .replace(LINKS, (_, bang, label) => label)
      .replace(ADDRESS, ' ');
    for (const match of text.matchAll(TAG)) found.add(match[1].toLowerCase().replace(/[/-]+$/, ''));
  }
  return [...found].sort();
}

module.exports = { inlineTags };
