import { Args, Flags } from '@oclif/core';
import { submitFlags } from '../../src/cli/author-flags.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { planFlags } from '../../src/cli/flags.js';
import { rotatePlanView, rotateView } from '../../src/cli/views/vouching.js';
import { rotateKeys, type RotateResult } from '../../src/operations/key-rotate.js';

const keyList = { multiple: true, multipleNonGreedy: true, helpValue: 'KEY' } as const;

export default class KeyRotate extends BaseCommand<RotateResult> {
  static override summary = 'Put a new key of a publisher in place of an old one.';
  static override description = `The owners before and after sign the publisher's next version, and the release keys then in force sign its plugins again. Shows every release first: what is not yours must be revoked before.

Without --new nothing but the plugins is signed again: after a recovery by the curators.`;
  static override usage = 'key rotate PUBLISHER [FLAGS]';
  static override examples = [
    '<%= config.bin %> key rotate ada --new work-2027',
    '<%= config.bin %> key rotate ada --new laptop.pub --old 3f5e0c9ab71d2e64 --role release',
    '<%= config.bin %> key rotate ada --new work-2027 --key work --registry acme --yes',
    '<%= config.bin %> key rotate ada --new work-2027 --branch new-keys --dry-run',
    '<%= config.bin %> key rotate ada',
  ];
  static override args = { publisher: Args.string({ description: 'The namespace.', required: true }) };
  static override flags = {
    ...submitFlags,
    yes: planFlags.yes,
    new: Flags.string({
      ...keyList,
      description: 'A key that comes in: its name, a .pub file, or its text.',
    }),
    old: Flags.string({ ...keyList, description: 'A key that goes, where there are several.' }),
    role: Flags.option({ options: ['owners', 'release'] as const, description: 'Change only this role.' })(),
  };

  protected override async execute(): Promise<RotateResult> {
    const { args, flags } = await this.parse(KeyRotate);
    return rotateKeys(this.context, {
      publisher: args.publisher,
      newKeys: flags.new ?? [],
      oldKeys: flags.old ?? [],
      role: flags.role,
      registry: flags.registry,
      keys: flags.key ?? [],
      branch: flags.branch ?? false,
      yes: flags.yes,
      dryRun: flags['dry-run'],
      describe: rotatePlanView,
    });
  }

  protected override view(result: RotateResult): string {
    return rotateView(result);
  }
}
