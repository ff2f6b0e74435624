import { Flags } from '@oclif/core';
import { indexFlags, keyFlags, rootFlags } from '../../src/cli/author-flags.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { planFlags } from '../../src/cli/flags.js';
import { rootPlanView, rootRotateView, unpublishedView } from '../../src/cli/views/root.js';
import { rotateRoot, type RootRotateResult } from '../../src/operations/registry-rotate.js';

export default class RegistryRotate extends BaseCommand<RootRotateResult> {
  static override summary = 'Make the next root: who may sign what, and until when.';
  static override description = `A root is signed by the root role before it and by its own. What is missing is named, with the command for it. Once nothing is, what curators signed before is signed anew, and a checkpoint brings it to clients. Where nobody can be asked, --yes agrees.

What is on main and not published yet may be the work of a thief: it is listed apart, and signed only when you say so, or with --sign-unpublished.

Without any change it goes on with a root that waits on main. docs/guides/rotate-keys.md has the steps for each occasion.`;
  static override examples = [
    '<%= config.bin %> registry rotate --replace work=work-2',
    '<%= config.bin %> registry rotate --add root=bob.pub --threshold root=2',
    '<%= config.bin %> registry rotate --remove curator=bob.pub --days 1825 --dry-run',
    '<%= config.bin %> registry rotate --replace ci=ci-2 --after 41 --yes',
    '<%= config.bin %> registry rotate --index acme --key work --branch root-2',
    '<%= config.bin %> registry rotate --replace carol=dan --sign-unpublished',
    '<%= config.bin %> registry rotate',
  ];
  static override flags = {
    ...rootFlags,
    ...indexFlags,
    ...keyFlags,
    'sign-unpublished': Flags.boolean({
      description: 'Sign also what is on main and not published yet: you have looked at it.',
    }),
    branch: Flags.string({ description: 'Commit to this branch instead of main.', helpValue: 'NAME' }),
    ...planFlags,
  };

  protected override async execute(): Promise<RootRotateResult> {
    const { flags } = await this.parse(RegistryRotate);
    const { add = [], remove = [], replace = [], threshold = [], days } = flags;
    return rotateRoot(this.context, {
      index: flags.index,
      changes: { add, remove, replace, threshold, days },
      keys: flags.key ?? [],
      after: flags.after,
      branch: flags.branch,
      dryRun: flags['dry-run'],
      yes: flags.yes,
      signUnpublished: flags['sign-unpublished'],
      describe: rootPlanView,
      describeUnpublished: unpublishedView,
    });
  }

  protected override view(result: RootRotateResult): string {
    return rootRotateView(result);
  }
}
