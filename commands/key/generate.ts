import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.js';
import type { Screen } from '../../src/cli/output.js';
import { keyGenerateView } from '../../src/cli/views/keys.js';
import { generateSigningKey } from '../../src/operations/key-generate.js';
import type { StoredKey } from '../../src/operations/steps/keys.js';

export default class KeyGenerate extends BaseCommand<StoredKey> {
  static override summary = 'Make a signing key.';
  static override description =
    "A key of minisign, in minisign's own files. The password is asked for, or taken from UDOS_KEY_PASSWORD.";
  static override examples = [
    '<%= config.bin %> key generate',
    '<%= config.bin %> key generate ci --no-password',
  ];
  static override args = { name: Args.string({ description: 'What to call it.', default: 'default' }) };
  static override flags = {
    'no-password': Flags.boolean({
      description: 'Keep the secret half in the clear, for machines nobody can ask.',
    }),
  };

  protected override async execute(): Promise<StoredKey> {
    const { args, flags } = await this.parse(KeyGenerate);
    return generateSigningKey(this.context, { name: args.name, noPassword: flags['no-password'] });
  }

  protected override view(result: StoredKey, screen: Screen): string {
    return keyGenerateView(result, screen);
  }
}
