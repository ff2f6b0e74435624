import { Args } from '@oclif/core';
import { keyFlags } from '../../src/cli/author-flags.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { signIndexFile, type SignResult } from '../../src/operations/registry-sign.js';

export default class RegistrySign extends BaseCommand<SignResult> {
  static override summary = 'Put your signature beside a file of an index.';
  static override description =
    'Needs neither git nor a network: for keys that stay on a machine of their own. The signature says where in which registry the file stands.';
  static override examples = [
    '<%= config.bin %> registry sign trust/root/2.json --key offline.key',
    '<%= config.bin %> registry sign plugins/ad/ada/publisher/1.json',
  ];
  static override args = {
    file: Args.string({ description: 'The file, inside its index.', required: true }),
  };
  static override flags = keyFlags;

  protected override async execute(): Promise<SignResult> {
    const { args, flags } = await this.parse(RegistrySign);
    return signIndexFile(this.context, args.file, flags.key ?? []);
  }

  protected override view(result: SignResult): string {
    return [...result.sidecars.map((sidecar) => `Wrote ${sidecar}`), `  ${result.comment}`].join('\n');
  }
}
