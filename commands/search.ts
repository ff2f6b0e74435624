import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { rootFlags } from '../src/cli/flags.js';
import type { Screen } from '../src/cli/output.js';
import { searchView } from '../src/cli/views/search.js';
import { search, type SearchResult } from '../src/operations/search.js';

export default class Search extends BaseCommand<SearchResult> {
  static override summary = 'Look for plugins.';
  static override description =
    'In the names, descriptions, keywords and categories of all registries. Every word must fit. Without words, everything is listed.';
  static override examples = [
    '<%= config.bin %> search markdown notes',
    '<%= config.bin %> search --category productivity --limit 50',
    '<%= config.bin %> search backup --registry acme',
    '<%= config.bin %> search backup --global --root /opt/udos',
  ];
  static override strict = false;
  static override args = { text: Args.string({ description: 'Words to look for.' }) };
  static override flags = {
    ...rootFlags,
    registry: Flags.string({ description: 'Look only in this registry.', helpValue: 'ALIAS' }),
    category: Flags.string({ description: 'Only of this category, or its first half.', helpValue: 'NAME' }),
    limit: Flags.integer({ description: 'Show at most so many.', default: 20, min: 1, max: 100_000 }),
  };

  protected override async execute(): Promise<SearchResult> {
    const { argv, flags } = await this.parse(Search);
    return search(this.context, argv.map(String).join(' '), flags);
  }

  protected override view(result: SearchResult, screen: Screen): string {
    return searchView(result, screen);
  }
}
