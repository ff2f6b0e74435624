import type { Context } from '../context/index.js';
import { Findings, findingKinds, type Finding } from './doctor/findings.js';
import { checkHome, checkLocks } from './doctor/home.js';
import { checkInstalled } from './doctor/installed.js';
import { checkKeys } from './doctor/keys.js';
import { checkLockedReleases } from './doctor/locked-releases.js';
import { findPatient, readMovement } from './doctor/patient.js';
import { checkRegistries } from './doctor/registries.js';
import { checkSettings } from './doctor/settings.js';
import type { Place } from './steps/project.js';

export interface DoctorResult {
  /** True when there is no problem; warnings do not count. */
  readonly healthy: boolean;
  readonly home: string;
  /** The project that was looked at; null outside any. */
  readonly project: string | null;
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** How often to look again where another command moved things meanwhile. */
const patience = 3;

/**
 * Looks at this user's home and at the project around, or with `global` at the machine, and says everything that is wrong
 * and what mends it. It changes nothing, takes no lock and reaches no network. Whatever stands in a file is an answer,
 * never a failure; what another command was just moving is no finding.
 */
export async function examine(context: Context, place: Place): Promise<DoctorResult> {
  for (let left = patience; ; left -= 1) {
    const before = await readMovement(context, place);
    const result = await look(context, place);
    if (result.healthy || left === 0 || (await readMovement(context, place)) === before) return result;
  }
}

async function look(context: Context, place: Place): Promise<DoctorResult> {
  const findings = new Findings();
  context.reporter.step('Looking at the settings');
  const patient = await findings.attempt(
    'project-invalid',
    context.cwd,
    'Put a readable udos.json there, or work in another folder.',
    () => findPatient(context, place),
  );
  const settings = await checkSettings(context, patient, findings);
  await checkLocks(context, patient, findings);
  if (patient !== undefined && !patient.isBusy) {
    context.reporter.step('Looking at what is installed');
    await checkInstalled(context, patient, settings.lock, findings);
  }
  context.reporter.step('Looking at the registries');
  const sound = await checkRegistries(context, settings, findings);
  if (patient !== undefined) await checkLockedReleases(context, patient, settings, sound, findings);
  await checkKeys(context, findings);
  await checkHome(context, settings.lock, findings);

  const of = (severity: 'problem' | 'warning') =>
    findings.all.filter(({ kind }) => findingKinds[kind] === severity);
  return {
    healthy: of('problem').length === 0,
    home: context.home.folder,
    project: patient?.paths.project ?? null,
    problems: of('problem'),
    warnings: of('warning'),
  };
}
