import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { initProject, type InitResult } from '../src/operations/init.js';

export default class Init extends BaseCommand<InitResult> {
  static override summary = 'Begin a project in this folder.';
  static override description =
    'Writes an udos.json that asks for nothing yet. Commit it, and later udos-lock.json beside it.';
  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init --global'];
  static override flags = {
    global: Flags.boolean({ char: 'g', description: "Begin the machine's own project instead." }),
  };

  protected override async execute(): Promise<InitResult> {
    const { flags } = await this.parse(Init);
    return initProject(this.context, { global: flags.global });
  }

  protected override view(result: InitResult): string {
    return `Wrote ${result.file}.\nNext: \`udos registry add ALIAS URL --id udr1…\`, then \`udos add publisher/name\`.`;
  }
}
