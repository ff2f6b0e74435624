import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { planFlags, rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { installView } from '../src/cli/views/change.js';
import { describePlan } from '../src/cli/views/plan.js';
import { install, type InstallResult } from '../src/operations/install.js';

export default class Install extends BaseCommand<InstallResult> {
  static override summary = 'Install what is locked.';
  static override description = `Exactly the releases of udos-lock.json. Without that file, or when udos.json asks for something else, releases are chosen and it is written.

Where CI=true is set, --frozen is implied.`;
  static override examples = [
    '<%= config.bin %> install',
    '<%= config.bin %> install --frozen',
    '<%= config.bin %> install --no-frozen',
    '<%= config.bin %> install --repair --dry-run',
    '<%= config.bin %> install --global --root /opt/udos --yes',
  ];
  static override flags = {
    ...rootFlags,
    ...planFlags,
    frozen: Flags.boolean({
      description: 'Install what is locked or fail; change no file of the project.',
      allowNo: true,
    }),
    repair: Flags.boolean({ description: 'Unpack every locked plugin again.' }),
  };

  protected override async execute(): Promise<InstallResult> {
    const { flags } = await this.parse(Install);
    const frozen = flags.frozen as boolean | undefined;
    return install(this.context, {
      global: flags.global,
      root: flags.root,
      yes: flags.yes,
      dryRun: flags['dry-run'],
      frozen: frozen ?? this.context.env.CI === 'true',
      repair: flags.repair,
      describe: describePlan,
    });
  }

  protected override view(result: InstallResult, screen: Screen): string {
    return installView(result, screen);
  }
}
