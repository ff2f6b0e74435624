import { Args, Flags } from '@oclif/core';
import { indexFlags, keyFlags } from '../../../src/cli/author-flags.js';
import { BaseCommand } from '../../../src/cli/base-command.js';
import { planFlags } from '../../../src/cli/flags.js';
import { recoverPlanView, recoverView } from '../../../src/cli/views/vouching.js';
import { recoverPublisher, type RecoverResult } from '../../../src/operations/registry-publisher-recover.js';

export default class RegistryPublisherRecover extends BaseCommand<RecoverResult> {
  static override summary = 'Give a publisher new keys, as a curator.';
  static override description = `For a publisher who lost every key, or whose keys a thief holds. The next version of the publisher is signed by the curators and marked as a recovery: clients show it, and --frozen refuses it.

The new holder then runs "udos key rotate PUBLISHER", which vouches for the plugins. Both are published together.`;
  static override usage = 'registry publisher recover NAME --new KEY [FLAGS]';
  static override examples = [
    '<%= config.bin %> registry publisher recover bob --new bob.pub',
    '<%= config.bin %> registry publisher recover bob --new bob.pub --key curator --index acme',
    '<%= config.bin %> registry publisher recover bob --new bob.pub --dry-run',
    '<%= config.bin %> registry publisher recover bob --new bob.pub --branch recover-bob --yes',
  ];
  static override args = { name: Args.string({ description: 'The namespace.', required: true }) };
  static override flags = {
    ...indexFlags,
    ...keyFlags,
    ...planFlags,
    new: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      required: true,
      description: 'A key that comes in: a .pub file, its text, or a key of yours.',
      helpValue: 'KEY',
    }),
    branch: Flags.string({ description: 'Commit to this branch instead of main.', helpValue: 'NAME' }),
  };

  protected override async execute(): Promise<RecoverResult> {
    const { args, flags } = await this.parse(RegistryPublisherRecover);
    return recoverPublisher(this.context, {
      index: flags.index,
      publisher: args.name,
      newKeys: flags.new,
      keys: flags.key ?? [],
      branch: flags.branch,
      yes: flags.yes,
      dryRun: flags['dry-run'],
      describe: recoverPlanView,
    });
  }

  protected override view(result: RecoverResult): string {
    return recoverView(result);
  }
}
