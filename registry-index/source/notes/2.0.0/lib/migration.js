'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { UNDATED } = require('./store.js');

const withoutFolder = (id) => id.replace(/^[^/]*\//, '');

/**
 * Which notes would move where: from the one folder of 1.x into a folder for each year (`undated` for notes that do not say
 * when they were made), or with `back` the other way. Changes nothing.
 *
 * @returns {{ note: object, to: string }[]} `to` is the new id
 */
function planMigration(store, back) {
  if (back) return store.readAll().map((note) => ({ note, to: withoutFolder(note.id) }));
  return store.readFlat().map((note) => ({ note, to: `${note.created.slice(0, 4) || UNDATED}/${note.id}` }));
}

const split = (href) => /^([^?#]*)(.*)$/s.exec(href).slice(1);

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The links of the notes that move which would no longer lead to their file, with what to write instead. Links are the user's
 * text, so they are told and not changed.
 *
 * @returns {{ id: string, line: number, href: string, instead: string }[]} `id` and `line` are those after the move
 */
function brokenLinks(moves, markdown) {
  const destinations = new Map(moves.map(({ note, to }) => [`${note.id}.md`, `${to}.md`]));
  return moves.flatMap(({ note, to }) =>
    markdown.links(note.body).flatMap(({ href, line }) => {
      const [target, rest] = split(href);
      if (target === '' || target.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
      const old = path.posix.join(path.posix.dirname(note.id), decoded(target));
      const now = path.posix.relative(path.posix.dirname(to), destinations.get(old) ?? old);
      if (path.posix.join(now) === path.posix.join(decoded(target))) return [];
      return [{ id: to, line: line + note.bodyLine - 1, href, instead: encodeURI(now) + rest }];
    }),
  );
}

/**
 * Moves one note and never over another. A move that was cut short between its two steps is completed by the next one.
 *
 * @returns {string | null} why it stayed where it was
 */
function moveNote(store, { note, to }) {
  const target = path.join(store.folder, ...`${to}.md`.split('/'));
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
    try {
      addName(note.file, target);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!isSameText(note.file, target)) return 'that exists already';
    }
    fs.unlinkSync(note.file);
    return null;
  } catch (error) {
    return `it could not be moved: ${error.code}`;
  }
}

/** Gives a file a second name, where the file system can, else makes a copy; fails with EEXIST when the name is taken. */
function addName(file, target) {
  try {
    fs.linkSync(file, target);
  } catch (error) {
    if (error.code === 'EEXIST') throw error;
    const { atime, mtime } = fs.statSync(file);
    fs.copyFileSync(file, target, fs.constants.COPYFILE_EXCL);
    fs.utimesSync(target, atime, mtime);
  }
}

function isSameText(one, other) {
  return fs.lstatSync(other).isFile() && fs.readFileSync(one).equals(fs.readFileSync(other));
}

/** Takes away the folders of years that have become empty. */
function removeEmptyFolders(moves) {
  for (const folder of new Set(moves.map(({ note }) => path.dirname(note.file)))) {
    try {
      fs.rmdirSync(folder);
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    }
  }
}

module.exports = { brokenLinks, moveNote, planMigration, removeEmptyFolders };
