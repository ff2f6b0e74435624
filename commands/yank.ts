import { Args, Flags } from '@oclif/core';
import { submitFlags } from '../src/cli/author-flags.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { submittedView } from '../src/cli/views/submitted.js';
import { yank, type YankResult } from '../src/operations/yank.js';

export default class Yank extends BaseCommand<YankResult> {
  static override summary = 'Withdraw a release of yours.';
  static override description =
    'A yanked release is never chosen anew. Where it is locked it goes on working, with a note.';
  static override examples = [
    '<%= config.bin %> yank ada/notes@1.2.0 --reason "loses notes on Windows"',
    '<%= config.bin %> yank ada/notes@1.2.0 --undo',
    '<%= config.bin %> yank ada/notes@1.2.0 --reason broken --registry acme --key work',
    '<%= config.bin %> yank ada/notes@1.2.0 --reason broken --branch yank-notes --dry-run',
  ];
  static override args = {
    release: Args.string({ description: 'publisher/name@version', required: true }),
  };
  static override flags = {
    ...submitFlags,
    reason: Flags.string({ description: 'Why, in one line. Users see it.', exactlyOne: ['reason', 'undo'] }),
    undo: Flags.boolean({ description: 'Take an earlier yank back.' }),
  };

  protected override async execute(): Promise<YankResult> {
    const { args, flags } = await this.parse(Yank);
    return yank(this.context, {
      release: args.release,
      reason: flags.undo ? null : (flags.reason ?? ''),
      registry: flags.registry,
      keys: flags.key ?? [],
      branch: flags.branch ?? false,
      dryRun: flags['dry-run'],
    });
  }

  protected override view(result: YankResult): string {
    const verb = result.yanked === false ? 'Brought back' : 'Yanked';
    return submittedView(`${verb} ${result.name} ${result.version}`, 'the registry', result);
  }
}
