'use strict';

const { dateOf } = require('./names.js');

/** What `--json` tells of a note. */
const summary = ({ id, title, created, tags }) => ({ id, title, created, tags });

/** When a note was made, as a local date; blank when it does not say. */
function dayOf({ created }) {
  const time = new Date(created);
  return created.length > 10 && !Number.isNaN(time.valueOf()) ? dateOf(time) : created.slice(0, 10);
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

module.exports = { print, printJson, printLines, printRaw, summary, warn };
