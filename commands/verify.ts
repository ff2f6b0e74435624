import { BaseCommand } from '../src/cli/base-command.js';
import { rootFlags } from '../src/cli/flags.js';
import { verifyView } from '../src/cli/views/verify.js';
import { verifyProject, type VerifyResult } from '../src/operations/verify.js';

export default class Verify extends BaseCommand<VerifyResult> {
  static override summary = 'Prove that what is installed is what was locked and signed.';
  static override description = `Hashes every installed file, and compares lockfile, receipts, artifacts and signed index.

With --offline, the index that this machine has kept is what counts.`;
  static override examples = [
    '<%= config.bin %> verify',
    '<%= config.bin %> verify --offline --json',
    '<%= config.bin %> verify --global --root /opt/udos',
  ];
  static override flags = rootFlags;

  protected override async execute(): Promise<VerifyResult> {
    const { flags } = await this.parse(Verify);
    return verifyProject(this.context, flags);
  }

  protected override view(result: VerifyResult): string {
    return verifyView(result);
  }
}
