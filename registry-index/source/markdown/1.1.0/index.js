'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { TextDecoder, parseArgs } = require('node:util');
const frontMatter = require('./lib/front-matter.js');
const { anchors, links, outline, plainText } = require('./lib/outline.js');
const { render } = require('./lib/render.js');
const { search } = require('./lib/search.js');
const { inlineTags } = require('./lib/tags.js');
const { displayWidth, oneLine, stripControl, wrap } = require('./lib/text.js');
const manifest = require('./udos-plugin.json');

const LARGEST = 4 * 1024 * 1024;
const USAGE = `${manifest.name} ${manifest.version}: ${manifest.description}

Usage: node index.js COMMAND FILE… [options]

  outline FILE [--json]           headings with their lines and anchors
  render FILE [--width COLUMNS]   the document as terminal text
  search FILE… QUERY [--json]     the files that hold every word, "phrase" and #tag of QUERY, best first
  check FILE…                     front matter, and links to headings and to files, in this file and others
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
 * files that are not there, and with `readTarget` links to headings that another document does not have. Links with a scheme
 * are not followed.
 *
 * @param {string} text the document
 * @param {(target: string) => boolean} fileExists told each relative target, decoded and without its `#…`
 * @param {(target: string) => string | null} [readTarget] the text of another document, null for what is none
 * @returns {{ line: number, message: string }[]}
 */
function checkDocument(text, fileExists, readTarget = () => null) {
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
    const file = target.split('?')[0];
    if (file === '' && fragment === '') continue;
    if (file === '') {
      if (!known.has(fragment)) problems.push({ line: at, message: `no heading #${fragment}` });
    } else if (!fileExists(file)) problems.push({ line: at, message: `no file ${file}` });
    else if (fragment !== '') {
      const other = readTarget(file);
      if (other !== null && !anchors(frontMatter.splitFrontMatter(other).body).has(fragment))
        problems.push({ line: at, message: `no heading #${fragment} in ${file}` });
    }
  }
  return problems;
}

/** Another document that a link names, or null for what is no markdown or cannot be read. */
function readTarget(file) {
  if (!/\.(?:md|markdown)$/i.test(file)) return null;
  try {
    return readDocument(file);
  } catch {
    return null;
  }
}

const COMMANDS = {
  outline([file, ...more], options, { out }) {
    if (file === undefined || more.length > 0) throw new UsageError('outline takes one file');
    const { body, bodyLine } = frontMatter.splitFrontMatter(readDocument(file));
    const headings = outline(stripControl(body)).map((each) => ({ ...each, line: each.line + bodyLine - 1 }));
    if (options.json) out(`${JSON.stringify(headings, null, 2)}\n`);
    else
      for (const { level, line, text, anchor } of headings)
        out(`${String(line).padStart(5)}  ${'  '.repeat(level - 1)}${text}  #${anchor}\n`);
    return 0;
  },
  render([file, ...more], options, { out, env, columns, isTerminal }) {
    if (file === undefined || more.length > 0) throw new UsageError('render takes one file');
    const width = options.width === undefined ? Math.min(columns ?? 80, 100) : Number(options.width);
    if (!Number.isInteger(width) || width < 20 || width > 500)
      throw new UsageError('--width must be a whole number from 20 to 500');
    const { body } = frontMatter.splitFrontMatter(readDocument(file));
    out(render(body, { width, color: Boolean(isTerminal) && !env.NO_COLOR }));
    return 0;
  },
  search(operands, options, { out }) {
    if (operands.length < 2)
      throw new UsageError('search takes one or more files, then the query in one argument');
    const offsets = new Map();
    const documents = operands.slice(0, -1).map((file) => {
      const { body, bodyLine } = frontMatter.splitFrontMatter(readDocument(file));
      offsets.set(file, bodyLine - 1);
      return { id: file, title: outline(body)[0]?.text ?? '', body };
    });
    const found = search(documents, operands.at(-1)).map(({ id, line, ...rest }) => ({
      file: id,
      line: line === null ? null : line + offsets.get(id),
      ...rest,
    }));
    if (options.json) out(`${JSON.stringify(found, null, 2)}\n`);
    else
      for (const { file, line, excerpt } of found)
        out(`${oneLine(file)}${line === null ? '' : `:${line}: ${excerpt}`}\n`);
    return 0;
  },
  check(files, options, { out }) {
    if (files.length === 0) throw new UsageError('check takes one or more files');
    let found = 0;
    for (const file of files) {
      const at = (target) => path.resolve(path.dirname(file), target);
      const problems = checkDocument(
        readDocument(file),
        (target) => fs.existsSync(at(target)),
        (target) => readTarget(at(target)),
      );
      for (const { line, message } of problems) out(`${oneLine(file)}:${line}: ${oneLine(message)}\n`);
      if (problems.length === 0) out(`${oneLine(file)}: no problems\n`);
      found += problems.length;
    }
    return found === 0 ? 0 : 1;
  },
};
const JSON_OPTION = { json: { type: 'boolean' } };
const OPTIONS = {
  outline: JSON_OPTION,
  render: { width: { type: 'string' } },
  search: JSON_OPTION,
  check: {},
};

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
    return COMMANDS[command](parsed.positionals, parsed.values, io);
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
  updateFrontMatter: frontMatter.updateFrontMatter,
  checkDocument,
  displayWidth,
  inlineTags,
  links,
  oneLine,
  outline,
  plainText,
  render,
  run,
  search,
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
