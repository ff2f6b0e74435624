import type { Context } from '../../context/index.js';
import type { Integrity, Lockfile } from '../../model/formats/index.js';
import { readLockState } from '../../primitives/fs/index.js';
import { isStoreInUse, listArtifacts, listIncoming, readKnownRoots } from '../../store/index.js';
import { findTornWrites, readHomeLocks } from '../steps/home-leftovers.js';
import { shellPath } from '../steps/fix-text.js';
import type { Findings } from './findings.js';
import type { Patient } from './patient.js';

const unreadable = 'Check the owner and the mode of that folder.';

/** Who works here now, and which locks dead processes left. */
export async function checkLocks(
  context: Context,
  patient: Patient | undefined,
  findings: Findings,
): Promise<void> {
  const locks = await findings.attempt('unreadable', context.home.folder, unreadable, () =>
    readHomeLocks(context),
  );
  const held = [...(locks?.held ?? [])];
  for (const lock of locks?.stale ?? [])
    findings.add('lock-stale', lock, staleMessage, 'Run `udos store prune`.');
  if (patient !== undefined) {
    const lock = `${patient.paths.lockfile}.lock`;
    const state = await readLockState(lock);
    if (state === 'held') held.push(lock);
    if (state === 'stale')
      findings.add('lock-stale', lock, staleMessage, `Run \`udos install${patient.flags}\`.`);
  }
  for (const lock of held) {
    const isProject = lock.startsWith(patient?.paths.lockfile ?? '\0');
    const passed = isProject ? ', so that what is installed was not looked at' : '';
    const message = `Another command is at work, or was killed within the last ten seconds${passed}.`;
    findings.add('lock-held', lock, message, 'Wait until it ends, then run `udos doctor` again.');
  }
}

const staleMessage =
  'A command that held this lock ended without letting go of it. The next one passes it over.';

/** Sizes of artifacts, what killed commands left, and receipts of places that are gone. */
export async function checkHome(
  context: Context,
  lock: Lockfile | undefined,
  findings: Findings,
): Promise<void> {
  const { store, receiptsFolder, folder } = context.home;
  await findings.attempt('unreadable', store, unreadable, async () => {
    const sizes = new Map<Integrity, number>(
      Object.values(lock?.plugins ?? {}).map(({ integrity, size }) => [integrity, size]),
    );
    for (const { file, integrity, bytes } of await listArtifacts(store)) {
      const expected = integrity && sizes.get(integrity);
      const isSound = integrity !== undefined && bytes > 0 && (expected ?? bytes) === bytes;
      if (isSound) continue;
      const message =
        integrity === undefined
          ? 'It lies among the artifacts of the store and is none.'
          : `It has ${bytes} bytes, ${expected === undefined ? 'which no artifact has' : `expected are ${expected}`}.`;
      findings.add('artifact-damaged', file, message, 'Run `udos store check`.');
    }
    if (await isStoreInUse(store)) return;
    for (const { file } of await listIncoming(store)) {
      const message = 'A download that was interrupted left this file.';
      findings.add('store-leftover', file, message, 'Run `udos store check`.');
    }
  });
  await findings.attempt('unreadable', receiptsFolder, unreadable, async () => {
    for (const { folder: receipts, root, state } of await readKnownRoots(receiptsFolder)) {
      if (state === 'there') continue;
      const message = `It says what is installed below ${root ?? ''}, and nothing is there now.`;
      findings.add(
        'receipts-orphaned',
        receipts,
        message,
        'If it is only away, bring it back; if it is gone for good, run `udos store prune --forget-gone`.',
      );
    }
  });
  await findings.attempt('unreadable', folder, unreadable, async () => {
    const { files, keys } = await findTornWrites(context);
    const message = 'A killed command left this half-written file.';
    for (const { file } of files) findings.add('torn-write', file, message, 'Run `udos store prune`.');
    for (const { file } of keys)
      findings.add('torn-write', file, message, `If you did not put it there, \`rm ${shellPath(file)}\`.`);
  });
}
