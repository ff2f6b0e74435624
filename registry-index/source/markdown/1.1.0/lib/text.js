'use strict';

const ESC = String.fromCharCode(0x1b);
const BEL = String.fromCharCode(0x07);
// CSI (colours, cursor), OSC and its relatives (titles, links, clipboard), and two-character escapes.
const TERMINAL_SEQUENCE = new RegExp(
  `${ESC}(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|[ -/]*[0-~])`,
  'g',
);
const STYLE = new RegExp(`${ESC}\\[[0-9;]*m`, 'g');
const CONTROL = /[^\P{Cc}\n\t]/gu;
const INVISIBLE = /[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/**
 * Returns `text` with nothing in it that could drive a terminal or reorder what is read: terminal sequences, control
 * characters other than newline and tab, direction marks and invisible tag characters are removed. Line ends become `\n`.
 */
function stripControl(text) {
  return String(text)
    .replace(/\r\n?/g, '\n')
    .replace(TERMINAL_SEQUENCE, '')
    .replace(CONTROL, '')
    .replace(INVISIBLE, '');
}

/** As `stripControl`, and on one line: for titles, names and messages. */
function oneLine(text) {
  return stripControl(text).replace(/\s+/g, ' ').trim();
}

/** How many terminal columns `text` takes, colours aside: wide characters count two, combining marks none. */
function displayWidth(text) {
  let columns = 0;
  for (const character of text.replace(STYLE, '')) {
    if (/[\p{M}\u200b-\u200d]/u.test(character)) continue;
    columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

/** Breaks `text` at spaces into lines of at most `width` columns. A word that is longer gets a line of its own. */
function wrap(text, width) {
  const lines = [];
  let line = '';
  let used = 0;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const columns = displayWidth(word);
    if (line && used + 1 + columns > width) {
      lines.push(line);
      line = '';
    }
    used = line ? used + 1 + columns : columns;
    line = line ? `${line} ${word}` : word;
  }
  if (line) lines.push(line);
  return lines;
}

module.exports = { displayWidth, oneLine, stripControl, wrap };
