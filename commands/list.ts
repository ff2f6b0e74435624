import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { listView, treeView } from '../src/cli/views/list.js';
import { listPlugins, type ListResult } from '../src/operations/list.js';

export default class List extends BaseCommand<ListResult> {
  static override summary = 'Show what the project has.';
  static override description = 'By its lockfile, and by what is installed on this machine.';
  static override examples = [
    '<%= config.bin %> list',
    '<%= config.bin %> list --tree',
    '<%= config.bin %> list --global --root /opt/udos',
  ];
  static override flags = {
    ...rootFlags,
    tree: Flags.boolean({ description: 'Show who needs whom.' }),
  };
  #tree = false;

  protected override async execute(): Promise<ListResult> {
    const { flags } = await this.parse(List);
    this.#tree = flags.tree;
    return listPlugins(this.context, flags);
  }

  protected override view(result: ListResult, screen: Screen): string {
    return this.#tree ? treeView(result) : listView(result, screen);
  }
}
