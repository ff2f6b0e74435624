import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { rootFlags } from '../../src/cli/flags.js';
import type { Screen } from '../../src/cli/output.js';
import { registryRemoveView } from '../../src/cli/views/registries.js';
import { removeRegistry, type RegistryRemoveResult } from '../../src/operations/registry-remove.js';

export default class RegistryRemove extends BaseCommand<RegistryRemoveResult> {
  static override summary = 'Stop using a registry.';
  static override description =
    'Takes it out of udos.json, or out of your own settings, and unbinds its token. What is installed stays.';
  static override examples = [
    '<%= config.bin %> registry remove acme',
    '<%= config.bin %> registry remove acme --forget',
    '<%= config.bin %> registry remove acme --global',
  ];
  static override args = { alias: Args.string({ description: 'What it is called here.', required: true }) };
  static override flags = {
    global: rootFlags.global,
    forget: Flags.boolean({
      description: 'Forget what this machine has seen of it too: it could be rolled back unnoticed then.',
    }),
  };

  protected override async execute(): Promise<RegistryRemoveResult> {
    const { args, flags } = await this.parse(RegistryRemove);
    return removeRegistry(this.context, {
      alias: args.alias,
      forget: flags.forget,
      place: { global: flags.global },
    });
  }

  protected override view(result: RegistryRemoveResult, screen: Screen): string {
    return registryRemoveView(result, screen);
  }
}
