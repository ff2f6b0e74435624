import type { Context } from '../context/index.js';
import { emptyLockfile, parseLockfile } from '../lock/index.js';
import type { PluginName } from '../model/names.js';
import type { Version } from '../model/version.js';
import { createHistory } from '../store/index.js';
import { isSameState, nextBack } from './steps/earlier-states.js';
import { lockedPlugins } from './steps/lock-graph.js';
import { openProject, type Place } from './steps/project.js';

export interface EarlierState {
  readonly number: number;
  /** The change before which it stood, and when that was made. */
  readonly command: string | null;
  readonly time: string;
  readonly plugins: readonly { readonly name: PluginName; readonly version: Version }[];
  /** True for the one that the project has now. */
  readonly here: boolean;
  /** True for the one that `udos rollback` brings back. */
  readonly next: boolean;
}

/**
 * The earlier states of a project, newest first.
 *
 * @throws PROJECT_MISSING, PROJECT_INVALID, LOCKFILE_INVALID, STATE_CORRUPT
 */
export async function listEarlierStates(context: Context, place: Place): Promise<EarlierState[]> {
  const { paths, texts } = await openProject(context, place);
  const states = await createHistory(context.home.history(paths.root)).all();
  const next = nextBack(states, texts);
  const back = states.at(-1)?.back;
  return states.reverse().map((state) => {
    const lock = state.lockfile === null ? emptyLockfile : parseLockfile(Buffer.from(state.lockfile));
    return {
      number: state.number,
      command: state.command ?? null,
      time: state.time,
      plugins: lockedPlugins(lock).map(([name, { version }]) => ({ name, version })),
      here: state.number === back && isSameState(state, texts),
      next: state === next,
    };
  });
}
