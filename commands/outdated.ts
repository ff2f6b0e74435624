import { BaseCommand } from '../src/cli/base-command.js';
import { rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { outdatedView } from '../src/cli/views/outdated.js';
import { outdated, type OutdatedResult } from '../src/operations/outdated.js';

export default class Outdated extends BaseCommand<OutdatedResult> {
  static override summary = 'Show which plugins have newer releases.';
  static override description =
    '"wanted" is the newest that everything asking for the plugin allows, "latest" the newest that runs on this uDOS. What is locked and was withdrawn is marked.';
  static override examples = [
    '<%= config.bin %> outdated',
    '<%= config.bin %> outdated --json',
    '<%= config.bin %> outdated --global --root /opt/udos',
  ];
  static override flags = rootFlags;

  protected override async execute(): Promise<OutdatedResult> {
    const { flags } = await this.parse(Outdated);
    return outdated(this.context, flags);
  }

  protected override view(result: OutdatedResult, screen: Screen): string {
    return outdatedView(result, screen);
  }
}
