import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runWithFault, type FaultKind, type FaultPlan } from '../kit/faults.js';
import type { Machine } from '../kit/machine.js';
import type { Result } from '../kit/run.js';

/** One of two places in which faults are tried at the same time. What is in it can be put back as it was. */
export interface Lane {
  readonly machine: Machine;
  /** Everything that the command may change, the machine's own folder among it. */
  readonly folders: readonly string[];
}

export interface WalkedCommand<State, L extends Lane = Lane> {
  readonly args: readonly string[];
  /** The exit status of the failing command; a step that need not succeed may let it pass. */
  readonly failsWith: Readonly<Record<'disk' | 'network', number>>;
  /** What of a lane has to be old or new; asked before and after a run without a fault. */
  observe(lane: L): State | Promise<State>;
  /** Proves that what the fault left is the old state or the new one, or becomes one with the next command. */
  judge(lane: L, round: Round<State>): Promise<void>;
}

export interface Round<State> {
  readonly old: State;
  readonly new: State;
  readonly plan: FaultPlan;
  readonly result: Result;
  /** Counts the rounds of this walk, so that they can take turns in how they go on. */
  readonly number: number;
}

const everyStep = process.env.UDOS_FAULTS === 'every';
const seed = Number(process.env.UDOS_FAULTS_SEED ?? 226);
const errorsOf: Readonly<Record<'disk' | 'network', readonly FaultKind[]>> = {
  disk: ['EIO', 'ENOSPC', 'EACCES'],
  network: ['ECONNRESET', 'ETIMEDOUT'],
};

/**
 * Tries faults over a whole command: some, spread evenly, or one of each kind at every step with `UDOS_FAULTS=every`.
 *
 * @param rounds how many to try on the disk and in the network, when not all.
 */
export async function walk<State, L extends Lane>(
  lanes: readonly L[],
  command: WalkedCommand<State, L>,
  rounds: { readonly disk: number; readonly network: number },
): Promise<void> {
  const known = await Promise.all(lanes.map((lane) => runWhole(lane, command)));
  const report = known[0]?.report;
  assert.ok(report);
  const plans = (['disk', 'network'] as const).flatMap((on) => plansFor(on, report[on], rounds[on]));
  const waiting = plans.map((plan, number) => ({ plan, number }));
  let injected = 0;
  await Promise.all(
    known.map(async ({ lane, saved, ...states }) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const isHit = await tryFault(lane, command, { ...states, ...next });
        injected += isHit ? 1 : 0;
        saved.restore();
      }
    }),
  ).finally(() => (waiting.length = 0));
  console.log(
    `      ${command.args.join(' ')}: ${report.disk} steps on the disk, ${report.network} in the network; ` +
      `${injected} of ${plans.length} faults met a step, all survived (seed ${seed})`,
  );
  assert.ok(injected * 4 >= plans.length * 3, 'too few faults met a step');
}

/** Runs the command without a fault, to learn how many steps it takes and what it leads to, and puts the lane back. */
async function runWhole<State, L extends Lane>(lane: L, command: WalkedCommand<State, L>) {
  const saved = save(lane);
  const old = await command.observe(lane);
  const { status, stderr, report } = await runWithFault(lane.machine, {}, ...command.args);
  assert.equal(status, 0, stderr);
  const after = await command.observe(lane);
  saved.restore();
  return { lane, saved, report, old, new: after };
}

/** @returns false when the command ended before that step. */
async function tryFault<State, L extends Lane>(
  lane: L,
  command: WalkedCommand<State, L>,
  round: Omit<Round<State>, 'result'>,
): Promise<boolean> {
  const { plan } = round;
  const result = await runWithFault(lane.machine, plan, ...command.args);
  const { hit } = result.report;
  try {
    const failure = command.failsWith[plan.on === 'network' ? 'network' : 'disk'];
    const allowed: (number | null)[] = hit === null ? [0] : plan.how === 'kill' ? [null] : [0, failure];
    assert.ok(
      allowed.includes(result.status),
      `exit ${String(result.status)}: ${result.stdout}${result.stderr}`,
    );
    lane.machine.expireLocks();
    await command.judge(lane, { ...round, result });
  } catch (error) {
    const what = `after ${JSON.stringify(plan)} at "${hit ?? 'no step'}" of ${command.args.join(' ')} (seed ${seed})`;
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return hit !== null;
}

function plansFor(on: 'disk' | 'network', steps: number, rounds: number): FaultPlan[] {
  const errors = errorsOf[on];
  const error = (at: number): FaultKind => errors[at % errors.length] ?? 'EIO';
  if (everyStep) {
    return Array.from({ length: steps }, (_, index) => index + 1).flatMap((at) => [
      { on, at, how: 'kill' as const },
      { on, at, how: error(at) },
    ]);
  }
  const count = Math.min(rounds, steps);
  const stride = steps / count;
  return Array.from({ length: count }, (_, index) => {
    const at = 1 + (Math.floor(index * stride + ((seed * 7919) % Math.max(1, Math.floor(stride)))) % steps);
    return { on, at, how: index % 2 === 0 ? 'kill' : error(at + index) };
  });
}

interface Saved {
  restore(): void;
}

/** Receipts go by the root's own path, so a state is put back where it was, and never used anywhere else. */
function save({ machine, folders }: Lane): Saved {
  const copy = `${path.dirname(machine.home)}.saved`;
  const keep = (from: string, to: string) => {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  };
  folders.forEach((folder, index) => keep(folder, path.join(copy, String(index))));
  return {
    restore: () => folders.forEach((folder, index) => keep(path.join(copy, String(index)), folder)),
  };
}
