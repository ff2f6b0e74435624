import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { infoView } from '../src/cli/views/info.js';
import { info, type InfoResult } from '../src/operations/info.js';

export default class Info extends BaseCommand<InfoResult> {
  static override summary = 'Show what a registry says of a plugin.';
  static override description =
    'Of its newest release, or of the newest in the given range: what it is, what it asks for, who signed it.';
  static override examples = [
    '<%= config.bin %> info ada/notes',
    '<%= config.bin %> info acme:ada/notes@^1.2 --json',
    '<%= config.bin %> info ada/notes --global --root /opt/udos',
  ];
  static override args = {
    spec: Args.string({ description: '[registry:]publisher/name[@range]', required: true }),
  };
  static override flags = rootFlags;

  protected override async execute(): Promise<InfoResult> {
    const { args, flags } = await this.parse(Info);
    return info(this.context, args.spec, flags);
  }

  protected override view(result: InfoResult, screen: Screen): string {
    return infoView(result, screen);
  }
}
