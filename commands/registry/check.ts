import { indexFlags } from '../../src/cli/author-flags.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { counted } from '../../src/cli/views/count.js';
import { checkRegistry, type CheckResult } from '../../src/operations/registry-check.js';

export default class RegistryCheck extends BaseCommand<CheckResult> {
  static override summary = 'Judge an index as every client will.';
  static override description = `Formats, signatures, ownership, artifacts, and that nothing published has changed or gone.

For the CI of pull requests: fetch the branch published too, so that there is something to compare with.`;
  static override examples = [
    '<%= config.bin %> registry check',
    '<%= config.bin %> registry check --index acme --json',
  ];
  static override flags = indexFlags;

  protected override async execute(): Promise<CheckResult> {
    const { flags } = await this.parse(RegistryCheck);
    return checkRegistry(this.context, { index: flags.index });
  }

  protected override view(result: CheckResult): string {
    const compared = result.comparedWithPublished
      ? 'Nothing that is published has changed or gone.'
      : 'There is no branch published yet to compare with.';
    return `All is good: ${counted(result.plugins, 'plugin')}, ${counted(result.releases, 'release')}. ${compared}`;
  }
}
