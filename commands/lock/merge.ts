import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import { lockMergeView } from '../../src/cli/views/lock.js';
import { mergeLocks, type LockMergeResult } from '../../src/operations/lock-merge.js';

export default class LockMerge extends BaseCommand<LockMergeResult> {
  static override summary = 'Merge two lockfiles, as git does it.';
  static override description = `Writes the result in place of OURS. What only one side changed is taken from it; a plugin that both changed is a conflict, and nothing is written.

As git's merge driver, once for each clone:
git config merge.udos-lock.driver "udos lock merge %O %A %B"
and once for all, in .gitattributes:
udos-lock.json merge=udos-lock`;
  static override examples = ['<%= config.bin %> lock merge base.json ours.json theirs.json'];
  static override args = {
    base: Args.string({ description: 'What both grew out of.', required: true }),
    ours: Args.string({ description: 'The one that is written.', required: true }),
    theirs: Args.string({ description: 'The other.', required: true }),
  };

  protected override async execute(): Promise<LockMergeResult> {
    const { args } = await this.parse(LockMerge);
    return mergeLocks(this.context, args);
  }

  protected override view(result: LockMergeResult): string {
    return lockMergeView(result);
  }
}
