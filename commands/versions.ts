import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { versionsView } from '../src/cli/views/versions.js';
import { versions, type VersionsResult } from '../src/operations/versions.js';

export default class Versions extends BaseCommand<VersionsResult> {
  static override summary = 'List the releases of a plugin.';
  static override description = 'Newest first, also those that were withdrawn or recalled.';
  static override examples = [
    '<%= config.bin %> versions ada/notes',
    '<%= config.bin %> versions acme:ada/notes@1.x',
    '<%= config.bin %> versions ada/notes --global --root /opt/udos',
  ];
  static override args = {
    spec: Args.string({ description: '[registry:]publisher/name[@range]', required: true }),
  };
  static override flags = rootFlags;

  protected override async execute(): Promise<VersionsResult> {
    const { args, flags } = await this.parse(Versions);
    return versions(this.context, args.spec, flags);
  }

  protected override view(result: VersionsResult, screen: Screen): string {
    return versionsView(result, screen);
  }
}
