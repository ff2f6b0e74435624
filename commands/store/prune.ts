import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { planFlags } from '../../src/cli/flags.js';
import type { Screen } from '../../src/cli/output.js';
import { storePruneView } from '../../src/cli/views/store.js';
import { pruneStore, type StorePruneResult } from '../../src/operations/store-prune.js';

export default class StorePrune extends BaseCommand<StorePruneResult> {
  static override summary = 'Remove from your home what nobody needs any more.';
  static override description = `Artifacts that no installed plugin and no earlier state of a project needs, outdated index files, what killed commands left. What is installed can still be repaired offline afterwards.

What was installed in a folder that is not there now stays: its disk may be away. --forget-gone forgets it.`;
  static override examples = [
    '<%= config.bin %> store prune',
    '<%= config.bin %> store prune --dry-run',
    '<%= config.bin %> store prune --forget-gone',
  ];
  static override flags = {
    'dry-run': planFlags['dry-run'],
    'forget-gone': Flags.boolean({
      description: 'Forget what was installed in folders that are not there now.',
    }),
  };

  protected override async execute(): Promise<StorePruneResult> {
    const { flags } = await this.parse(StorePrune);
    return pruneStore(this.context, { dryRun: flags['dry-run'], forgetGone: flags['forget-gone'] });
  }

  protected override view(result: StorePruneResult, screen: Screen): string {
    return storePruneView(result, screen);
  }
}
