'use strict';

const { NoteError } = require('./store.js');
const { clockOf, dateOf, tagOf } = require('./names.js');

/** A command line that cannot be understood. */
class UsageError extends Error {}

const summary = ({ id, title, created, tags }) => ({ id, title, created, tags });

/** When a note was made, as a local date; blank when it does not say. */
function dayOf({ created }) {
  const time = new Date(created);
  return created.length > 10 && !Number.isNaN(time.valueOf()) ? dateOf(time) : created.slice(0, 10);
}

function tagsFrom(texts = []) {
  return texts.map((text) => {
    const tag = tagOf(text);
    if (tag === null)
      throw new UsageError(`"${text}" cannot be a tag: use letters, digits, "-", "_" and "/"`);
    return tag;
  });
}

function one(command, operands) {
  if (operands.length !== 1) throw new UsageError(`${command} takes one note's id`);
  return operands[0];
}

function limitFrom(text) {
  if (text === undefined) return Infinity;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError('--limit must be a whole number above 0');
  return Number(text);
}

/** A note's own bytes: as they are into a file or a pipe, without control characters onto a terminal. */
function printRaw(text, io) {
  io.out(io.isTerminal ? io.markdown.stripControl(text) : text);
}

function printJson(value, io) {
  printRaw(`${JSON.stringify(value, null, 2)}\n`, io);
}

/** What stands in the way of reading some notes in full goes to the error output, so that a list stays a list. */
function warn(notes, { err, markdown }) {
  for (const { id, problem } of notes)
    if (problem !== null) err(`notes: ${markdown.oneLine(`${id}: ${problem}`)}\n`);
}

function printLines(notes, io) {
  const width = Math.max(0, ...notes.map(({ id }) => io.markdown.displayWidth(io.markdown.oneLine(id))));
  for (const note of notes) {
    const id = io.markdown.oneLine(note.id);
    const gap = ' '.repeat(width - io.markdown.displayWidth(id));
    const tags = note.tags.map((tag) => ` #${tag}`).join('');
    io.out(`${dayOf(note).padEnd(10)}  ${id}${gap}  ${note.title}${tags}\n`);
  }
}

function print(note, io) {
  const { markdown } = io;
  const rule = '='.repeat(Math.min(markdown.displayWidth(note.title), io.width));
  const about = [dayOf(note), ...note.tags.map((tag) => `#${tag}`)].filter(Boolean).join(' ');
  io.out(`${note.title}\n${rule}\n${about}${about && '\n'}\n`);
  io.out(markdown.render(note.body, { width: io.width, color: io.color }));
}

/**
 * The commands: operands, options, the store, and `io` (`out`, `err`, `isTerminal`, `now`, `readInput`, `width`, `color`, `markdown`)
 * in; an exit code out.
 *
 * @throws UsageError | NoteError
 */
const commands = {
  add(operands, options, store, io) {
    const title = io.markdown.oneLine(operands.join(' '));
    if (title === '') throw new UsageError('add takes a title');
    const body = options.text === '-' ? io.readInput() : (options.text ?? '');
    const created = io.now().toISOString();
    const tags = [...new Set(tagsFrom(options.tag))].sort();
    io.out(`${store.create({ title, created, tags, body })}\n`);
    return 0;
  },

  list(operands, options, store, io) {
    if (operands.length > 0) throw new UsageError('list takes no operands');
    const all = store.readAll();
    const tags = tagsFrom(options.tag);
    const found = all
      .filter((note) => tags.every((tag) => note.tags.includes(tag)))
      .slice(0, limitFrom(options.limit));
    if (options.json) printJson(found.map(summary), io);
    else printLines(found, io);
    warn(all, io);
    return 0;
  },

  show(operands, options, store, io) {
    const note = store.find(one('show', operands));
    if (options.raw) printRaw(note.text, io);
    else if (options.json) printJson({ ...summary(note), body: note.body }, io);
    else print(note, io);
    warn([note], io);
    return 0;
  },

  path(operands, options, store, io) {
    if (operands.length > 1) throw new UsageError('path takes at most one id');
    printRaw(`${operands.length === 0 ? store.folder : store.find(operands[0]).file}\n`, io);
    return 0;
  },

  search(operands, options, store, io) {
    const words = operands.join(' ').toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) throw new UsageError('search takes one or more words');
    const all = store.readAll();
    const found = all.filter((note) => {
      const text = [note.title, note.tags.join(' '), note.body].join('\n').toLowerCase();
      return words.every((word) => text.includes(word));
    });
    if (options.json) printJson(found.map(summary), io);
    else printLines(found, io);
    warn(all, io);
    return 0;
  },

  today(operands, options, store, io) {
    const now = io.now();
    const id = dateOf(now);
    const entry = io.markdown.oneLine(operands.join(' '));
    const note = store.get(id);
    if (entry === '') {
      if (note === null) io.out(`Nothing yet on ${id}. Add a line: today TEXT\n`);
      else print(note, io);
      return 0;
    }
    const line = `- ${clockOf(now)} ${entry}`;
    if (note === null)
      store.create({ id, title: id, created: now.toISOString(), tags: ['journal'], body: line });
    else store.append(note, line);
    io.out(`${id}\n`);
    return 0;
  },

  remove(operands, options, store, io) {
    const id = one('remove', operands);
    const note = store.get(id);
    if (note === null) throw new NoteError(`there is no note of exactly the id "${id}"`);
    if (!options.yes) throw new UsageError(`this would delete ${note.file}; add --yes to do it`);
    store.remove(note);
    io.out(`removed ${id}\n`);
    return 0;
  },

  export(operands, options, store, io) {
    const format = options.format ?? 'json';
    if (operands.length > 0) throw new UsageError('export takes no operands and writes to standard output');
    if (format !== 'json' && format !== 'markdown') throw new UsageError('--format must be json or markdown');
    const notes = store.readAll().reverse();
    if (format === 'json')
      printJson({ notes: notes.map((note) => ({ ...summary(note), body: note.body })) }, io);
    else printRaw(notes.map((note) => `# ${note.title}\n\n${note.body.trim()}\n`).join('\n'), io);
    warn(notes, io);
    return notes.some((note) => note.problem !== null) ? 1 : 0;
  },
};

const flag = { type: 'boolean' };
const text = { type: 'string' };
const tag = { type: 'string', multiple: true };

/** The options of each command, for `parseArgs`. */
const options = {
  add: { tag, text },
  list: { tag, limit: text, json: flag },
  show: { raw: flag, json: flag },
  path: {},
  search: { json: flag },
  today: {},
  remove: { yes: flag },
  export: { format: text },
};

module.exports = { UsageError, commands, options };
