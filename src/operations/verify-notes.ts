import type { Context } from '../context/index.js';
import type { Lockfile } from '../model/formats/index.js';
import type { PluginName, RegistryId } from '../model/names.js';
import { readLockState } from '../primitives/fs/index.js';
import { lockedPlugins } from './steps/lock-graph.js';
import { newSigners } from './steps/new-signers.js';
import { findProject, type Place } from './steps/project.js';
import type { Registries } from './steps/registries.js';

/** Something to know that is no damage. */
export interface VerifyNote {
  /**
   * - `signers-changed`: keys vouch for the plugin now that the lockfile has not seen;
   * - `registry-expired`: the newest checkpoint of the registry has expired, so that this is the state of an earlier day;
   * - `lock-stale`: the last command that changed this project was killed.
   */
  readonly kind: 'signers-changed' | 'registry-expired' | 'lock-stale';
  /** A plugin, a registry's alias or a path. */
  readonly where: string;
  readonly message: string;
  readonly fix: string;
}

/** A lock that the last command left. Taking it over removes it, so that this is the time to look. */
export async function noteStaleLock(context: Context, place: Place): Promise<VerifyNote[]> {
  const paths = await findProject(context, place);
  const lock = `${paths.lockfile}.lock`;
  if ((await readLockState(lock)) !== 'stale') return [];
  const message =
    'The last command that changed this project was killed. What it left was finished or undone first.';
  return [
    { kind: 'lock-stale', where: lock, message, fix: 'Nothing is left to do. Look with `udos doctor`.' },
  ];
}

/**
 * What the indexes say of locked releases that is no damage.
 *
 * @param compared plugins that were compared with their index.
 */
export async function notesOf(
  registries: Registries,
  lock: Lockfile,
  compared: ReadonlySet<PluginName>,
  flags: string,
): Promise<VerifyNote[]> {
  const notes: VerifyNote[] = [];
  const expired = new Set<RegistryId>();
  for (const [name, locked] of lockedPlugins(lock)) {
    if (!compared.has(name)) continue;
    const { index } = await registries.open(locked.registry, 'locked');
    if (index.isExpired && !expired.has(locked.registry)) {
      expired.add(locked.registry);
      const message = `The newest checkpoint of ${index.alias} expired on ${index.expires}; what was recalled since is not known.`;
      const fix = `Run \`udos registry sync ${index.alias}\`. When that brings nothing newer, ask its owner to sign one.`;
      notes.push({ kind: 'registry-expired', where: index.alias, message, fix });
    }
    const plugin = (await index.plugins([name])).get(name);
    const signers = plugin === undefined ? [] : newSigners(locked, plugin);
    if (signers.length === 0) continue;
    const message = `${name} is vouched for by keys that the lockfile has not seen: ${signers.join(', ')}.`;
    const fix = `Ask its publisher whether the keys changed, then accept them with \`udos install --repair --yes${flags}\`.`;
    notes.push({ kind: 'signers-changed', where: name, message, fix });
  }
  return notes;
}
