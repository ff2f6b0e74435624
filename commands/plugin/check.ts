import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { pluginCheckView } from '../../src/cli/views/plugin-check.js';
import { checkPlugin, type PluginCheckResult } from '../../src/operations/plugin-check.js';

export default class PluginCheck extends BaseCommand<PluginCheckResult> {
  static override summary = 'See whether a plugin can be published.';
  static override description =
    'Judges the manifest, the licence, the files and the artifact, exactly as publishing will.';
  static override examples = [
    '<%= config.bin %> plugin check',
    '<%= config.bin %> plugin check plugins/notes --json',
  ];
  static override args = { folder: Args.string({ description: 'The folder of the plugin.', default: '.' }) };

  protected override async execute(): Promise<PluginCheckResult> {
    const { args } = await this.parse(PluginCheck);
    return (await checkPlugin(this.context, args.folder)).result;
  }

  protected override view(result: PluginCheckResult): string {
    return pluginCheckView(result);
  }
}
