'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { TextDecoder } = require('node:util');
const { slugOf, tagOf } = require('./names.js');

const LARGEST = 1024 * 1024;

/** What a user can put right; its message is shown as it is. */
class NoteError extends Error {}

/** `notes` in UDOS_HOME, which is `~/.udos` unless set. */
function notesFolder(env) {
  return path.resolve(env.UDOS_HOME || path.join(os.homedir(), '.udos'), 'notes');
}

/**
 * The notes: plain markdown files with front matter (`title`, `created`, `tags`) in one folder, a note's id being its file name
 * without `.md`. They are the user's own: any editor may change them, and a field or a line that is not known here survives.
 *
 * A note's `tags` are those of its front matter (`ownTags`) and the `#tags` in its text.
 *
 * Paths are only ever made of names that the folder listed or that `slugOf` made. Links and other special files are no notes.
 */
class Store {
  constructor(folder, markdown) {
    this.folder = folder;
    this.markdown = markdown;
  }

  /** All notes, newest first, then by id. One that cannot be read in full is listed with a `problem`. */
  readAll() {
    let entries;
    try {
      entries = fs.readdirSync(this.folder, { withFileTypes: true });
    } catch (error) {
      if (error.code === 'ENOENT') return [];
      throw new NoteError(`cannot list ${this.folder}: ${error.code}`);
    }
    return entries
      .filter((entry) => entry.isFile() && /^[^.].*\.md$/s.test(entry.name))
      .map((entry) => this.#read(entry.name))
      .sort((a, b) => compare(b.created, a.created) || compare(a.id, b.id));
  }

  #read(name) {
    const file = path.join(this.folder, name);
    const id = name.slice(0, -3).normalize('NFC');
    const note = {
      id,
      file,
      title: id,
      created: '',
      tags: [],
      ownTags: [],
      body: '',
      bodyLine: 1,
      text: '',
      problem: null,
    };
    try {
      if (fs.statSync(file).size > LARGEST) return { ...note, problem: 'it is larger than 1 MiB' };
      note.text = new TextDecoder('utf-8', { fatal: true }).decode(fs.readFileSync(file));
    } catch (error) {
      return {
        ...note,
        problem: error instanceof TypeError ? 'it is not UTF-8 text' : `error ${error.code}`,
      };
    }
    const { body, bodyLine } = this.markdown.splitFrontMatter(note.text);
    Object.assign(note, { body, bodyLine });
    let data = {};
    try {
      data = this.markdown.parseFrontMatter(note.text).data;
    } catch (error) {
      if (!(error instanceof this.markdown.FrontMatterError)) throw error;
      note.problem = `its front matter cannot be read: ${error.message}`;
    }
    const heading = this.markdown.outline(body)[0]?.text;
    note.title = this.markdown.oneLine(textOf(data.title) || heading || id);
    note.created = /^\d{4}-\d{2}-\d{2}/.test(textOf(data.created)) ? textOf(data.created) : '';
    note.ownTags = [...new Set([data.tags ?? []].flat().map(tagOf).filter(Boolean))].sort();
    note.tags = [...new Set([...note.ownTags, ...this.markdown.inlineTags(body)])].sort();
    return note;
  }

  /**
   * The one note of that id, or whose id begins so.
   *
   * @throws NoteError when there is none, or when several begin so
   */
  find(wanted) {
    const id = wanted.replace(/\.md$/, '').normalize('NFC');
    const notes = this.readAll();
    const exact = notes.find((note) => note.id === id);
    if (exact !== undefined) return exact;
    const near = id === '' ? [] : notes.filter((note) => note.id.startsWith(id));
    if (near.length === 1) return near[0];
    if (near.length === 0) throw new NoteError(`there is no note "${wanted}"; "list" shows them all`);
    const some = near.slice(0, 5).map((note) => note.id);
    throw new NoteError(`"${wanted}" could be ${some.join(', ')}${near.length > 5 ? ' and others' : ''}`);
  }

  /** The note of exactly that id, or null. */
  get(id) {
    return this.readAll().find((note) => note.id === id) ?? null;
  }

  /**
   * Writes a new note and never over another: a taken id gets `-2`, `-3` …
   *
   * @param {{ title: string, created: string, tags: string[], body: string, id?: string }} note with `id`, exactly that one
   * @returns its id
   * @throws NoteError when `id` is taken
   */
  create({ title, created, tags, body, id }) {
    const data = { title, created, ...(tags.length > 0 && { tags }) };
    const text = this.markdown.formatFrontMatter(data, body === '' ? '' : `\n${body.replace(/\n*$/, '\n')}`);
    if (Buffer.byteLength(text) > LARGEST) throw new NoteError('a note can hold at most 1 MiB');
    fs.mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const base = id ?? slugOf(title);
    for (let n = 1; n < 1000; n += 1) {
      const name = n === 1 ? base : `${base}-${n}`;
      try {
        fs.writeFileSync(path.join(this.folder, `${name}.md`), text, { flag: 'wx' });
        return name;
      } catch (error) {
        if (error.code !== 'EEXIST') throw new NoteError(`cannot write ${name}.md: ${error.code}`);
        if (id !== undefined) throw new NoteError(`${name}.md exists and is no plain file`);
      }
    }
    throw new NoteError(`there are too many notes called ${base}`);
  }

  /** Adds lines at a note's end, and touches nothing before. */
  append(note, lines) {
    this.#refuseUnread(note);
    const gap = note.text === '' || note.text.endsWith('\n') ? '' : '\n';
    if (Buffer.byteLength(note.text) + Buffer.byteLength(lines) >= LARGEST)
      throw new NoteError(`${note.id} would be larger than 1 MiB`);
    fs.appendFileSync(note.file, `${gap}${lines}\n`);
  }

  /**
   * Replaces the tags of a note's front matter and leaves every other byte of the file. The new file takes the old one's place
   * in one step, so a reader sees one or the other.
   *
   * @throws NoteError when the front matter cannot be read
   */
  setTags(note, tags) {
    if (note.problem !== null) throw new NoteError(`cannot change ${note.id}: ${note.problem}`);
    const text = this.markdown.updateFrontMatter(note.text, { tags: tags.length > 0 ? tags : null });
    if (text === note.text) return;
    const fresh = path.join(this.folder, `.${process.pid}-${Date.now()}.tmp`);
    try {
      fs.writeFileSync(fresh, text, { flag: 'wx', mode: fs.statSync(note.file).mode });
      fs.renameSync(fresh, note.file);
    } catch (error) {
      fs.rmSync(fresh, { force: true });
      throw new NoteError(`cannot change ${note.id}: ${error.code}`);
    }
  }

  /** What could not be read must not be changed by guesswork. */
  #refuseUnread({ id, text, problem }) {
    if (problem !== null && text === '') throw new NoteError(`cannot change ${id}: ${problem}`);
  }

  /** Deletes a note's file. */
  remove(note) {
    fs.unlinkSync(note.file);
  }
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const textOf = (value) => (typeof value === 'string' ? value : '');

module.exports = { NoteError, Store, notesFolder };
