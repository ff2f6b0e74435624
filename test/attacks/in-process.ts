import assert from 'node:assert/strict';
import { UdosError } from '../../src/errors/index.js';
import {
  add,
  addRegistry,
  info,
  initProject,
  install,
  remove,
  update,
  type Context,
} from '../../src/index.js';
import type { TestClock } from '../kit/clock.js';
import { testContext } from '../kit/context.js';
import type { Machine } from '../kit/machine.js';

/**
 * Does on a machine what its commands do, through the library and on the same files, without the start of a process: for
 * what comes before an attack and after it. Attacks themselves go against the built binary.
 */
export class InProcess {
  readonly #context: Context;

  constructor(machine: Machine, clock: TestClock) {
    this.#context = testContext({ home: machine.home, cwd: machine.project }, clock);
  }

  async begin(registry: { alias: string; url: string; id: string }): Promise<void> {
    await initProject(this.#context, { global: false });
    await this.addRegistry(registry);
  }

  async addRegistry(registry: {
    alias: string;
    url: string;
    id: string;
    mirrors?: readonly string[];
  }): Promise<void> {
    await addRegistry(this.#context, { mirrors: [], internal: false, place: {}, ...registry });
  }

  async run(command: string, ...args: readonly string[]): Promise<void> {
    const options = { dryRun: false, yes: args.includes('--yes'), describe: () => '' };
    const context = this.#context;
    if (command === 'add') await add(context, args, options);
    else if (command === 'remove') await remove(context, args, options);
    else if (command === 'info') await info(context, args[0] ?? '', {});
    else if (command === 'update')
      await update(
        context,
        args.filter((one) => !one.startsWith('-')),
        { ...options, latest: false },
      );
    else if (command === 'install') await install(context, { ...options, frozen: args.includes('--frozen') });
    else throw new Error(`${command} is not done in process`);
  }
}

/** The error that `work` ends with. */
export async function failureOf(work: Promise<unknown>): Promise<UdosError> {
  const error = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UdosError, String(error));
  return error;
}
