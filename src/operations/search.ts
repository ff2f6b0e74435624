import type { Context } from '../context/index.js';
import { hasCode, UdosError } from '../errors/index.js';
import { categories, type CatalogLine } from '../model/formats/index.js';
import { baseNameOf, parseAlias, type Alias } from '../model/names.js';
import { nearest } from '../model/nearest.js';
import type { ConfiguredRegistry } from './steps/configured-registries.js';
import { openProjectIfAny } from './steps/nearest-project.js';
import type { Place } from './steps/project.js';
import { requireAlias, withRegistries, type Registries } from './steps/registries.js';

export interface SearchOptions extends Place {
  /** Look only in the registry of this alias. */
  readonly registry?: string | undefined;
  /** Only plugins of this category, or of the group before its slash. */
  readonly category?: string | undefined;
  /** The most that are returned. */
  readonly limit: number;
}

export interface FoundPlugin extends CatalogLine {
  readonly registry: Alias;
}

export interface SearchResult {
  readonly text: string;
  /** Best first. */
  readonly plugins: readonly FoundPlugin[];
  /** How many there are, beyond the limit too. */
  readonly total: number;
  readonly searched: readonly Alias[];
  /** Registries that could not be asked; a warning says why. */
  readonly unreachable: readonly Alias[];
}

/**
 * Looks for plugins in the catalogs of the configured registries. Every word of `text` must stand in a plugin's name,
 * description, keywords or category; upper and lower case are the same.
 *
 * One registry of several that cannot be reached is warned about and left out.
 *
 * @throws USAGE for a category that does not exist; NO_REGISTRY, REGISTRY_UNKNOWN, and what the checks throw
 */
export async function search(context: Context, text: string, options: SearchOptions): Promise<SearchResult> {
  const alias = options.registry === undefined ? undefined : parseAlias(options.registry);
  const words = wordsOf(text);
  if (options.category !== undefined) requireCategory(options.category);
  return withRegistries(context, await openProjectIfAny(context, options), async (registries) => {
    const asked = distinctById(requireAlias(registries.configured, alias));
    const answers = await Promise.all(
      asked.map((registry) => readCatalog(context, registries, registry, asked)),
    );
    const reached = asked.filter((_, index) => answers[index] !== undefined);
    if (reached.length === 0) throw new UdosError('NETWORK_FAILED', 'No registry could be reached.');
    const lines = answers.flatMap((answer) => answer ?? []);
    const found = rankPlugins(lines.filter(isIn(options.category)), words);
    return {
      text,
      plugins: found.slice(0, options.limit),
      total: found.length,
      searched: reached.map((registry) => registry.alias),
      unreachable: asked.filter((one) => !reached.includes(one)).map((registry) => registry.alias),
    };
  });
}

/** Those that every word fits, best first: by how the words fit the name, then keywords, then the rest; then by name. */
export function rankPlugins<T extends CatalogLine>(lines: readonly T[], words: readonly string[]): T[] {
  const ranked = lines.flatMap((line) => {
    const scores = words.map((word) => scoreOf(line, word));
    if (scores.includes(0)) return [];
    return [{ line, score: scores.reduce((sum, score) => sum + score, 0) }];
  });
  return ranked
    .sort((left, right) => right.score - left.score || (left.line.name < right.line.name ? -1 : 1))
    .map(({ line }) => line);
}

export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** 0 when the word stands nowhere. */
function scoreOf(line: CatalogLine, word: string): number {
  const base = baseNameOf(line.name);
  if (word === line.name || word === base) return 64;
  if (base.startsWith(word) || line.name.startsWith(word)) return 32;
  if (line.name.includes(word)) return 16;
  if (line.keywords.some((keyword) => keyword.toLowerCase() === word)) return 8;
  if (line.keywords.some((keyword) => keyword.toLowerCase().includes(word))) return 4;
  if (line.category.includes(word)) return 2;
  return line.description.toLowerCase().includes(word) ? 1 : 0;
}

function requireCategory(text: string): void {
  const groups = [...new Set(categories.map((one) => one.split('/')[0] ?? one))];
  const known: readonly string[] = [...groups, ...categories];
  if (known.includes(text)) return;
  // People type the second half alone.
  const halves = new Map(categories.map((one) => [one.split('/')[1] ?? one, one]));
  const meant = nearest(text, [...known, ...halves.keys()]);
  throw new UdosError('USAGE', `There is no category ${JSON.stringify(text.slice(0, 80))}.`, {
    hint:
      meant === undefined
        ? `There are ${groups.join(', ')}, each with a second half: ${categories[0]}.`
        : `Did you mean ${halves.get(meant) ?? meant}?`,
    data: { category: text, known },
  });
}

function isIn(category: string | undefined): (line: CatalogLine) => boolean {
  return (line) =>
    category === undefined || line.category === category || line.category.startsWith(`${category}/`);
}

async function readCatalog(
  context: Context,
  registries: Registries,
  registry: ConfiguredRegistry,
  asked: readonly ConfiguredRegistry[],
): Promise<FoundPlugin[] | undefined> {
  try {
    const { index } = await registries.open(registry.id, 'locked');
    return (await index.catalog()).map((line) => ({ registry: registry.alias, ...line }));
  } catch (error) {
    const isAlone = asked.length === 1;
    if (isAlone || !hasCode(error, 'NETWORK_FAILED', 'TRANSFER_LIMIT', 'AUTH_REQUIRED', 'OFFLINE'))
      throw error;
    context.reporter.warn(`${registry.alias} was not searched: ${error.message}`);
    return undefined;
  }
}

function distinctById(registries: readonly ConfiguredRegistry[]): ConfiguredRegistry[] {
  return registries.filter((one, at) => registries.findIndex((other) => other.id === one.id) === at);
}
