import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { rootFlags } from '../../src/cli/flags.js';
import type { Screen } from '../../src/cli/output.js';
import { registryAddView } from '../../src/cli/views/registries.js';
import { addRegistry, type RegistryAddResult } from '../../src/operations/registry-add.js';

export default class RegistryAdd extends BaseCommand<RegistryAddResult> {
  static override summary = 'Use a registry.';
  static override description = `Pins who it is, reads and checks it once, and writes it to udos.json; outside a project or with --global, to your own settings.

Without --id you are asked to compare the id. Only what you add yourself may get your token, from UDOS_TOKEN_<ALIAS>.`;
  static override examples = [
    '<%= config.bin %> registry add acme https://git.example.org/acme/registry --id udr1…',
    '<%= config.bin %> registry add acme https://a.example/r --mirror https://b.example/r',
    '<%= config.bin %> registry add intra https://git.corp.example/r --internal --global',
    '<%= config.bin %> registry add local ../my-registry',
  ];
  static override args = {
    alias: Args.string({ description: 'What to call it here.', required: true }),
    url: Args.string({ description: 'A git repository or web folder, or a path.', required: true }),
  };
  static override flags = {
    global: rootFlags.global,
    id: Flags.string({ description: 'The id that its owner told you.', helpValue: 'udr1…' }),
    mirror: Flags.string({
      description: 'Another place with the same bytes.',
      helpValue: 'URL',
      multiple: true,
      multipleNonGreedy: true,
    }),
    internal: Flags.boolean({ description: 'It may lie on a private network.' }),
  };

  protected override async execute(): Promise<RegistryAddResult> {
    const { args, flags } = await this.parse(RegistryAdd);
    return addRegistry(this.context, {
      ...args,
      id: flags.id,
      mirrors: flags.mirror ?? [],
      internal: flags.internal,
      place: { global: flags.global },
    });
  }

  protected override view(result: RegistryAddResult, screen: Screen): string {
    return registryAddView(result, screen);
  }
}
