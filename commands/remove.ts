import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { planFlags, rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { changeView } from '../src/cli/views/change.js';
import { describePlan } from '../src/cli/views/plan.js';
import type { ChangeResult } from '../src/operations/add.js';
import { remove } from '../src/operations/remove.js';

export default class Remove extends BaseCommand<ChangeResult> {
  static override summary = 'Take plugins out of the project.';
  static override description =
    'And whatever nothing needs any more. Reaches no network: what stays, stays as it is.';
  static override examples = [
    '<%= config.bin %> remove ada/notes ada/tasks',
    '<%= config.bin %> remove ada/notes --dry-run',
    '<%= config.bin %> remove ada/notes --global --root /opt/udos --yes',
  ];
  static override strict = false;
  static override args = {
    names: Args.string({ description: 'publisher/name, one or more', required: true }),
  };
  static override flags = { ...rootFlags, ...planFlags };

  protected override async execute(): Promise<ChangeResult> {
    const { argv, flags } = await this.parse(Remove);
    return remove(this.context, argv.map(String), {
      global: flags.global,
      root: flags.root,
      yes: flags.yes,
      dryRun: flags['dry-run'],
      describe: describePlan,
    });
  }

  protected override view(result: ChangeResult, screen: Screen): string {
    return changeView(result, screen);
  }
}
