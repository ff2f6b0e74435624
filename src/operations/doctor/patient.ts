import { lstat } from 'node:fs/promises';
import type { Context, RootPaths } from '../../context/index.js';
import { readLockState } from '../../primitives/fs/index.js';
import { findProject, findProjectIfAny, type Place } from '../steps/project.js';
import { placeFlags } from '../steps/fix-text.js';

/** The project or machine that is looked at. */
export interface Patient {
  readonly paths: RootPaths;
  /** The folder of its receipts. */
  readonly receiptsFolder: string;
  /** What commands need to act on the same place, with a space before it: ` --global --root DIR`. */
  readonly flags: string;
  /** True while another command works on it: what it does next would look like damage. */
  readonly isBusy: boolean;
}

/** The project around, or with `global` the machine; undefined outside any. */
export async function findPatient(context: Context, place: Place): Promise<Patient | undefined> {
  const paths =
    place.global === true ? await findProject(context, place) : await findProjectIfAny(context, place);
  if (paths === undefined) return undefined;
  return {
    paths,
    receiptsFolder: context.home.receipts(paths.root),
    flags: placeFlags(place, paths),
    isBusy: (await readLockState(`${paths.lockfile}.lock`)) === 'held',
  };
}

/** What tells that a command worked on the place meanwhile: two equal ones mean that none did. */
export async function readMovement(context: Context, place: Place): Promise<string> {
  const patient = await findPatient(context, place).catch(() => undefined);
  if (patient === undefined) return 'nothing there';
  const { paths, receiptsFolder, isBusy } = patient;
  const times = [paths.projectFile, paths.lockfile, paths.installedFolder, receiptsFolder].map(
    async (one) => {
      const { mtimeMs } = await lstat(one).catch(() => ({ mtimeMs: 0 }));
      return mtimeMs;
    },
  );
  return [isBusy, ...(await Promise.all(times))].join(' ');
}
