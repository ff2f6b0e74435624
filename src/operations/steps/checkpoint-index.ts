import type { Context } from '../../context/index.js';
import {
  prepareCheckpoint,
  withChanges,
  type Changes,
  type PreparedCheckpoint,
  type Signer,
} from '../../registry/index.js';
import type { IndexWorkspace } from './index-workspace.js';
import { judgeRelease } from './judge-release.js';

/** How long a checkpoint lasts: a year where one person holds the keys, 30 days for a team's CI (DESIGN check 8). */
export const checkpointDays = { onePerson: 365, team: 30 } as const;

const dayMs = 24 * 60 * 60 * 1000;

/** The next checkpoint of a workspace whose main would have `changes`. Nothing is written. */
export async function prepareWorkspaceCheckpoint(
  context: Context,
  workspace: IndexWorkspace,
  changes: Changes,
  signers: readonly Signer[],
  days: number,
): Promise<PreparedCheckpoint> {
  context.reporter.step('Checking the index as a client would');
  return prepareCheckpoint({
    registry: workspace.registry,
    main: withChanges(workspace.main, changes),
    published: workspace.published,
    signers,
    now: Math.floor(context.clock.now().getTime() / 1000) * 1000,
    lifetime: days * dayMs,
    judgeRelease,
  });
}
