import { setTimeout } from 'node:timers/promises';
import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { driftOf } from '../lock/index.js';
import { inspectTransaction } from '../store/index.js';
import { findPatient, readMovement } from './doctor/patient.js';
import { placeFlags } from './steps/fix-text.js';
import { openProject, type OpenProject, type Place } from './steps/project.js';
import { withRegistries } from './steps/registries.js';
import { routedRegistry } from './steps/routing.js';
import { judgePlugins } from './verify/judge-plugins.js';
import { noteLeftovers, notesOf } from './verify/notes.js';
import { refuseUnproved } from './verify/refusal.js';
import type { VerifyResult } from './verify/result.js';
import { withScratchRegistries } from './verify/scratch-home.js';

/** How often to look again where another command moved things meanwhile, and after how long each time. */
const patience = { tries: 40, waitMs: 250 };

interface Look {
  readonly result: VerifyResult;
  readonly drift: readonly string[];
}

/**
 * Proves of every locked plugin that what is installed is what was locked and signed: the lockfile against the signed
 * index, the artifact against both, the receipt against the artifact, every file against the receipt.
 *
 * Takes no lock of the project and changes nothing below it; a home that cannot be written will do. While another command
 * moves what is installed it looks again.
 *
 * @throws RELEASE_REVOKED, LOCKED_RELEASE_MISMATCH and the other trust codes; INSTALL_DAMAGED; LOCKFILE_DRIFT; NOT_PROVED,
 *   unless `context.offline`. The worst decides, and `data` holds the result with the outcome of every plugin.
 *   STATE_LOCKED when the others never come to rest
 */
export async function verifyProject(context: Context, place: Place): Promise<VerifyResult> {
  for (let left = patience.tries; ; left -= 1) {
    const before = await readMovement(context, place);
    const { result, drift } = await look(context, place);
    try {
      refuseUnproved(result, drift, context.offline);
      return result;
    } catch (error) {
      const isStill = (await readMovement(context, place)) === before && !(await isMidway(context, place));
      if (isStill) throw error;
      if (left === 0) throw restless(result.project);
      await setTimeout(patience.waitMs, undefined, { signal: context.signal });
    }
  }
}

async function look(context: Context, place: Place): Promise<Look> {
  const open = await openProject(context, place);
  const first = await lookOnce(context, place, open);
  const isUnwritable = first.result.plugins.some(({ reason }) => reason?.code === 'FILESYSTEM_FAILED');
  if (!isUnwritable) return first;
  return withScratchRegistries(context, open.lock, (scratch) => lookOnce(scratch, place, open));
}

async function lookOnce(context: Context, place: Place, open: OpenProject): Promise<Look> {
  const { paths, lock } = open;
  const flags = placeFlags(place, paths);
  return withRegistries(context, open, async (registries) => {
    const plugins = await judgePlugins(context, registries, open, flags);
    const compared = new Set(plugins.filter(({ index }) => index === 'agrees').map(({ name }) => name));
    const drift = driftOf(open.project, lock, (name) =>
      routedRegistry(open.project, name, registries.configured),
    );
    const notes = [
      ...(await noteLeftovers(context, open, flags)),
      ...(await notesOf(registries, lock, compared, flags)),
    ];
    return { result: { project: paths.project, root: paths.root, plugins, notes }, drift };
  });
}

/** True while a command that is at work has moved one part and not yet the others. */
async function isMidway(context: Context, place: Place): Promise<boolean> {
  const patient = await findPatient(context, place);
  if (patient?.isBusy !== true) return false;
  return (await inspectTransaction(patient)) === 'decided';
}

function restless(project: string): UdosError {
  return new UdosError(
    'STATE_LOCKED',
    `Other udos commands change ${project} all the time, so that it could not be verified.`,
    { hint: 'Wait until they end, then run `udos verify` again.', data: { project } },
  );
}
