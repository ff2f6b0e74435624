import type { Context } from '../context/index.js';
import { emptyLockfile, parseLockfile } from '../lock/index.js';
import type { PluginName } from '../model/names.js';
import type { Version } from '../model/version.js';
import { createHistory } from '../store/index.js';
import { isSameState, nextBack } from './steps/earlier-states.js';
import { lockedPlugins } from './steps/lock-graph.js';
import { isReadableState, openMendableProject } from './steps/mendable-project.js';
import type { Place } from './steps/project.js';

export interface EarlierState {
  readonly number: number;
  /** The change before which it stood, and when that was made. */
  readonly command: string | null;
  readonly time: string;
  readonly plugins: readonly { readonly name: PluginName; readonly version: Version }[];
  /** False for one whose files could not be read then: it is kept to be looked at, and is not brought back. */
  readonly readable: boolean;
  /** True for the one that the project has now. */
  readonly here: boolean;
  /** True for the one that `udos rollback` brings back. */
  readonly next: boolean;
}

/**
 * The earlier states of a project, newest first.
 *
 * @throws PROJECT_MISSING, STATE_CORRUPT
 */
export async function listEarlierStates(context: Context, place: Place): Promise<EarlierState[]> {
  const { paths, texts, broken } = await openMendableProject(context, place);
  const states = await createHistory(context.home.history(paths.root)).all();
  const readable = new Set(states.filter((state) => isReadableState(paths, state)));
  const next = nextBack([...readable], texts, broken.length > 0);
  const back = states.at(-1)?.back;
  return states.reverse().map((state) => {
    const text = readable.has(state) ? state.lockfile : null;
    const lock = text === null ? emptyLockfile : parseLockfile(Buffer.from(text));
    return {
      number: state.number,
      command: state.command ?? null,
      time: state.time,
      plugins: lockedPlugins(lock).map(([name, { version }]) => ({ name, version })),
      readable: readable.has(state),
      here: state.number === back && isSameState(state, texts),
      next: state === next,
    };
  });
}
