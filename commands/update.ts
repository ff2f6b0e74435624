import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { planFlags, rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { changeView } from '../src/cli/views/change.js';
import { describePlan } from '../src/cli/views/plan.js';
import type { ChangeResult } from '../src/operations/add.js';
import { update } from '../src/operations/update.js';

export default class Update extends BaseCommand<ChangeResult> {
  static override summary = 'Move plugins to newer releases.';
  static override description =
    'All, or the named ones, as far as the ranges of udos.json allow. Shows what is new in every version between.';
  static override examples = [
    '<%= config.bin %> update',
    '<%= config.bin %> update ada/notes --latest',
    '<%= config.bin %> update --dry-run',
    '<%= config.bin %> update --global --root /opt/udos --yes',
  ];
  static override strict = false;
  static override args = { names: Args.string({ description: 'publisher/name; by default all' }) };
  static override flags = {
    ...rootFlags,
    ...planFlags,
    latest: Flags.boolean({ description: 'Widen the ranges of udos.json to the newest releases first.' }),
  };

  protected override async execute(): Promise<ChangeResult> {
    const { argv, flags } = await this.parse(Update);
    return update(this.context, argv.map(String), {
      global: flags.global,
      root: flags.root,
      yes: flags.yes,
      dryRun: flags['dry-run'],
      latest: flags.latest,
      describe: describePlan,
    });
  }

  protected override view(result: ChangeResult, screen: Screen): string {
    return changeView(result, screen);
  }
}
