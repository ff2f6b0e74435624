'use strict';

const { blocks } = require('./blocks.js');
const { inlineTags } = require('./tags.js');
const { oneLine } = require('./text.js');

const WEIGHTS = { title: 6, tags: 4, heading: 3, text: 1 };
const LONGEST_EXCERPT = 160;

/** Text as it is compared: lower case, accents dropped, compatibility forms unified. */
const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const words = (text) => fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];

/**
 * Reads a query: words, `"several words"` that must stand together, and `#tag`.
 *
 * @returns {{ terms: string[], phrases: string[], tags: string[] }} all folded
 */
function parseQuery(query) {
  const phrases = [];
  const tags = [];
  const rest = query
    .replace(/"([^"]*)"/g, (_, phrase) => {
      if (words(phrase).length > 0) phrases.push(words(phrase).join(' '));
      return ' ';
    })
    .replace(/(?<!\S)#(\S+)/gu, (_, tag) => {
      tags.push(fold(tag));
      return ' ';
    });
  return { terms: [...new Set(words(rest))], phrases, tags };
}

/** A document cut into weighted pieces, each with its line. */
function piecesOf({ title = '', tags = [], body = '' }) {
  const pieces = [
    { weight: WEIGHTS.title, text: title },
    { weight: WEIGHTS.tags, text: tags.join(' ') },
  ];
  for (const { type, line, lines } of blocks(body))
    lines.forEach((text, offset) => {
      const inCode = type === 'code' ? 1 : 0;
      pieces.push({
        weight: WEIGHTS[type === 'heading' ? 'heading' : 'text'],
        text,
        line: line + offset + inCode,
      });
    });
  return pieces.map((piece) => ({ ...piece, words: words(piece.text) }));
}

/** How well one word answers a term: whole, at its beginning, inside it, or not. */
function closeness(word, term) {
  if (word === term) return 1;
  if (word.startsWith(term)) return 0.6;
  return word.includes(term) ? 0.3 : 0;
}

function countsOf(pieces, terms) {
  return terms.map((term) => {
    let count = 0;
    for (const { weight, words: found } of pieces)
      for (const word of found) count += weight * closeness(word, term);
    return count;
  });
}

function excerptOf(pieces, needles) {
  let best = null;
  for (const piece of pieces) {
    if (piece.line === undefined) continue;
    const folded = piece.words.join(' ');
    const hits = needles.filter((needle) => folded.includes(needle)).length;
    if (hits > 0 && hits > (best?.hits ?? 0)) best = { hits, piece };
  }
  if (best === null) return { line: null, excerpt: '' };
  const text = Array.from(oneLine(best.piece.text));
  const excerpt =
    text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT - 1).join('')}…` : text.join('');
  return { line: best.piece.line, excerpt };
}

/**
 * The documents that hold everything a query asks for, best first (BM25; titles, tags and headings count more than text, whole
 * words more than parts of words). Equals are in the order of their ids, so the same input gives the same answer.
 *
 * `line` is that of the best line of `body`, from 1; null when only title or tags match. An empty query finds nothing.
 *
 * @param {{ id: string, title?: string, tags?: string[], body?: string }[]} documents
 * @returns {{ id: string, score: number, line: number | null, excerpt: string }[]}
 */
function search(documents, query) {
  const { terms, phrases, tags } = parseQuery(query);
  if (terms.length + phrases.length + tags.length === 0) return [];
  const all = documents.map((document) => {
    const pieces = piecesOf(document);
    return {
      id: document.id,
      pieces,
      tags: new Set([...(document.tags ?? []), ...inlineTags(document.body ?? '')].map(fold)),
      length: pieces.reduce((sum, piece) => sum + piece.words.length, 0),
      counts: countsOf(pieces, terms),
    };
  });
  const average = all.reduce((sum, each) => sum + each.length, 0) / all.length || 1;
  const rarity = terms.map((_, term) => {
    const holders = all.filter((each) => each.counts[term] > 0).length;
    return Math.log(1 + (all.length - holders + 0.5) / (holders + 0.5));
  });
  const holdsPhrase = (pieces, phrase) =>
    pieces.some((piece) => ` ${piece.words.join(' ')} `.includes(` ${phrase} `));
  return all
    .filter(
      (each) =>
        each.counts.every((count) => count > 0) &&
        tags.every((tag) => each.tags.has(tag)) &&
        phrases.every((phrase) => holdsPhrase(each.pieces, phrase)),
    )
    .map((each) => {
      const damping = 1.2 * (0.25 + (0.75 * each.length) / average);
      const score = each.counts.reduce(
        (sum, count, term) => sum + (rarity[term] * count * 2.2) / (count + damping),
        0,
      );
      return {
        id: each.id,
        score: Math.round(score * 1e6) / 1e6,
        ...excerptOf(each.pieces, [...phrases, ...terms]),
      };
    })
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

module.exports = { search };
