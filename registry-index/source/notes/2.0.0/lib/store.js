'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { TextDecoder } = require('node:util');
const { slugOf, tagOf } = require('./names.js');

const LARGEST = 1024 * 1024;
/** The folder of notes that do not say when they were made. */
const UNDATED = 'undated';
const FOLDER = /^(?:\d{4}|undated)$/;

/** What a user can put right; its message is shown as it is. */
class NoteError extends Error {}

/** `notes` in UDOS_HOME, which is `~/.udos` unless set. */
function notesFolder(env) {
  return path.resolve(env.UDOS_HOME || path.join(os.homedir(), '.udos'), 'notes');
}

/**
 * The notes: plain markdown files with front matter (`title`, `created`, `tags`) in a folder for each year, a note's id being
 * `<year>/<file name without .md>`. They are the user's own: any editor may change them, and a field or a line that is not known here survives.
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

  /**
   * All notes, or those in the folder of one year, newest first, then by id. One that cannot be read in full is listed with a
   * `problem`.
   */
  readAll(year) {
    const folders = this.#list('')
      .filter((entry) => entry.isDirectory() && FOLDER.test(entry.name))
      .map((entry) => entry.name)
      .filter((name) => year === undefined || name === year);
    return folders.flatMap((name) => this.#readFolder(name)).sort(newestFirst);
  }

  /** The notes that 1.x left directly in the folder. */
  readFlat() {
    return this.#readFolder('').sort(newestFirst);
  }

  /** How many notes 1.x left directly in the folder; opens none. */
  countFlat() {
    return this.#list('').filter(isNote).length;
  }

  #list(name) {
    try {
      return fs.readdirSync(path.join(this.folder, name), { withFileTypes: true });
    } catch (error) {
      if (error.code === 'ENOENT') return [];
      throw new NoteError(`cannot list ${path.join(this.folder, name)}: ${error.code}`);
    }
  }

  #readFolder(folder) {
    return this.#list(folder)
      .filter(isNote)
      .map((entry) => this.#read(folder, entry.name));
  }

  #read(folder, name) {
    const file = path.join(this.folder, folder, name);
    const base = name.slice(0, -3).normalize('NFC');
    const id = folder === '' ? base : `${folder}/${base}`;
    const note = {
      id,
      file,
      title: base,
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
    note.title = this.markdown.oneLine(textOf(data.title) || heading || base);
    note.created = /^\d{4}-\d{2}-\d{2}/.test(textOf(data.created)) ? textOf(data.created) : '';
    note.ownTags = [...new Set([data.tags ?? []].flat().map(tagOf).filter(Boolean))].sort();
    note.tags = [...new Set([...note.ownTags, ...this.markdown.inlineTags(body)])].sort();
    return note;
  }

  /**
   * The one note of that id, of that file name, or whose id or file name begins so.
   *
   * @throws NoteError when there is none, or when several fit
   */
  find(wanted) {
    const id = wanted.replace(/\.md$/, '').normalize('NFC');
    const notes = this.readAll();
    const nameOf = (note) => note.id.slice(note.id.indexOf('/') + 1);
    const tries = [
      (note) => note.id === id,
      (note) => nameOf(note) === id,
      (note) => id !== '' && (note.id.startsWith(id) || nameOf(note).startsWith(id)),
    ];
    const near = tries.map((fits) => notes.filter(fits)).find((fitting) => fitting.length > 0) ?? [];
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
   * Writes a new note and never over another: a taken name gets `-2`, `-3` …
   *
   * @param {{ title: string, created: string, year: string, tags: string[], body: string, name?: string }} note with `name`,
   *   exactly that file name
   * @returns its id
   * @throws NoteError when `name` is taken
   */
  create({ title, created, year, tags, body, name }) {
    const data = { title, created, ...(tags.length > 0 && { tags }) };
    const text = this.markdown.formatFrontMatter(data, body === '' ? '' : `\n${body.replace(/\n*$/, '\n')}`);
    if (Buffer.byteLength(text) > LARGEST) throw new NoteError('a note can hold at most 1 MiB');
    const folder = path.join(this.folder, year);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!fs.lstatSync(folder).isDirectory()) throw new NoteError(`${folder} is no plain folder`);
    const base = name ?? slugOf(title);
    for (let n = 1; n < 1000; n += 1) {
      const each = n === 1 ? base : `${base}-${n}`;
      try {
        fs.writeFileSync(path.join(folder, `${each}.md`), text, { flag: 'wx' });
        return `${year}/${each}`;
      } catch (error) {
        if (error.code !== 'EEXIST') throw new NoteError(`cannot write ${each}.md: ${error.code}`);
        if (name !== undefined) throw new NoteError(`${each}.md exists and is no plain file`);
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
    const fresh = path.join(path.dirname(note.file), `.${process.pid}-${Date.now()}.tmp`);
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
const newestFirst = (a, b) => compare(b.created, a.created) || compare(a.id, b.id);
const isNote = (entry) => entry.isFile() && /^[^.].*\.md$/s.test(entry.name);
const textOf = (value) => (typeof value === 'string' ? value : '');

module.exports = { NoteError, Store, UNDATED, notesFolder };
