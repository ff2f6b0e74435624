import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { initPlugin, type PluginInitResult } from '../../src/operations/plugin-init.js';

export default class PluginInit extends BaseCommand<PluginInitResult> {
  static override summary = 'Begin a plugin.';
  static override description =
    'Writes a small plugin that works, with its test, and that can be published as it is.';
  static override examples = [
    '<%= config.bin %> plugin init ada/notes',
    '<%= config.bin %> plugin init ada/notes plugins/notes',
  ];
  static override args = {
    name: Args.string({ description: 'publisher/name', required: true }),
    folder: Args.string({ description: 'The folder to make; by default the name.' }),
  };

  protected override async execute(): Promise<PluginInitResult> {
    const { args } = await this.parse(PluginInit);
    return initPlugin(this.context, args.name, args.folder);
  }

  protected override view(result: PluginInitResult): string {
    return [
      `${result.name} begins in ${result.folder}:`,
      ...result.files.map((file) => `  ${file}`),
      '',
      'Next: look at udos-plugin.json, then `udos plugin check` and `udos publish` in that folder.',
    ].join('\n');
  }
}
