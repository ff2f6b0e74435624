import { UdosError } from '../../errors/index.js';
import type { RegistryFile } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import { baseNameOf, isPluginName, publisherOf, type PluginName, type Publisher } from '../../model/names.js';

/** Publishers and the plugins of each. */
export type Names = ReadonlyMap<Publisher, readonly PluginName[]>;

export interface LookAlikeInput {
  /** What a tree has. */
  readonly names: Names;
  /** What clients know already: these are never judged, and others are held against them. */
  readonly published: Names;
  readonly registryFile: Pick<RegistryFile, 'popular' | 'lookAlikes'>;
}

/**
 * What a hurried eye takes for something else, in the order it is folded. Single letters come first, so that `c1` is
 * read as `cl`, and that as `d`.
 */
const confusable: readonly (readonly [seen: RegExp, read: string])[] = [
  [/-/g, ''],
  [/0/g, 'o'],
  [/[1i]/g, 'l'],
  [/2/g, 'z'],
  [/5/g, 's'],
  [/8/g, 'b'],
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/cl/g, 'd'],
];

/** Names shorter than this are one letter from too many others. */
const shortestForSlips = 5;

/** How a name reads at a glance: two names with the same skeleton are taken for each other. */
export function skeletonOf(name: string): string {
  return confusable.reduce((text, [seen, read]) => text.replaceAll(seen, read), name);
}

/** True when one letter more, less or other, or two neighbours swapped, makes one name of the other. */
export function isOneSlipApart(left: string, right: string): boolean {
  if (left === right) return false;
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  const one = left.slice(start, left.length - end);
  const other = right.slice(start, right.length - end);
  if (one.length <= 1 && other.length <= 1) return true;
  return one.length === 2 && one === `${other.slice(1)}${other.slice(0, 1)}`;
}

/**
 * The new names of a tree that imitate others: a publisher that reads like a published or popular one; a plugin that
 * reads like another of its publisher, or like a popular one; and either, when one slip of the fingers leads from a
 * popular name to it. What a curator lists under `lookAlikes` is let through.
 *
 * @returns NAME_LOOKALIKE for each, under the path to keep back. A new publisher stands for all its plugins.
 */
export function findLookAlikes(input: LookAlikeInput): { path: string; error: UdosError }[] {
  const { names, published, registryFile } = input;
  const allowed = new Set<string>(registryFile.lookAlikes);
  const popular = registryFile.popular ?? [];
  const isNewPublisher = (publisher: Publisher) => !published.has(publisher);
  const found: { path: string; error: UdosError }[] = [];
  let known: ReadonlyMap<string, string> | undefined;

  for (const [publisher, plugins] of names) {
    if (isNewPublisher(publisher) && !allowed.has(publisher)) {
      known ??= bySkeleton([...published.keys(), ...popular.filter((name) => !isPluginName(name))]);
      const error = imitation(publisher, known, popular);
      if (error !== undefined) {
        found.push({ path: layout.publisherFolder(publisher), error });
        continue;
      }
    }
    const before = new Set(published.get(publisher));
    const fresh = plugins.filter((plugin) => !before.has(plugin) && !allowed.has(plugin));
    if (fresh.length === 0) continue;
    const siblings = bySkeleton([...before, ...popular.filter(isPluginName)]);
    for (const plugin of fresh) {
      const error = imitation(plugin, siblings, popular);
      if (error !== undefined) found.push({ path: layout.document(plugin), error });
    }
  }
  return found;
}

function bySkeleton(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [skeletonOf(name), name]));
}

function imitation(
  name: string,
  known: ReadonlyMap<string, string>,
  popular: readonly string[],
): UdosError | undefined {
  if (popular.includes(name)) return undefined;
  const skeleton = skeletonOf(name);
  const twin = known.get(skeleton);
  if (twin !== undefined) {
    const why = `hyphens aside, and with 0 read as o, 1 and i as l, rn as m and the like, both are "${skeleton}"`;
    return refusal(name, twin, why, 'skeleton');
  }
  const meant = popular.find((other) => isSlip(name, other));
  if (meant === undefined) return undefined;
  return refusal(name, meant, `one slip of the fingers leads from that popular name to it`, 'slip');
}

function isSlip(name: string, popular: string): boolean {
  if (Math.min(name.length, popular.length) < shortestForSlips) return false;
  if (isPluginName(name) !== isPluginName(popular)) return false;
  // A publisher may well have notes and note.
  if (isPluginName(name) && isPluginName(popular) && publisherOf(name) === publisherOf(popular)) return false;
  return isOneSlipApart(name, popular);
}

function refusal(name: string, like: string, why: string, kind: 'skeleton' | 'slip'): UdosError {
  const what = isPluginName(name)
    ? `plugin ${baseNameOf(name)} of ${publisherOf(name)}`
    : `publisher ${name}`;
  return new UdosError('NAME_LOOKALIKE', `The new ${what} can be taken for ${like}: ${why}.`, {
    hint: `Choose another name. If both are honest, a curator of the registry adds "${name}" to "lookAlikes" in registry.json.`,
    data: { name, like, why: kind },
  });
}
