'use strict';

const { blocks } = require('./blocks.js');
const { CODE, LINK, plainInline } = require('./inline.js');

const CODE_SPANS = new RegExp(CODE.replace('\\4', '\\1'), 'gu');
const LINKS = new RegExp(LINK, 'gu');
const DEFINITION = /^ {0,3}\[([^\]]{1,200})\]:[ \t]+<?([^\s<>]+)>?/;
const HTML_ANCHOR = /<[a-z][a-z0-9]{0,9}\s[^<>]{0,200}?\b(?:id|name)=["']([^"'<>\s]{1,200})["']/gi;

/**
 * A document's headings in order. `anchor` is what `#…` links name: lower case, letters, digits, `-` and `_`, spaces as `-`,
 * and `-1`, `-2` … added to repeated ones, as the large git hosts do.
 *
 * @returns {{ level: number, text: string, line: number, anchor: string }[]}
 */
function outline(body) {
  const used = new Set();
  return blocks(body)
    .filter((block) => block.type === 'heading')
    .map(({ level, line, lines }) => {
      const text = plainInline(lines[0]);
      const base = text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
        .replace(/ /g, '-');
      let anchor = base;
      for (let n = 1; used.has(anchor); n += 1) anchor = `${base}-${n}`;
      used.add(anchor);
      return { level, text, line, anchor };
    });
}

/** The text a reader sees, one line a block; code is kept, marks, rules and link targets are not. */
function plainText(body) {
  return blocks(body)
    .map(({ type, lines }) => {
      if (type === 'code') return lines.join('\n');
      if (type === 'quote') return plainText(lines.join('\n'));
      return plainInline(lines.filter(Boolean).join(' '));
    })
    .filter(Boolean)
    .join('\n');
}

/** Every link and image target that stands outside code, reference definitions too, with its line. */
function links(body) {
  return blocks(body).flatMap(({ type, line, lines }) => {
    if (type === 'code' || type === 'rule') return [];
    if (type === 'quote')
      return links(lines.join('\n')).map((link) => ({ ...link, line: link.line + line - 1 }));
    const text = lines.join('\n').replace(CODE_SPANS, (code) => code.replace(/[^\n]/g, ' '));
    const inText = [...text.matchAll(LINKS)].map((match) => ({
      href: match[3],
      line: line + text.slice(0, match.index).split('\n').length - 1,
    }));
    const defined = text.split('\n').flatMap((each, offset) => {
      const href = DEFINITION.exec(each)?.[2];
      return href === undefined ? [] : [{ href, line: line + offset }];
    });
    return [...inText, ...defined].sort((a, b) => a.line - b.line);
  });
}

/** Every name that a `#…` link into the document may use: its headings and the ids of HTML in it. */
function anchors(body) {
  const html = blocks(body)
    .filter((block) => block.type !== 'code')
    .flatMap((block) => [...block.lines.join('\n').matchAll(HTML_ANCHOR)].map((match) => match[1]));
  return new Set([...outline(body).map((heading) => heading.anchor), ...html]);
}

module.exports = { anchors, links, outline, plainText };
