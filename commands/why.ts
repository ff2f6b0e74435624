import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { rootFlags } from '../src/cli/flags.js';
import { whyView } from '../src/cli/views/why.js';
import { why, type WhyResult } from '../src/operations/why.js';

export default class Why extends BaseCommand<WhyResult> {
  static override summary = 'Show why the project has a plugin.';
  static override description = 'Every way from udos.json to it, the shortest first.';
  static override examples = [
    '<%= config.bin %> why ada/markdown',
    '<%= config.bin %> why ada/markdown --global --root /opt/udos',
  ];
  static override args = { name: Args.string({ description: 'publisher/name', required: true }) };
  static override flags = rootFlags;

  protected override async execute(): Promise<WhyResult> {
    const { args, flags } = await this.parse(Why);
    return why(this.context, args.name, flags);
  }

  protected override view(result: WhyResult): string {
    return whyView(result);
  }
}
