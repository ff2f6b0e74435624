import { BaseCommand } from '../../src/cli/base-command.js';
import type { Screen } from '../../src/cli/output.js';
import { keyListView } from '../../src/cli/views/keys.js';
import { listSigningKeys, type KeyListResult } from '../../src/operations/key-list.js';

export default class KeyList extends BaseCommand<KeyListResult> {
  static override summary = 'List your signing keys.';
  static override description = 'By name and fingerprint: either names a key after --key.';
  static override examples = ['<%= config.bin %> key list', '<%= config.bin %> key list --json'];

  protected override async execute(): Promise<KeyListResult> {
    await this.parse(KeyList);
    return listSigningKeys(this.context);
  }

  protected override view(result: KeyListResult, screen: Screen): string {
    return keyListView(result, screen);
  }
}
