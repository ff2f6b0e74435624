import { Args, Flags } from '@oclif/core';
import { keyFlags } from '../../src/cli/author-flags.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { signPlanView, signView } from '../../src/cli/views/sign.js';
import { signIndexFile, type SignResult } from '../../src/operations/registry-sign.js';

export default class RegistrySign extends BaseCommand<SignResult> {
  static override summary = 'Put your signature beside a document of an index.';
  static override description = `Needs only the file, no index, git or network: for keys that stay on a machine of their own. Shows what is signed, and asks. Where nobody can be asked, --yes agrees.

Copy the .minisig file that it writes beside the document in the index. A root that lies alone needs --id.`;
  static override examples = [
    '<%= config.bin %> registry sign trust/root/2.json --key offline.key',
    '<%= config.bin %> registry sign /media/stick/2.json --id udr1… --key root --yes',
    '<%= config.bin %> registry sign plugins/ad/ada/publisher/1.json',
  ];
  static override args = {
    file: Args.string({ description: 'The document, in its index or on its own.', required: true }),
  };
  static override flags = {
    ...keyFlags,
    id: Flags.string({
      description: 'The id of the registry, for a root that lies alone.',
      helpValue: 'udr1…',
    }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }),
  };

  protected override async execute(): Promise<SignResult> {
    const { args, flags } = await this.parse(RegistrySign);
    return signIndexFile(this.context, {
      file: args.file,
      keys: flags.key ?? [],
      id: flags.id,
      yes: flags.yes,
      describe: signPlanView,
    });
  }

  protected override view(result: SignResult): string {
    return signView(result);
  }
}
