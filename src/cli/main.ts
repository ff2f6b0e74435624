import { run } from '@oclif/core';
import { showFailure } from './failure.js';
import { Interruption, interruptionIn, type InterruptingSignal } from './interruption.js';
import { flushed, ignoreClosedReader } from './output.js';
import { currentSurroundings, withSurroundings, type Surroundings } from './surroundings.js';

/**
 * The whole command line as a function: runs the command that `argv` names, shows what there is to show in `surroundings`,
 * and settles with the exit status. It never rejects.
 *
 * @param entryUrl URL of a file of the package whose `package.json` lists the commands.
 * @param crash rejects on an error that no caller can catch.
 */
export function runCommandLine(
  argv: readonly string[],
  entryUrl: string,
  surroundings: Surroundings,
  crash?: Promise<never>,
): Promise<number> {
  return withSurroundings(surroundings, async () => {
    try {
      const command = run([...argv], entryUrl);
      await (crash === undefined ? command : Promise.race([command, crash]));
      return interruptionIn(undefined, surroundings.interruption.signal)?.exit ?? 0;
    } catch (error) {
      return showFailure(error, argv, entryUrl, surroundings);
    }
  });
}

/**
 * Runs udos as this process and ends it. SIGINT and SIGTERM abort the context's signal and leave the command time to clean
 * up; the second one ends the process at once.
 */
export async function main(argv: string[], entryUrl: string): Promise<void> {
  const surroundings = currentSurroundings();
  ignoreClosedReader(process.stdout);
  ignoreClosedReader(process.stderr);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interrupt(surroundings, signal));
  const status = await runCommandLine(argv, entryUrl, surroundings, nextCrash());
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(status);
}

function interrupt({ interruption, stderr }: Surroundings, by: InterruptingSignal): void {
  const reason = new Interruption(by);
  if (interruption.signal.aborted) process.exit(reason.exit);
  if (by === 'SIGINT' && stderr.isTTY === true)
    stderr.write('\nstopping; press Ctrl-C again to stop at once\n');
  interruption.abort(reason);
}

/** Also rejects when nothing is left to wait for, where Node would end the process with a status of its own. */
function nextCrash(): Promise<never> {
  return new Promise((_, reject) => {
    process.on('uncaughtException', reject);
    process.once('beforeExit', () => reject(new Error('the command waits for something that cannot happen')));
  });
}
