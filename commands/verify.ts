import { BaseCommand } from '../src/cli/base-command.js';
import { rootFlags } from '../src/cli/flags.js';
import { verifyView } from '../src/cli/views/verify.js';
import { verifyProject } from '../src/operations/verify.js';
import type { VerifyResult } from '../src/operations/verify/result.js';

export default class Verify extends BaseCommand<VerifyResult> {
  static override summary = 'Prove that what is installed is what was locked and signed.';
  static override description = `Hashes every installed file, and compares lockfile, receipts, artifacts and signed index.
Judges every plugin, changes nothing in the project, and takes no lock. Exits with
  0  every plugin is proved
  5  something that the proof needs could not be had: NOT_PROVED
  6  a release was recalled, or index or artifact are not to be believed
  7  what is installed, or the lockfile, is not what it should be
and of several with the worst: 6 before 7 before 5.

With --offline, what this machine has kept is what counts. What it never had is
listed as not proved, and is no failure then.`;
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
