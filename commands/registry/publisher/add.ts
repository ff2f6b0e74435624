import { Args, Flags } from '@oclif/core';
import { indexFlags, keyFlags } from '../../../src/cli/author-flags.js';
import { BaseCommand } from '../../../src/cli/base-command.js';
import { addPublisher, type PublisherAddResult } from '../../../src/operations/registry-publisher-add.js';

export default class RegistryPublisherAdd extends BaseCommand<PublisherAddResult> {
  static override summary = 'Grant a namespace to a publisher.';
  static override description = `Writes and commits the publisher's first version, signed by your granting key. Its owners sign it too: with "registry sign", if their keys are not on this machine. Without --public-key it becomes yours.`;
  static override usage = 'registry publisher add NAME [FLAGS]';
  static override examples = [
    '<%= config.bin %> registry publisher add ada',
    '<%= config.bin %> registry publisher add bob --public-key bob.pub --key curator',
    '<%= config.bin %> registry publisher add bob --display-name Bob --email bob@bob.example',
    '<%= config.bin %> registry publisher add eve --url https://eve.example --index acme',
  ];
  static override args = { name: Args.string({ description: 'The namespace.', required: true }) };
  static override flags = {
    ...indexFlags,
    ...keyFlags,
    'public-key': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: "An owner's .pub file.",
      helpValue: 'FILE',
    }),
    'display-name': Flags.string({ description: "The publisher's name for people." }),
    url: Flags.string({ description: "The publisher's home page." }),
    email: Flags.string({ description: 'Where to reach the publisher.' }),
  };

  protected override async execute(): Promise<PublisherAddResult> {
    const { args, flags } = await this.parse(RegistryPublisherAdd);
    return addPublisher(this.context, {
      index: flags.index,
      publisher: args.name,
      publicKeys: flags['public-key'] ?? [],
      displayName: flags['display-name'],
      url: flags.url,
      email: flags.email,
      keys: flags.key ?? [],
    });
  }

  protected override view(result: PublisherAddResult): string {
    const signing = ({ fingerprint }: PublisherAddResult['missing'][number]) =>
      `  ${fingerprint.slice(0, 16)}: udos registry sign ${result.file}`;
    const next =
      result.missing.length === 0
        ? ['Next: `udos registry checkpoint`.']
        : ['One owner must sign it before it counts:', ...result.missing.map(signing)];
    return [
      `The namespace ${result.publisher} is granted in ${result.file}.`,
      ...result.owners.map((fingerprint) => `  owner ${fingerprint}`),
      ...next,
    ].join('\n');
  }
}
