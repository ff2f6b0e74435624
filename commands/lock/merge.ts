import { Args } from '@oclif/core';
import { UdosError } from '../../src/errors/index.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { lockMergeView } from '../../src/cli/views/lock.js';
import { mergeConflictedLock, mergeLocks, type LockMergeResult } from '../../src/operations/lock-merge.js';

export default class LockMerge extends BaseCommand<LockMergeResult> {
  static override summary = 'Merge two lockfiles, as git does it.';
  static override description = `Without arguments, ends a conflict that git has left in the lockfile of this project. With three files, writes the result in place of OURS. What only one side changed is taken from it; a plugin that both changed is a conflict, and nothing is written.

As git's merge driver, once for each clone:
git config merge.udos-lock.driver "udos lock merge %O %A %B"
and once for all, in .gitattributes:
udos-lock.json merge=udos-lock`;
  static override examples = [
    '<%= config.bin %> lock merge',
    '<%= config.bin %> lock merge base.json ours.json theirs.json',
  ];
  static override args = {
    base: Args.string({ description: 'What both grew out of.' }),
    ours: Args.string({ description: 'The one that is written.' }),
    theirs: Args.string({ description: 'The other.' }),
  };

  protected override async execute(): Promise<LockMergeResult> {
    const { base, ours, theirs } = (await this.parse(LockMerge)).args;
    if (base === undefined) return mergeConflictedLock(this.context);
    if (ours === undefined || theirs === undefined) {
      throw new UdosError('USAGE', 'Cannot merge: three files are needed.', {
        hint: 'Name what both grew out of, yours and the other one; or none, in a conflict that git has left.',
      });
    }
    return mergeLocks(this.context, { base, ours, theirs });
  }

  protected override view(result: LockMergeResult): string {
    return lockMergeView(result);
  }
}
