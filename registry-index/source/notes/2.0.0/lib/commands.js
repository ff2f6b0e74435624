'use strict';

const { brokenLinks, moveNote, planMigration, removeEmptyFolders } = require('./migration.js');
const { NoteError } = require('./store.js');
const { clockOf, dateOf, tagOf } = require('./names.js');
const { print, printJson, printLines, printRaw, summary, warn } = require('./printing.js');

/** A command line that cannot be understood. */
class UsageError extends Error {}

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
    const now = io.now();
    const created = now.toISOString();
    const year = dateOf(now).slice(0, 4);
    const tags = [...new Set(tagsFrom(options.tag))].sort();
    io.out(`${store.create({ title, created, year, tags, body })}\n`);
    return 0;
  },

  list(operands, options, store, io) {
    if (operands.length > 0) throw new UsageError('list takes no operands');
    if (options.year !== undefined && !/^(?:\d{4}|undated)$/.test(options.year))
      throw new UsageError('--year must be four digits, or undated');
    const all = store.readAll(options.year);
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
    const query = operands.join(' ').trim();
    if (query === '') throw new UsageError('search takes words, "phrases" and #tags');
    const limit = limitFrom(options.limit);
    const all = store.readAll();
    const notes = new Map(all.map((note) => [note.id, note]));
    const found = io.markdown
      .search(all, query)
      .slice(0, limit)
      .map(({ id, line, ...rest }) => {
        const note = notes.get(id);
        return { ...summary(note), ...rest, line: line === null ? null : line + note.bodyLine - 1 };
      });
    if (options.json) printJson(found, io);
    else
      for (const { id, title, line, excerpt } of found) {
        io.out(`${io.markdown.oneLine(id)}  ${title}\n`);
        if (line !== null) io.out(`  ${line}: ${excerpt}\n`);
      }
    warn(all, io);
    return 0;
  },

  tag(operands, options, store, io) {
    const add = tagsFrom(options.add);
    const remove = tagsFrom(options.remove);
    if (add.length + remove.length === 0) throw new UsageError('tag takes --add TAG or --remove TAG');
    const both = add.find((tag) => remove.includes(tag));
    if (both !== undefined) throw new UsageError(`cannot both add and remove ${both}`);
    const note = store.find(one('tag', operands));
    const tags = new Set([...note.ownTags, ...add]);
    for (const tag of remove) {
      if (!tags.delete(tag) && note.tags.includes(tag))
        throw new NoteError(`#${tag} stands in the text of ${note.id}; take it away there`);
    }
    store.setTags(note, [...tags].sort());
    io.out(
      `${io.markdown.oneLine(note.id)}${[...tags]
        .sort()
        .map((tag) => ` #${tag}`)
        .join('')}\n`,
    );
    return 0;
  },

  tags(operands, options, store, io) {
    if (operands.length > 0) throw new UsageError('tags takes no operands');
    const all = store.readAll();
    const counts = new Map();
    for (const tag of all.flatMap((note) => note.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    if (options.json) printJson(Object.fromEntries(sorted), io);
    else for (const [tag, count] of sorted) io.out(`${String(count).padStart(5)}  #${tag}\n`);
    warn(all, io);
    return 0;
  },

  today(operands, options, store, io) {
    const now = io.now();
    const name = dateOf(now);
    const year = name.slice(0, 4);
    const entry = io.markdown.oneLine(operands.join(' '));
    const note = store.get(`${year}/${name}`);
    if (entry === '') {
      if (note === null) io.out(`Nothing yet on ${name}. Add a line: today TEXT\n`);
      else print(note, io);
      return 0;
    }
    const line = `- ${clockOf(now)} ${entry}`;
    if (note !== null) store.append(note, line);
    else {
      const created = now.toISOString();
      store.create({ name, year, title: name, created, tags: ['journal'], body: line });
    }
    io.out(`${year}/${name}\n`);
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

  migrate(operands, options, store, io) {
    if (operands.length > 0) throw new UsageError('migrate takes no operands');
    const moves = planMigration(store, options.back);
    if (moves.length === 0) {
      io.out('Nothing to move.\n');
      return 0;
    }
    const moved = moves.filter((move) => {
      const problem = options.yes ? moveNote(store, move) : null;
      const line = io.markdown.oneLine(`${move.note.id} -> ${move.to}`);
      if (problem === null) io.out(`${line}\n`);
      else io.err(`notes: ${line}: ${problem}\n`);
      return problem === null;
    });
    if (options.yes && options.back) removeEmptyFolders(moves);
    for (const { id, line, href, instead } of brokenLinks(moved, io.markdown))
      io.err(
        `notes: ${io.markdown.oneLine(`${id}, line ${line}: the link ${href} must become ${instead}`)}\n`,
      );
    if (options.yes) io.out(`Moved ${moved.length} of ${moves.length}.\n`);
    else io.out(`Would move ${moved.length}; add --yes to do it.\n`);
    return moved.length === moves.length ? 0 : 1;
  },
};

const flag = { type: 'boolean' };
const text = { type: 'string' };
const tag = { type: 'string', multiple: true };

/** The options of each command, for `parseArgs`. */
const options = {
  add: { tag, text },
  list: { tag, year: text, limit: text, json: flag },
  show: { raw: flag, json: flag },
  path: {},
  search: { limit: text, json: flag },
  tag: { add: tag, remove: tag },
  tags: { json: flag },
  today: {},
  remove: { yes: flag },
  export: { format: text },
  migrate: { back: flag, yes: flag },
};

module.exports = { UsageError, commands, options };
