import { BaseCommand } from '../src/cli/base-command.js';
import { rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { doctorView } from '../src/cli/views/doctor.js';
import { examine, type DoctorResult } from '../src/operations/doctor.js';

export default class Doctor extends BaseCommand<DoctorResult> {
  static override summary = 'Say what is wrong here, and what mends it.';
  static override description = `Looks at your home and at the project around: settings, lockfile, installed plugins, what is known of each registry, keys, store. Changes nothing and reaches no network.

Exits with 7 when there is a problem. Warnings alone are no failure.`;
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --json',
    '<%= config.bin %> doctor --global --root /opt/udos',
  ];
  static override flags = rootFlags;

  protected override async execute(): Promise<DoctorResult> {
    const { flags } = await this.parse(Doctor);
    return examine(this.context, flags);
  }

  protected override view(result: DoctorResult, screen: Screen): string {
    return doctorView(result, screen);
  }

  protected override exitStatusOf(result: DoctorResult): number {
    return result.healthy ? 0 : 7;
  }
}
