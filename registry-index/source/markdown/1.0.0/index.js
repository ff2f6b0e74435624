'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { TextDecoder, parseArgs } = require('node:util');
const frontMatter = require('./lib/front-matter.js');
const { anchors, links, outline, plainText } = require('./lib/outline.js');
const { render } = require('./lib/render.js');
const { displayWidth, oneLine, stripControl, wrap } = require('./lib/text.js');
const manifest = require('./udos-plugin.json');

const LARGEST = 4 * 1024 * 1024;
const USAGE = `${manifest.name} ${manifest.version}: ${manifest.description}

Usage: node index.js COMMAND FILE [options]

  outline FILE [--json]           headings with their lines and anchors
  render FILE [--width COLUMNS]   the document as terminal text
  check FILE                      front matter, and links inside the file and to files beside it
  help                            this text

Exit codes: 0 done, 1 a problem was found or a file cannot be read, 2 usage.
`;

class UsageError extends Error {}

/** @throws Error, in words for the user, for a file that is not there, not text, or larger than 4 MiB */
function readDocument(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new Error(`cannot read ${file}: there is no such file`);
  if (!stat.isFile()) throw new Error(`cannot read ${file}: it is not a file`);
  if (stat.size > LARGEST) throw new Error(`cannot read ${file}: it is larger than 4 MiB`);
  const bytes = fs.readFileSync(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`cannot read ${file}: it is not UTF-8 text`);
  }
}

function decodeTarget(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * What is wrong with a document, by line: front matter that cannot be read, links to headings that it does not have, links to
 * files that are not there. Links with a scheme are not followed.
 *
 * @param {string} text the document
 * @param {(target: string) => boolean} fileExists told each relative target, decoded and without its `#…`
 * @returns {{ line: number, message: string }[]}
 */
function checkDocument(text, fileExists) {
  const problems = [];
  try {
    frontMatter.parseFrontMatter(text);
  } catch (error) {
    if (!(error instanceof frontMatter.FrontMatterError)) throw error;
    problems.push({ line: error.line, message: `front matter: ${error.message.replace(/^line \d+: /, '')}` });
  }
  const { body, bodyLine } = frontMatter.splitFrontMatter(text);
  const known = anchors(body);
  for (const { href, line } of links(body)) {
    if (href === '' || href.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(href)) continue;
    const at = line + bodyLine - 1;
    const [target, fragment = ''] = href.split('#').map(decodeTarget);
    if (target === '') {
      if (fragment !== '' && !known.has(fragment))
        problems.push({ line: at, message: `no heading #${fragment}` });
    } else if (!fileExists(target.split('?')[0])) problems.push({ line: at, message: `no file ${target}` });
  }
  return problems;
}

const COMMANDS = {
  outline(file, options, out) {
    const { body, bodyLine } = frontMatter.splitFrontMatter(readDocument(file));
    const headings = outline(stripControl(body)).map((each) => ({ ...each, line: each.line + bodyLine - 1 }));
    if (options.json) out(`${JSON.stringify(headings, null, 2)}\n`);
    else
      for (const { level, line, text, anchor } of headings)
        out(`${String(line).padStart(5)}  ${'  '.repeat(level - 1)}${text}  #${anchor}\n`);
    return 0;
  },
  render(file, options, out, { env, columns, isTerminal }) {
    const width = options.width === undefined ? Math.min(columns ?? 80, 100) : Number(options.width);
    if (!Number.isInteger(width) || width < 20 || width > 500)
      throw new UsageError('--width must be a whole number from 20 to 500');
    const { body } = frontMatter.splitFrontMatter(readDocument(file));
    out(render(body, { width, color: Boolean(isTerminal) && !env.NO_COLOR }));
    return 0;
  },
  check(file, options, out) {
    const folder = path.dirname(file);
    const problems = checkDocument(readDocument(file), (target) =>
      fs.existsSync(path.resolve(folder, target)),
    );
    for (const { line, message } of problems) out(`${oneLine(file)}:${line}: ${oneLine(message)}\n`);
    if (problems.length === 0) out(`${oneLine(file)}: no problems\n`);
    return problems.length === 0 ? 0 : 1;
  },
};
const OPTIONS = { outline: { json: { type: 'boolean' } }, render: { width: { type: 'string' } }, check: {} };

/** Runs one command line and returns its exit code; writes only through `io`. */
function run(argv, io) {
  const [command, ...rest] = argv;
  if (command === 'help' || command === '--help') {
    io.out(USAGE);
    return 0;
  }
  try {
    if (command === undefined) throw new UsageError('name a command');
    if (!Object.hasOwn(COMMANDS, command)) throw new UsageError(`there is no command "${command}"`);
    let parsed;
    try {
      parsed = parseArgs({ args: rest, options: OPTIONS[command], allowPositionals: true });
    } catch (error) {
      throw new UsageError(error.message);
    }
    if (parsed.positionals.length !== 1) throw new UsageError(`${command} takes one file`);
    return COMMANDS[command](parsed.positionals[0], parsed.values, io.out, io);
  } catch (error) {
    io.err(`markdown: ${oneLine(error.message)}\n`);
    if (!(error instanceof UsageError)) return 1;
    io.err(`\n${USAGE}`);
    return 2;
  }
}

module.exports = {
  FrontMatterError: frontMatter.FrontMatterError,
  parseFrontMatter: frontMatter.parseFrontMatter,
  formatFrontMatter: frontMatter.formatFrontMatter,
  splitFrontMatter: frontMatter.splitFrontMatter,
  checkDocument,
  displayWidth,
  links,
  oneLine,
  outline,
  plainText,
  render,
  run,
  stripControl,
  wrap,
};

if (require.main === module) {
  // A reader that stops early (`… | head`) is no failure.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = run(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    env: process.env,
    columns: process.stdout.columns,
    isTerminal: process.stdout.isTTY,
  });
}
