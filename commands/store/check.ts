import { BaseCommand } from '../../src/cli/base-command.js';
import { planFlags } from '../../src/cli/flags.js';
import { storeCheckView } from '../../src/cli/views/store.js';
import { checkStore, type StoreCheckResult } from '../../src/operations/store-check.js';

export default class StoreCheck extends BaseCommand<StoreCheckResult> {
  static override summary = 'Hash everything in the store, and remove what is damaged.';
  static override description = `Artifacts and kept index files that are not what their names say go, as does what interrupted downloads left. All of it is fetched again when it is needed.

Exits with 7 when --dry-run finds something to remove.`;
  static override examples = [
    '<%= config.bin %> store check',
    '<%= config.bin %> store check --dry-run --json',
  ];
  static override flags = { 'dry-run': planFlags['dry-run'] };

  protected override async execute(): Promise<StoreCheckResult> {
    const { flags } = await this.parse(StoreCheck);
    return checkStore(this.context, { dryRun: flags['dry-run'] });
  }

  protected override view(result: StoreCheckResult): string {
    return storeCheckView(result);
  }

  protected override exitStatusOf({ dryRun, bad }: StoreCheckResult): number {
    return dryRun && bad.length > 0 ? 7 : 0;
  }
}
