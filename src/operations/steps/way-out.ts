import type { PluginName } from '../../model/names.js';
import type { VerifiedPlugin } from '../../model/verified-index.js';
import { isInRange, type Range } from '../../model/version.js';

/**
 * What to do about a locked release that was recalled or withdrawn: take another one within the range, or beyond it, or remove
 * the plugin. A sentence with a command in it.
 *
 * @param requirement of `udos.json`; undefined when only others need the plugin.
 * @param flags what the command needs to act on the same place: ` --global`.
 */
export function wayOut(
  name: PluginName,
  plugin: VerifiedPlugin,
  requirement: Range | undefined | 'unknown',
  flags = '',
): string {
  const good = plugin.document.releases.filter(
    (one) => one.yanked === false && plugin.revocationOf(one) === undefined,
  );
  if (good.length === 0)
    return `There is no good release of it; remove it with \`udos remove ${name}${flags}\`.`;
  if (requirement === 'unknown')
    return `Move to another release with \`udos update ${name}${flags}\`; \`--latest\` goes beyond the range of udos.json.`;
  if (requirement === undefined || good.some(({ version }) => isInRange(version, requirement)))
    return `Move to another release with \`udos update ${name}${flags}\`.`;
  return `No other release is in the range of udos.json; move beyond it with \`udos update ${name} --latest${flags}\`.`;
}
