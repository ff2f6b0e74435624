'use strict';

const { parseArgs } = require('node:util');
const { json, line, page, safe } = require('./lib/format.js');
const { measure, readCounters, thisMachine } = require('./lib/measure.js');
const manifest = require('./udos-plugin.json');

const USAGE = `${manifest.name} ${manifest.version}: ${manifest.description}

Usage: node index.js COMMAND [options]

  snapshot [--top N] [--sort cpu|memory] [--json]
      processor, load, memory, disks, uptime and the N busiest processes (5), once
  watch [--interval SECONDS] [--count N] [--json]
      one line each interval (2 seconds), N times or until stopped; with --json one JSON document a line
  help
      this text

Exit codes: 0 done, 1 it could not be done, 2 usage.
`;
const SNAPSHOT_MS = 250;

/** A command line that cannot be understood. */
class UsageError extends Error {}

/** @throws UsageError unless `text` is a decimal number from `least` to `most`, a whole one if `whole` */
function numberFrom(name, text, { least, most, whole = false }) {
  const value = Number(text);
  const shape = whole ? /^\d{1,9}$/ : /^\d{1,9}(?:\.\d{1,6})?$/;
  if (!shape.test(text) || value < least || value > most)
    throw new UsageError(
      `--${name} must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not "${text}"`,
    );
  return value;
}

const COMMANDS = {
  async snapshot(options, io) {
    const top = numberFrom('top', options.top ?? '5', { least: 0, most: 100, whole: true });
    const sort = options.sort ?? 'cpu';
    if (sort !== 'cpu' && sort !== 'memory') throw new UsageError('--sort must be cpu or memory');
    const before = readCounters(io.machine, { processes: top > 0 });
    await io.machine.sleep(SNAPSHOT_MS);
    const after = readCounters(io.machine, { processes: top > 0 });
    const sample = measure(io.machine, before, after, { top, sort });
    io.out(options.json ? `${json(sample, 2)}\n` : page(sample));
    return 0;
  },

  async watch(options, io) {
    const seconds = numberFrom('interval', options.interval ?? '2', { least: 0.1, most: 86400 });
    const count =
      options.count === undefined
        ? Infinity
        : numberFrom('count', options.count, { least: 1, most: 1e9 - 1, whole: true });
    let before = readCounters(io.machine, { processes: false });
    for (let done = 0; done < count && !io.isStopped(); done += 1) {
      await io.machine.sleep(seconds * 1000);
      const after = readCounters(io.machine, { processes: false });
      const sample = measure(io.machine, before, after, { top: 0, sort: 'cpu' });
      io.out(options.json ? `${json(sample)}\n` : line(sample));
      before = after;
    }
    return 0;
  },
};

const flag = { type: 'boolean' };
const text = { type: 'string' };
const OPTIONS = {
  snapshot: { top: text, sort: text, json: flag },
  watch: { interval: text, count: text, json: flag },
};

function parseLine(command, args) {
  try {
    return parseArgs({ args, options: OPTIONS[command] }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/**
 * Runs one command line and gives its exit code. `io`: `out`, `err`, `isStopped()` (nobody reads any more), `machine`.
 */
async function run(argv, io) {
  const [command, ...args] = argv;
  if (command === 'help' || command === '--help') {
    io.out(USAGE);
    return 0;
  }
  if (command === undefined || !Object.hasOwn(COMMANDS, command)) {
    io.err(
      `monitor: ${command === undefined ? 'name a command' : `there is no command "${safe(command)}"`}\n\n${USAGE}`,
    );
    return 2;
  }
  try {
    return await COMMANDS[command](parseLine(command, args), io);
  } catch (error) {
    io.err(`monitor: ${safe(error.message)}\n`);
    if (!(error instanceof UsageError)) return 1;
    io.err('Every command and option: help\n');
    return 2;
  }
}

module.exports = { run };

if (require.main === module) {
  let isStopped = false;
  // A reader that stops early (`… | head`) is no failure.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    isStopped = true;
  });
  const io = {
    out: (output) => process.stdout.write(output),
    err: (output) => process.stderr.write(output),
    isStopped: () => isStopped,
    machine: thisMachine(),
  };
  run(process.argv.slice(2), io).then((code) => {
    process.exitCode = code;
  });
}
