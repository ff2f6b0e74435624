'use strict';

const KEY = /^([A-Za-z][A-Za-z0-9_-]*):(?:[ \t]+(.*))?$/s;
const ITEM = /^[ \t]*-(?:[ \t]+(.*))?$/s;
const BLANK = /^[ \t]*(?:#.*)?$/s;

/** Front matter that cannot be read; `line` counts from 1 at the top of the file. */
class FrontMatterError extends Error {
  constructor(line, message) {
    super(`line ${line}: ${message}`);
    this.name = 'FrontMatterError';
    this.line = line;
  }
}

/**
 * Cuts a document in two without judging what the front matter says.
 *
 * Front matter is a first line `---`, then lines, then a line `---`. A document that merely begins with a horizontal rule has
 * none: the first line that is not blank or a comment must look like `key:`.
 *
 * @returns {{ head: string[] | null, body: string, bodyLine: number }} `bodyLine`: the line of the file that `body` begins on
 */
function splitFrontMatter(text) {
  const source = text.replace(/^\ufeff/, '');
  const lines = source.split(/\r?\n/);
  const whole = { head: null, body: source, bodyLine: 1 };
  if (lines[0].trimEnd() !== '---') return whole;
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  if (end < 0) return whole;
  const head = lines.slice(1, end);
  const first = head.find((line) => !BLANK.test(line));
  if (first !== undefined && !KEY.test(first)) return whole;
  return { head, body: lines.slice(end + 1).join('\n'), bodyLine: end + 2 };
}

/** One value in YAML's plain, 'single' or "double" quotes. No guessing of types: `no` and `1.0` stay the text they are. */
function readScalar(text, line) {
  const value = text.trim();
  if (value.startsWith('"')) {
    const quoted = /^"(?:[^"\\]|\\.)*"/.exec(value)?.[0];
    if (quoted === undefined || !BLANK.test(value.slice(quoted.length)))
      throw new FrontMatterError(line, 'a double quote is not closed, or text follows it');
    try {
      return JSON.parse(quoted);
    } catch {
      throw new FrontMatterError(line, 'the text in double quotes holds an escape that is not known');
    }
  }
  if (value.startsWith("'")) {
    const quoted = /^'((?:[^']|'')*)'(.*)$/.exec(value);
    if (quoted === null || !BLANK.test(quoted[2]))
      throw new FrontMatterError(line, 'a single quote is not closed, or text follows it');
    return quoted[1].replaceAll("''", "'");
  }
  if (/^[{}[\]&*!|>%@`]/.test(value))
    throw new FrontMatterError(line, `a value cannot begin with ${value[0]}; put it in double quotes`);
  return value.replace(/(?:^|[ \t]+)#.*$/, '');
}

function readInlineList(text, line) {
  const inner = /^\[(.*)\]$/s.exec(text.trim());
  if (inner === null)
    throw new FrontMatterError(line, 'a list that begins with [ must end with ] on the same line');
  const items = inner[1].match(/(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,"']|["'])+/g) ?? [];
  return items
    .map((item) => {
      if (/^[^"']*[[\]]/.test(item))
        throw new FrontMatterError(line, 'a list item with [ or ] needs double quotes');
      return readScalar(item, line);
    })
    .filter((item) => item !== '');
}

/**
 * The fields of a head in order, each with the head's lines that it spans (`from` up to, without, `to`).
 *
 * @throws FrontMatterError for anything but `key: text`, `key: [a, b]` and a list of `- text` lines below its key
 */
function readEntries(head) {
  const entries = [];
  head.forEach((text, index) => {
    const line = index + 2;
    if (BLANK.test(text)) return;
    const last = entries.at(-1);
    const item = ITEM.exec(text);
    if (item !== null) {
      if (last === undefined || (last.value !== '' && !Array.isArray(last.value)) || last.inline)
        throw new FrontMatterError(line, 'a list item stands below no key');
      last.value = [...last.value, readScalar(item[1] ?? '', line)];
      last.to = index + 1;
      return;
    }
    const field = KEY.exec(text);
    if (field === null) throw new FrontMatterError(line, 'expected "key: value" or a list item');
    const [, key, raw = ''] = field;
    if (entries.some((entry) => entry.key === key))
      throw new FrontMatterError(line, `the key ${key} stands twice`);
    const list = raw.trimStart().startsWith('[');
    const value = list ? readInlineList(raw, line) : readScalar(raw, line);
    entries.push({ key, value, inline: list, from: index, to: index + 1 });
  });
  return entries;
}

/**
 * Reads a document's front matter: each value is a string or a list of strings.
 *
 * @returns {{ data: Record<string, string | string[]>, body: string, bodyLine: number }} `data` is empty without front matter,
 *   and has no prototype
 * @throws FrontMatterError naming the line
 */
function parseFrontMatter(text) {
  const { head, body, bodyLine } = splitFrontMatter(text);
  const data = Object.create(null);
  for (const { key, value } of readEntries(head ?? [])) data[key] = value;
  return { data, body, bodyLine };
}

const PLAIN = /^[\p{L}(][^\p{C}\u2028\u2029]*$/u;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?$/;
const OTHER_TYPE = /^(?:true|false|yes|no|on|off|y|n|null|nan|inf)$/i;

function formatScalar(text, inList) {
  const plain =
    DATE.test(text) ||
    (PLAIN.test(text) &&
      !OTHER_TYPE.test(text) &&
      text === text.trim() &&
      !/:(?:\s|$)|\s#/.test(text) &&
      !(inList && /[,[\]{}"']/.test(text)));
  return plain ? text : JSON.stringify(text);
}

/**
 * One line for each field. What `parseFrontMatter` reads back equals what was given, and other YAML readers see the same text.
 *
 * @throws TypeError for a key that is no plain name, or a value that is neither a string nor a list of non-empty strings
 */
function formatFields(data) {
  return Object.entries(data).map(([key, value]) => {
    if (!KEY.test(`${key}:`)) throw new TypeError(`not a front matter key: ${key}`);
    if (typeof value === 'string') return `${key}: ${formatScalar(value, false)}`;
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'string' || item === ''))
      throw new TypeError(`the value of ${key} must be a string or a list of non-empty strings`);
    return `${key}: [${value.map((item) => formatScalar(item, true)).join(', ')}]`;
  });
}

/** A whole document: front matter for `data`, then `body` as it is. */
function formatFrontMatter(data, body) {
  return ['---', ...formatFields(data), '---', body].join('\n');
}

module.exports = {
  FrontMatterError,
  formatFields,
  formatFrontMatter,
  parseFrontMatter,
  readEntries,
  splitFrontMatter,
};
