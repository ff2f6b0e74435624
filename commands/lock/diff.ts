import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { rootFlags } from '../../src/cli/flags.js';
import type { Screen } from '../../src/cli/output.js';
import { lockDiffView } from '../../src/cli/views/lock.js';
import { diffLocks, type LockDiffResult } from '../../src/operations/lock-diff.js';

export default class LockDiff extends BaseCommand<LockDiffResult> {
  static override summary = 'Show what differs between two lockfiles.';
  static override description =
    'Of two files; of one and the lockfile of the project; without any, of the project before its last change and now.';
  static override examples = [
    '<%= config.bin %> lock diff',
    '<%= config.bin %> lock diff old-lock.json',
    '<%= config.bin %> lock diff old-lock.json new-lock.json',
    '<%= config.bin %> lock diff --global --root /opt/udos',
  ];
  static override args = {
    before: Args.string({ description: 'The first lockfile.' }),
    after: Args.string({ description: 'The second lockfile.' }),
  };
  static override flags = rootFlags;

  protected override async execute(): Promise<LockDiffResult> {
    const { args, flags } = await this.parse(LockDiff);
    const files = [args.before, args.after].filter((file) => file !== undefined);
    return diffLocks(this.context, files, flags);
  }

  protected override view(result: LockDiffResult, screen: Screen): string {
    return lockDiffView(result, screen);
  }
}
