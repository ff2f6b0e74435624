import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { rootFlags } from '../../src/cli/flags.js';
import type { Screen } from '../../src/cli/output.js';
import { registryShowView } from '../../src/cli/views/registries.js';
import { showRegistry, type RegistryShowResult } from '../../src/operations/registry-show.js';

export default class RegistryShow extends BaseCommand<RegistryShowResult> {
  static override summary = 'Show who a registry is and how it stands.';
  static override description = `Its id, its checkpoint, who may sign what, and any proof of misbehaviour.

When what it shows now is refused, or it cannot be reached, this shows what was believed before, says why, and exits with the status of that failure.`;
  static override examples = [
    '<%= config.bin %> registry show acme',
    '<%= config.bin %> registry show acme --global --offline',
  ];
  static override args = { alias: Args.string({ description: 'What it is called here.', required: true }) };
  static override flags = { global: rootFlags.global };

  protected override async execute(): Promise<RegistryShowResult> {
    const { args, flags } = await this.parse(RegistryShow);
    return showRegistry(this.context, args.alias, flags);
  }

  protected override view(result: RegistryShowResult, screen: Screen): string {
    return registryShowView(result, screen);
  }

  protected override exitStatusOf({ refusal }: RegistryShowResult): number {
    return refusal?.exit ?? 0;
  }
}
