import { Args, Flags } from '@oclif/core';
import { indexFlags, keyFlags } from '../../src/cli/author-flags.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { planFlags } from '../../src/cli/flags.js';
import { revocationPlanView, revokeView } from '../../src/cli/views/revocations.js';
import { revoke, type RevokeResult } from '../../src/operations/registry-revoke.js';

export default class RegistryRevoke extends BaseCommand<RevokeResult> {
  static override summary = 'Take back a key or a release, for everybody and for ever.';
  static override description = `A revoked release is not installed by anybody, also where it is locked. A revoked key vouches for nothing: what only it has signed cannot be installed until another key signs it.

Shows first what stops being installable. Signs with the curators' keys that are here; when they are enough and the checkpoint key is here too, it is published at once.`;
  static override examples = [
    '<%= config.bin %> registry revoke ada/notes@1.2.0 --reason "sends notes to strangers"',
    '<%= config.bin %> registry revoke "ada/notes@*" --reason malware --index acme --yes',
    '<%= config.bin %> registry revoke 3f5e0c9ab71d2e64 --reason "stolen laptop" --dry-run',
    '<%= config.bin %> registry revoke 3f5e0c9ab71d2e64 --reason stolen --key curator',
    '<%= config.bin %> registry revoke ada/notes@1.2.0 --reason malware --branch recall',
  ];
  static override args = {
    target: Args.string({
      description: 'A fingerprint or 16 digits of it, name@version, or name@*.',
      required: true,
    }),
  };
  static override flags = {
    ...indexFlags,
    ...keyFlags,
    ...planFlags,
    reason: Flags.string({ description: 'Why, in one line. Users see it.', required: true }),
    branch: Flags.string({ description: 'Commit to this branch instead of main.', helpValue: 'NAME' }),
  };

  protected override async execute(): Promise<RevokeResult> {
    const { args, flags } = await this.parse(RegistryRevoke);
    return revoke(this.context, {
      index: flags.index,
      target: args.target,
      reason: flags.reason,
      keys: flags.key ?? [],
      branch: flags.branch,
      yes: flags.yes,
      dryRun: flags['dry-run'],
      describe: revocationPlanView,
    });
  }

  protected override view(result: RevokeResult): string {
    return revokeView(result);
  }
}
