import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { planFlags, rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { changeView } from '../src/cli/views/change.js';
import { describePlan } from '../src/cli/views/plan.js';
import { add, type ChangeResult } from '../src/operations/add.js';

export default class Add extends BaseCommand<ChangeResult> {
  static override summary = 'Add plugins to the project and install them.';
  static override description =
    'Chooses releases, shows who signed them and what they ask for, and writes udos.json and udos-lock.json. Without a range it asks for ^ of the newest release: later ones of the same major version will do, before 1.0.0 of the same minor version.';
  static override examples = [
    '<%= config.bin %> add ada/notes',
    '<%= config.bin %> add acme:ada/notes@^1.2 ada/tasks --yes',
    '<%= config.bin %> add ada/notes --dry-run',
    '<%= config.bin %> add ada/notes --global --root /opt/udos',
  ];
  static override strict = false;
  static override args = {
    specs: Args.string({ description: '[registry:]publisher/name[@range], one or more', required: true }),
  };
  static override flags = { ...rootFlags, ...planFlags };

  protected override async execute(): Promise<ChangeResult> {
    const { argv, flags } = await this.parse(Add);
    return add(this.context, argv.map(String), {
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
