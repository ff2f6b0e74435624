import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { rootFlags } from '../../src/cli/flags.js';
import type { Screen } from '../../src/cli/output.js';
import { registrySyncView } from '../../src/cli/views/registries.js';
import { syncRegistries, type RegistrySyncResult } from '../../src/operations/registry-sync.js';

export default class RegistrySync extends BaseCommand<RegistrySyncResult> {
  static override summary = 'Read the newest state of registries.';
  static override description =
    'Of one, or of all. Other commands do so by themselves; this is for working offline afterwards.';
  static override examples = [
    '<%= config.bin %> registry sync',
    '<%= config.bin %> registry sync acme --global',
  ];
  static override args = { alias: Args.string({ description: 'Only this one.' }) };
  static override flags = { global: rootFlags.global };

  protected override async execute(): Promise<RegistrySyncResult> {
    const { args, flags } = await this.parse(RegistrySync);
    return syncRegistries(this.context, args.alias, flags);
  }

  protected override view(result: RegistrySyncResult, screen: Screen): string {
    return registrySyncView(result, screen);
  }
}
