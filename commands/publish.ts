import { Args, Flags } from '@oclif/core';
import { submitFlags } from '../src/cli/author-flags.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { sizeText } from '../src/cli/views/size.js';
import { submittedView } from '../src/cli/views/submitted.js';
import { publish, type PublishResult } from '../src/operations/publish.js';

export default class Publish extends BaseCommand<PublishResult> {
  static override summary = 'Publish the plugin in a folder.';
  static override description = `Checks and packs the plugin, signs it, and brings it into the registry.

Who holds the registry's checkpoint key publishes at once: sign, commit, checkpoint and push, with one password. Everybody else gets a branch to open a pull request from.`;
  static override examples = [
    '<%= config.bin %> publish',
    '<%= config.bin %> publish plugins/notes --registry acme --key work',
    '<%= config.bin %> publish --url https://cdn.example.org/notes-1.2.0.tgz',
    '<%= config.bin %> publish --branch notes-1.2.0',
    '<%= config.bin %> publish --dry-run',
  ];
  static override args = { folder: Args.string({ description: 'The folder of the plugin.', default: '.' }) };
  static override flags = {
    ...submitFlags,
    url: Flags.string({ description: 'Where the artifact is hosted already; else it goes into the index.' }),
  };

  protected override async execute(): Promise<PublishResult> {
    const { args, flags } = await this.parse(Publish);
    return publish(this.context, {
      folder: args.folder,
      registry: flags.registry,
      keys: flags.key ?? [],
      url: flags.url,
      branch: flags.branch ?? false,
      dryRun: flags['dry-run'],
    });
  }

  protected override view(result: PublishResult): string {
    const what = `Published ${result.name} ${result.version} (${result.files} files, ${sizeText(result.size)})`;
    return submittedView(
      result.state === 'published' ? what : `${result.name} ${result.version}`,
      result.location,
      result,
    );
  }
}
