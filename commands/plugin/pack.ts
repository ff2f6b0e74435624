import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { pluginCheckView } from '../../src/cli/views/plugin-check.js';
import { packPluginFile, type PluginPackResult } from '../../src/operations/plugin-pack.js';

export default class PluginPack extends BaseCommand<PluginPackResult> {
  static override summary = 'Write the artifact of a plugin.';
  static override description = 'The same files give the same bytes, on every machine.';
  static override examples = [
    '<%= config.bin %> plugin pack',
    '<%= config.bin %> plugin pack plugins/notes --output notes.tgz',
  ];
  static override args = { folder: Args.string({ description: 'The folder of the plugin.', default: '.' }) };
  static override flags = {
    output: Flags.string({
      char: 'o',
      description: 'The file to write; by default <publisher>-<name>-<version>.tgz.',
    }),
  };

  protected override async execute(): Promise<PluginPackResult> {
    const { args, flags } = await this.parse(PluginPack);
    return packPluginFile(this.context, args.folder, flags.output);
  }

  protected override view(result: PluginPackResult): string {
    return `${pluginCheckView(result)}\n  written to ${result.artifact}`;
  }
}
