'use strict';

const fs = require('node:fs');
const { parseArgs } = require('node:util');
const { UsageError, commands, options } = require('./lib/commands.js');
const { loadMarkdown } = require('./lib/markdown.js');
const { Store, notesFolder } = require('./lib/store.js');
const manifest = require('./udos-plugin.json');

const USAGE = `${manifest.name} ${manifest.version}: ${manifest.description}

Usage: node index.js COMMAND [options]

  add TITLE… [--tag TAG]… [--text TEXT]     write a note; --text - takes the text from standard input
  list [--tag TAG]… [--limit N] [--json]    all notes, newest first
  show ID [--raw | --json]                  one note; the beginning of an id is enough when only one fits
  path [ID]                                 where a note, or the folder of all, lies: for your editor
  search QUERY… [--limit N] [--json]        by words, "phrases" and #tags, best first
  tag ID [--add TAG]… [--remove TAG]…       change a note's tags
  tags [--json]                             all tags, with how many notes have them
  today [TEXT…]                             add a line to today's note, or show it
  remove ID --yes                           delete a note
  export [--format json|markdown]           everything, to standard output
  help                                      this text

Notes are markdown files in $UDOS_HOME/notes (~/.udos/notes). They are yours: edit them as you like.
Exit codes: 0 done, 1 it could not be done, 2 usage.
`;

const CONTROL = /[^\P{Cc}\n]/gu;

function parseLine(command, args) {
  try {
    return parseArgs({ args, options: options[command], allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/**
 * Runs one command line and returns its exit code. `io`: `out`, `err`, `env`, `now()`, `readInput()`, `columns`, `isTerminal`.
 */
function run(argv, io) {
  const [command, ...args] = argv;
  const say = (text) => io.err(`notes: ${text.replace(CONTROL, '')}\n`);
  if (command === 'help' || command === '--help') {
    io.out(USAGE);
    return 0;
  }
  if (command === undefined || !Object.hasOwn(commands, command)) {
    say(command === undefined ? 'name a command' : `there is no command "${command}"`);
    io.err(`\n${USAGE}`);
    return 2;
  }
  try {
    const { positionals, values } = parseLine(command, args);
    const markdown = loadMarkdown();
    const width = Math.max(20, Math.min(io.columns ?? 80, 100));
    const session = { ...io, markdown, width, color: Boolean(io.isTerminal) && !io.env.NO_COLOR };
    return commands[command](positionals, values, new Store(notesFolder(io.env), markdown), session);
  } catch (error) {
    say(error.message);
    if (!(error instanceof UsageError)) return 1;
    io.err('Every command and option: help\n');
    return 2;
  }
}

module.exports = { run };

if (require.main === module) {
  // A reader that stops early (`… | head`) is no failure.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = run(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    env: process.env,
    now: () => new Date(),
    readInput: () => fs.readFileSync(process.stdin.fd, 'utf8'),
    columns: process.stdout.columns,
    isTerminal: process.stdout.isTTY,
  });
}
