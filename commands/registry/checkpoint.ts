import { Flags } from '@oclif/core';
import { afterFlag, indexFlags, keyFlags } from '../../src/cli/author-flags.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { keptBackLines } from '../../src/cli/views/kept-back.js';
import { checkpointRegistry, type CheckpointResult } from '../../src/operations/registry-checkpoint.js';

export default class RegistryCheckpoint extends BaseCommand<CheckpointResult> {
  static override summary = 'Publish what is on main.';
  static override description = `Runs every check of a client, writes the sums, catalogue and log, signs the next checkpoint, and moves the branch published. What fails a check stays at its last good bytes and is named.

Push the branch published afterwards.`;
  static override examples = [
    '<%= config.bin %> registry checkpoint',
    '<%= config.bin %> registry checkpoint --index acme --key ci --days 30',
    '<%= config.bin %> registry checkpoint --after 41',
  ];
  static override flags = {
    ...indexFlags,
    ...keyFlags,
    ...afterFlag,
    days: Flags.integer({
      description: 'How long it lasts; by default a year for one person, 30 days for a team.',
      min: 1,
      max: 3660,
    }),
  };

  protected override async execute(): Promise<CheckpointResult> {
    const { flags } = await this.parse(RegistryCheckpoint);
    const { index, days, after } = flags;
    return checkpointRegistry(this.context, { index, keys: flags.key ?? [], days, after });
  }

  protected override view(result: CheckpointResult): string {
    return [
      `Checkpoint ${result.sequence} is signed and lasts until ${result.expires}. Push the branch published.`,
      ...keptBackLines(result.keptBack),
    ].join('\n');
  }
}
