'use strict';

const { blocks } = require('./blocks.js');
const { spans } = require('./inline.js');
const { displayWidth, stripControl, wrap } = require('./text.js');

const ESC = String.fromCharCode(0x1b);
const CODES = { strong: [1, 22], em: [3, 23], strike: [9, 29], link: [4, 24], code: [36, 39], dim: [2, 22] };

/** Styles word by word, so that a line break or an indent inside stays unstyled. */
function painter(color) {
  return (style, text) => {
    if (!color) return text;
    const [on, off] = CODES[style];
    return text.replace(/\S+/g, (word) => `${ESC}[${on}m${word}${ESC}[${off}m`);
  };
}

function renderSpans(list, paint) {
  return list
    .map((span) => {
      if (span.type === 'text') return span.text;
      if (span.type === 'code') return paint('code', span.text);
      if (span.type === 'image') return `[image: ${span.text || span.href}]`;
      const inner = renderSpans(span.spans, paint);
      if (span.type !== 'link') return paint(span.type, inner);
      const text = renderSpans(span.spans, (style, value) => value);
      return text === span.href ? paint('link', inner) : `${paint('link', inner)} (${span.href})`;
    })
    .join('');
}

function renderBlock(block, width, color) {
  const paint = painter(color);
  const text = () => renderSpans(spans(block.lines.join('\n')), paint);
  switch (block.type) {
    case 'heading': {
      const lines = wrap(text(), width).map((line) => paint('strong', line));
      if (block.level > 2) return lines;
      const longest = Math.max(0, ...lines.map(displayWidth));
      return [...lines, paint('dim', (block.level === 1 ? '=' : '-').repeat(longest))];
    }
    case 'code':
      return block.lines.map((line) => `    ${paint('code', line)}`.trimEnd());
    case 'rule':
      return [paint('dim', '-'.repeat(Math.min(width, 40)))];
    case 'table':
      return block.lines;
    case 'quote':
      return renderLines(block.lines.join('\n'), width - 2, color).map((line) =>
        `${paint('dim', '|')} ${line}`.trimEnd(),
      );
    case 'item': {
      const task = /^\[([ xX])\] /.exec(block.lines[0]);
      const bullet = task
        ? `[${task[1].toLowerCase()}] `
        : /\d/.test(block.marker)
          ? `${block.marker} `
          : '* ';
      const content = [task ? block.lines[0].slice(4) : block.lines[0], ...block.lines.slice(1)].join('\n');
      const margin = ' '.repeat(Math.min(block.indent, Math.floor(width / 4)));
      const lines = wrap(renderSpans(spans(content), paint), width - margin.length - bullet.length);
      return lines.map(
        (line, index) => `${margin}${index === 0 ? bullet : ' '.repeat(bullet.length)}${line}`,
      );
    }
    default:
      return wrap(text(), width);
  }
}

function renderLines(body, width, color) {
  const lines = [];
  let previous = null;
  for (const block of blocks(body)) {
    if (previous !== null && !(previous === 'item' && block.type === 'item')) lines.push('');
    lines.push(...renderBlock(block, Math.max(width, 16), color));
    previous = block.type;
  }
  return lines;
}

/**
 * Markdown as text for a terminal, ending in a newline unless empty. Terminal sequences in `body` are removed first: the only
 * ones in the result are the styles added here, and none without `color`.
 *
 * @param {{ width?: number, color?: boolean }} [options] `width` in columns (80); code, tables and long words are not broken
 */
function render(body, { width = 80, color = false } = {}) {
  const lines = renderLines(stripControl(body).replaceAll('\t', '    '), width, color);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

module.exports = { render };
