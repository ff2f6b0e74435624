import { BaseCommand } from '../../src/cli/base-command.js';
import { rootFlags } from '../../src/cli/flags.js';
import type { Screen } from '../../src/cli/output.js';
import { registryListView } from '../../src/cli/views/registries.js';
import { listRegistries, type RegistryListResult } from '../../src/operations/registry-list.js';

export default class RegistryList extends BaseCommand<RegistryListResult> {
  static override summary = 'List the registries in use here.';
  static override description = "The project's and your own. Reaches no network.";
  static override examples = [
    '<%= config.bin %> registry list',
    '<%= config.bin %> registry list --global --json',
  ];
  static override flags = { global: rootFlags.global };

  protected override async execute(): Promise<RegistryListResult> {
    const { flags } = await this.parse(RegistryList);
    return listRegistries(this.context, flags);
  }

  protected override view(result: RegistryListResult, screen: Screen): string {
    return registryListView(result, screen);
  }
}
