import type { Context } from '../../context/index.js';
import { hasCode } from '../../errors/index.js';
import type { Lockfile } from '../../model/formats/index.js';
import type { PluginName, RegistryId } from '../../model/names.js';
import { readLockState } from '../../primitives/fs/index.js';
import { inspectTransaction } from '../../store/index.js';
import { lockedPlugins } from '../steps/lock-graph.js';
import { newSigners } from '../steps/new-signers.js';
import type { OpenProject } from '../steps/project.js';
import type { Registries } from '../steps/registries.js';

/** Something to know that is no damage. */
export interface VerifyNote {
  /**
   * - `signers-changed`: keys vouch for the plugin now that the lockfile has not seen;
   * - `registry-expired`: the newest checkpoint of the registry has expired, so that this is the state of an earlier day;
   * - `lock-stale`: the last command that changed this project was killed;
   * - `interrupted`: a change of what is installed was interrupted, and the next command finishes or undoes it.
   */
  readonly kind: 'signers-changed' | 'registry-expired' | 'lock-stale' | 'interrupted';
  /** A plugin, a registry's alias or a path. */
  readonly where: string;
  readonly message: string;
  readonly fix: string;
}

/** What the last command left behind. It is looked at, never touched. */
export async function noteLeftovers(
  context: Context,
  { paths }: Pick<OpenProject, 'paths'>,
  flags: string,
): Promise<VerifyNote[]> {
  const lock = `${paths.lockfile}.lock`;
  const state = await readLockState(lock);
  if (state === 'held') return [];
  const place = { paths, receiptsFolder: context.home.receipts(paths.root) };
  const fix = `Run \`udos install${flags}\`.`;
  if (await isInterrupted(place)) {
    const message = 'A command that changed what is installed was interrupted.';
    return [{ kind: 'interrupted', where: paths.staging, message, fix }];
  }
  if (state === 'free') return [];
  const message = 'The last command that changed this project was killed.';
  return [{ kind: 'lock-stale', where: lock, message, fix }];
}

async function isInterrupted(place: Parameters<typeof inspectTransaction>[0]): Promise<boolean> {
  try {
    return (await inspectTransaction(place)) !== 'none';
  } catch (error) {
    // A journal that cannot be read was left by somebody, too.
    if (hasCode(error, 'STATE_CORRUPT', 'FILESYSTEM_FAILED')) return true;
    throw error;
  }
}

/**
 * What the indexes say of locked releases that is no damage.
 *
 * @param compared plugins that were compared with their index.
 */
export async function notesOf(
  registries: Registries,
  lock: Lockfile,
  compared: ReadonlySet<string>,
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
    notes.push(...signerNotes(name, plugin === undefined ? [] : newSigners(locked, plugin), flags));
  }
  return notes;
}

function signerNotes(name: PluginName, signers: readonly string[], flags: string): VerifyNote[] {
  if (signers.length === 0) return [];
  const message = `${name} is vouched for by keys that the lockfile has not seen: ${signers.join(', ')}.`;
  const fix = `Ask its publisher whether the keys changed, then accept them with \`udos install --repair --yes${flags}\`.`;
  return [{ kind: 'signers-changed', where: name, message, fix }];
}
