import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parsers } from './parsers.js';
import type { Parser } from './parser.js';
import { grownFields, shapesFor } from './worst-cases.js';

const child = fileURLToPath(new URL('worst-cases-child.ts', import.meta.url));
/** A parser that says nothing for so long is stuck: the process is ended. */
const patience = 100_000;
const mostCpu = 2000;

interface Report {
  readonly parser: string;
  readonly inputs: number;
  readonly faults: readonly string[];
  readonly slowest: { readonly milliseconds: number; readonly input: string };
}

const countFor = (parser: Parser) => shapesFor(parser).length + grownFields(parser).length;
const total = parsers.reduce((sum, parser) => sum + countFor(parser), 0);

describe(`${total} inputs of a mebibyte, made to be slow`, () => {
  let reports: ReadonlyMap<string, Report>;
  before(async function () {
    // The watchdog decides, not the clock of one hook.
    this.timeout(0);
    reports = await watched();
  });

  for (const parser of parsers)
    it(`${parser.name}: takes each in its stride`, () => {
      const report = reports.get(parser.name);
      assert.ok(report, 'the process ended, or was stuck, before it got here');
      assert.deepEqual(report.faults, []);
      assert.equal(report.inputs, countFor(parser));
      const { milliseconds, input } = report.slowest;
      assert.ok(milliseconds < mostCpu, `${input}: ${milliseconds} ms of CPU time`);
    });
});

async function watched(): Promise<ReadonlyMap<string, Report>> {
  const process_ = spawn(process.execPath, ['--import', 'tsx', child], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => process_.kill('SIGKILL');
  let watchdog = setTimeout(kill, patience);
  const reports = new Map<string, Report>();
  for await (const line of createInterface(process_.stdout)) {
    const report = JSON.parse(line) as Report;
    reports.set(report.parser, report);
    clearTimeout(watchdog);
    watchdog = setTimeout(kill, patience);
  }
  clearTimeout(watchdog);
  return reports;
}
