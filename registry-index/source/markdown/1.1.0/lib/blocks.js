'use strict';

const FENCE = /^[ \t]*(`{3,}|~{3,})[ \t]*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?=[ \t]|$)(.*)$/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const ITEM = /^([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+(?=\S)(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
// Deeper nesting reads as this deep, so that a line of `>` cannot exhaust whoever cuts quotes again.
const DEEPEST_QUOTE = /^((?: {0,3}> ?){15})(?: {0,3}> ?)+/;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;

const indentOf = (text) => text.replaceAll('\t', '    ').length;

/**
 * Cuts markdown into blocks, each with the line it begins on (from 1). Quotes hold the lines without their `>`: they can be
 * cut again.
 *
 * A practical subset of CommonMark: headings of both kinds, fenced and indented code, lists, quotes, rules, tables (kept as
 * they are), paragraphs. Every input gives some blocks; nothing is refused.
 *
 * @returns {{ type: 'heading' | 'code' | 'item' | 'quote' | 'rule' | 'table' | 'paragraph', line: number, lines: string[],
 *   level?: number, marker?: string, indent?: number, language?: string }[]}
 */
function blocks(body) {
  const lines = body.split(/\r?\n/);
  const found = [];
  let open = null; // the paragraph, item or quote that a following plain line continues
  let index = 0;

  const start = (type, content, extra) => {
    const block = { type, line: index + 1, lines: content, ...extra };
    found.push(block);
    return block;
  };

  for (; index < lines.length; index += 1) {
    const text = lines[index];
    if (text.trim() === '') {
      open = null;
      continue;
    }
    const fence = FENCE.exec(text);
    if (fence !== null) {
      const block = start('code', [], { language: fence[2].trim() });
      const isEnd = (line) => line.trim().startsWith(fence[1]) && /^(`+|~+)$/.test(line.trim());
      while (index + 1 < lines.length && !isEnd(lines[index + 1])) block.lines.push(lines[(index += 1)]);
      index += 1;
      open = null;
      continue;
    }
    const heading = HEADING.exec(text);
    if (heading !== null) {
      start('heading', [withoutClosing(heading[2])], { level: heading[1].length });
      open = null;
      continue;
    }
    const underline = UNDERLINE.exec(text);
    if (underline !== null && open?.type === 'paragraph') {
      Object.assign(open, {
        type: 'heading',
        level: underline[1][0] === '=' ? 1 : 2,
        lines: [open.lines.join(' ').trim()],
      });
      open = null;
      continue;
    }
    if (RULE.test(text)) {
      start('rule', []);
      open = null;
      continue;
    }
    const quote = QUOTE.exec(text.replace(DEEPEST_QUOTE, '$1'));
    if (quote !== null) {
      if (open?.type === 'quote') open.lines.push(quote[1]);
      else open = start('quote', [quote[1]]);
      continue;
    }
    const item = ITEM.exec(text);
    if (item !== null && (indentOf(item[1]) < 4 || isInList(found))) {
      open = start('item', [item[3]], { marker: item[2], indent: indentOf(item[1]) });
      continue;
    }
    if (open === null && /^(?: {4}|\t)/.test(text)) {
      if (isInList(found)) {
        found.at(-1).lines.push('', text.trim());
        open = found.at(-1);
        continue;
      }
      const previous = found.at(-1);
      if (previous?.type === 'code' && previous.indented) {
        const gap = index + 1 - previous.line - previous.lines.length;
        for (let blank = 0; blank < gap; blank += 1) previous.lines.push('');
        previous.lines.push(text.replace(/^(?: {4}|\t)/, ''));
      } else start('code', [text.replace(/^(?: {4}|\t)/, '')], { language: '', indented: true });
      continue;
    }
    if (/^\s*\|/.test(text) && (open === null || open.type === 'table')) {
      if (open === null) open = start('table', [text.trim()]);
      else open.lines.push(text.trim());
      continue;
    }
    if (open !== null && open.type !== 'table') open.lines.push(text.trim());
    else open = start('paragraph', [text.trim()]);
  }
  return found;
}

const isInList = (found) => found.at(-1)?.type === 'item';

/** A heading's text without the `##` that may close it. */
function withoutClosing(text) {
  const trimmed = text.trim();
  const bare = trimmed.replace(/#+$/, '');
  return bare === '' || /[ \t]$/.test(bare) ? bare.trim() : trimmed;
}

module.exports = { blocks };
