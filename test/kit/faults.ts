import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Machine } from './machine.js';
import type { Result } from './run.js';

const preload = pathToFileURL(path.join(import.meta.dirname, 'fault-preload.mjs')).href;

/**
 * What happens at a step: `kill -9`, in the middle of a write where it is one; `kill -STOP` before it; or the system error of
 * that name.
 */
export type FaultKind = 'kill' | 'stop' | 'EIO' | 'ENOSPC' | 'EACCES' | 'EROFS' | 'ECONNRESET' | 'ETIMEDOUT';

export interface FaultPlan {
  /** Which steps count: all that change the disk; of those the renames; whatever is sent and received. */
  readonly on?: 'disk' | 'rename' | 'network';
  /** The step, from 1. */
  readonly at?: number;
  readonly how?: FaultKind;
  /** Every later step fails, too. */
  readonly forGood?: boolean;
  /** Only steps on paths in this folder count. */
  readonly below?: string;
  /** Writes fail after so many bytes: how a full disk looks. */
  readonly quota?: number;
  /** Lets time pass so many times faster, so that a limit of half a minute is met in a second. */
  readonly hurry?: number;
}

export interface FaultReport {
  readonly pid: number;
  /** Steps that were taken or tried; renames count as steps of the disk, too. */
  readonly disk: number;
  readonly rename: number;
  readonly network: number;
  /** Bytes that files got. */
  readonly bytes: number;
  /** The step that failed first, in words; null when the command ended before it. */
  readonly hit: string | null;
}

let reports = 0;

/** Runs one command under a plan. An empty plan only counts. */
export async function runWithFault(
  machine: Machine,
  plan: FaultPlan,
  ...args: readonly string[]
): Promise<Result & { readonly report: FaultReport }> {
  const { run, file } = startWithFault(machine, plan, args);
  const result = await run.result;
  const report = readReport(file);
  if (report === undefined) throw new Error(`the fault plan was never loaded:\n${result.stderr}`);
  rmSync(file);
  return { ...result, report };
}

/**
 * Starts a command that the system stops before step `at` of those that `plan` counts, and comes back when it stands still.
 * Undefined when it ended before that step, which it must do well.
 */
export async function runUntilStopped(
  machine: Machine,
  plan: FaultPlan & { readonly at: number },
  ...args: readonly string[]
): Promise<{ goOn(): Promise<Result> } | undefined> {
  const { run, file } = startWithFault(machine, { ...plan, how: 'stop' }, args);
  const ended = run.result.then(() => true);
  for (;;) {
    const report = readReport(file);
    if (typeof report?.hit === 'string' && isStopped(report.pid)) {
      rmSync(file);
      return {
        goOn: () => {
          process.kill(report.pid, 'SIGCONT');
          return run.result;
        },
      };
    }
    if (await Promise.race([ended, new Promise<false>((resolve) => setImmediate(resolve, false))])) {
      await run.succeeds();
      return undefined;
    }
  }
}

function startWithFault(machine: Machine, plan: FaultPlan, args: readonly string[]) {
  reports += 1;
  const file = path.join(path.dirname(machine.home), `fault-report-${reports}.json`);
  // Other commands of this machine may start while this one runs.
  machine.environment.TEST_FAULT = JSON.stringify({ ...plan, report: file });
  machine.preload(preload);
  const run = machine.run(...args);
  machine.preload();
  delete machine.environment.TEST_FAULT;
  return { run, file };
}

/** Undefined before the first byte of it is there. */
function readReport(file: string): FaultReport | undefined {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text.endsWith('}') ? (JSON.parse(text) as FaultReport) : undefined;
}

/** As `/proc` says. */
function isStopped(pid: number): boolean {
  const file = `/proc/${pid}/status`;
  return existsSync(file) && /^State:\s+T/m.test(readFileSync(file, 'utf8'));
}
