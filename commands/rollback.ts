import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { planFlags, rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { describePlan } from '../src/cli/views/plan.js';
import { earlierStatesView, rolledBackView } from '../src/cli/views/rollback.js';
import { rollback, type RolledBack } from '../src/operations/rollback.js';
import { listEarlierStates, type EarlierState } from '../src/operations/rollback-list.js';

export interface RollbackResult {
  /** What was done; null under --list. */
  readonly done: RolledBack | null;
  /** Under --list, the earlier states, newest first. */
  readonly states: readonly EarlierState[];
}

export default class Rollback extends BaseCommand<RollbackResult> {
  static override summary = 'Bring back what the project had before.';
  static override description = `Before the last change of udos.json or udos-lock.json; each further time, one state further back. What you leave is kept, and --to brings it back. The newest ten states are kept.

Works without a network from what this machine has: every signature is checked as ever. A registry is asked only for what is missing here, and never with --offline.`;
  static override examples = [
    '<%= config.bin %> rollback',
    '<%= config.bin %> rollback --list',
    '<%= config.bin %> rollback --to 3 --dry-run',
    '<%= config.bin %> rollback --global --root /opt/udos --yes',
  ];
  static override flags = {
    ...rootFlags,
    ...planFlags,
    list: Flags.boolean({ description: 'Show the earlier states, and change nothing.' }),
    to: Flags.integer({
      description: 'Go to the state of this number.',
      min: 1,
      helpValue: 'N',
      exclusive: ['list'],
    }),
  };

  protected override async execute(): Promise<RollbackResult> {
    const { flags } = await this.parse(Rollback);
    const { global, root, to, yes } = flags;
    if (flags.list) return { done: null, states: await listEarlierStates(this.context, flags) };
    const options = { global, root, to, yes, dryRun: flags['dry-run'], describe: describePlan };
    return { done: await rollback(this.context, options), states: [] };
  }

  protected override view({ done, states }: RollbackResult, screen: Screen): string {
    return done === null ? earlierStatesView(states, screen) : rolledBackView(done, screen);
  }
}
