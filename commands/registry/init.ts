import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { initRegistry, type RegistryInitResult } from '../../src/operations/registry-init.js';

export default class RegistryInit extends BaseCommand<RegistryInitResult> {
  static override summary = 'Make a registry that one person can run.';
  static override description = `Makes a git repository with the branches main and published: one key in every role, a first checkpoint and, with --publisher, a namespace of your own.

Without any key of yours, one is made and called "default".`;
  static override examples = [
    '<%= config.bin %> registry init my-plugins --publisher ada',
    '<%= config.bin %> registry init acme --description "Plugins of Acme" --key work',
    '<%= config.bin %> registry init acme --name "Acme tools" --root-days 365',
  ];
  static override args = {
    folder: Args.string({ description: 'A folder that is not there yet.', required: true }),
  };
  static override flags = {
    name: Flags.string({ description: "The registry's name; by default the folder's." }),
    description: Flags.string({ description: 'What it is for, in one line.' }),
    publisher: Flags.string({ description: 'A namespace of your own to begin with.', helpValue: 'NAME' }),
    key: Flags.string({ char: 'k', description: 'The key for every role.', helpValue: 'KEY' }),
    'root-days': Flags.integer({
      description: 'How long the root lasts.',
      default: 1825,
      min: 1,
      max: 36500,
    }),
  };

  protected override async execute(): Promise<RegistryInitResult> {
    const { args, flags } = await this.parse(RegistryInit);
    return initRegistry(this.context, {
      folder: args.folder,
      name: flags.name,
      description: flags.description,
      publisher: flags.publisher,
      key: flags.key,
      rootDays: flags['root-days'],
    });
  }

  protected override view(result: RegistryInitResult): string {
    return [
      `The registry ${result.name} is in ${result.folder}.`,
      `  id       ${result.id}`,
      `  key      ${result.key.slice(0, 16)}`,
      ...(result.publisher === null ? [] : [`  yours    ${result.publisher}/…`]),
      `  expires  checkpoint ${result.checkpointExpires}, root ${result.rootExpires}`,
      '',
      'Next: push its branches main and published to a git server (or use the folder as it is), then',
      `  udos registry add ALIAS URL --id ${result.id}`,
    ].join('\n');
  }
}
