import path from 'node:path';
import type { Context } from '../../context/index.js';
import type { Lockfile } from '../../model/formats/index.js';
import { isRegistryId, type RegistryId } from '../../model/names.js';
import { listFolder } from '../../primitives/fs/index.js';
import { inspectTrust, readEvidence, type TrustInspection, type TrustProblem } from '../../registry/index.js';
import type { ConfiguredRegistry } from '../steps/configured-registries.js';
import { shellPath } from '../steps/fix-text.js';
import type { FindingKind, Findings } from './findings.js';
import type { Settings } from './settings.js';

const dayMs = 24 * 60 * 60 * 1000;
const soonMs = 14 * dayMs;

/**
 * Whether what this machine keeps of each registry still proves itself, lasts, and holds no evidence of misbehaviour.
 *
 * @returns the ids of those whose trust state is sound.
 */
export async function checkRegistries(
  context: Context,
  { configured, lock }: Settings,
  findings: Findings,
): Promise<ReadonlySet<RegistryId>> {
  const sound = new Set<RegistryId>();
  const ids = await findings.attempt(
    'unreadable',
    context.home.registriesFolder,
    'Check the owner and the mode of that folder.',
    async () => (await listFolder(context.home.registriesFolder)).filter(isRegistryId),
  );
  for (const id of ids ?? []) {
    const place: TrustPlace = {
      folder: context.home.registry(id).trust,
      configured: configured.find((registry) => registry.id === id),
      name: nameOf(id, configured, lock),
    };
    const inspection = await findings.attempt(
      'unreadable',
      place.folder,
      'Check the owner and the mode of that folder.',
      () => inspectTrust(place.folder, id),
    );
    if (inspection === undefined) continue;
    for (const problem of inspection.problems) addProblem(place, problem, findings);
    if (inspection.problems.length === 0) sound.add(id);
    // Without its roots nobody can tell who signed; once they are mended, this says what there is.
    if (inspection.rootExpires !== undefined)
      await findings.attempt('unreadable', place.folder, 'Check the owner and the mode of that folder.', () =>
        checkEvidence(place, id, findings),
      );
    if (place.configured !== undefined) checkExpiry(context, place.configured, inspection, findings);
  }
  return sound;
}

interface TrustPlace {
  readonly folder: string;
  readonly configured: ConfiguredRegistry | undefined;
  /** Its alias, where it has one. */
  readonly name: string;
}

function nameOf(id: RegistryId, configured: readonly ConfiguredRegistry[], lock: Lockfile | undefined) {
  return configured.find((one) => one.id === id)?.alias ?? lock?.registries[id]?.alias ?? id;
}

const kinds: Readonly<Record<TrustProblem['kind'], FindingKind>> = {
  state: 'trust-state-invalid',
  roots: 'trust-roots-invalid',
  head: 'trust-head-invalid',
  seen: 'trust-seen-invalid',
  object: 'index-object-damaged',
};

function addProblem(place: TrustPlace, { kind, file, problem }: TrustProblem, findings: Findings): void {
  const message = `What this machine keeps of the registry ${place.name} is damaged: ${withoutDot(problem)}.`;
  findings.add(kinds[kind], file, message, fixOf(place, kind, file));
}

/** What is removed is learned anew, from the source and through all checks; the id pins who the registry is. */
function fixOf({ folder, configured }: TrustPlace, kind: TrustProblem['kind'], file: string): string {
  if (kind === 'object') return 'Run `udos store check`; what it removes is read from the registry again.';
  if (kind === 'seen')
    return `Restore it from a backup, or forget what was seen there with \`rm ${shellPath(file)}\`.`;
  if (configured === undefined)
    return `Nothing here uses that registry: forget it with \`rm -r ${shellPath(path.dirname(folder))}\`.`;
  const state = `\`rm -rf ${shellPath(path.join(folder, 'state.json'))}\``;
  const roots = kind === 'roots' ? ` and \`rm -rf ${shellPath(path.join(folder, 'roots'))}\`` : '';
  return `Restore ${shellPath(folder)} from a backup, or forget the damaged part with ${state}${roots}, then run \`udos registry sync ${configured.alias}\`.`;
}

/** Heads that were put aside with the key that signed them are no finding: the owner did that on purpose. */
async function checkEvidence(
  { folder, name }: TrustPlace,
  id: RegistryId,
  findings: Findings,
): Promise<void> {
  const { contradictions, unproven } = await readEvidence(folder, id);
  for (const { folder: evidence } of contradictions) {
    findings.add(
      'registry-evidence',
      evidence,
      `The registry ${name} contradicted itself: two signed heads that exclude each other are kept there.`,
      `Send a copy to its owner, and trust nothing new from it until they have explained it. Then remove the evidence with \`rm -r ${shellPath(evidence)}\`.`,
    );
  }
  for (const evidence of unproven) {
    findings.add(
      'evidence-unproven',
      evidence,
      `What is kept there as evidence against the registry ${name} proves nothing: its own signatures are missing.`,
      `Remove it with \`rm -r ${shellPath(evidence)}\`.`,
    );
  }
}

function checkExpiry(
  context: Context,
  { alias }: ConfiguredRegistry,
  { expires, rootExpires }: TrustInspection,
  findings: Findings,
): void {
  const now = context.clock.now().getTime();
  const fix = `Run \`udos registry sync ${alias}\`. When that brings nothing newer, ask its owner to sign one.`;
  for (const [what, kind, until] of [
    ['checkpoint', 'registry', expires],
    ['root', 'root', rootExpires],
  ] as const) {
    if (until === undefined) continue;
    const left = Date.parse(until) - now;
    if (left <= 0) {
      const message = `The newest ${what} of ${alias} known here expired on ${until}; nothing new can be chosen from it.`;
      findings.add(`${kind}-expired`, alias, message, fix);
    } else if (left < soonMs) {
      const message = `The newest ${what} of ${alias} known here expires on ${until}.`;
      findings.add(`${kind}-expires-soon`, alias, message, fix);
    }
  }
}

function withoutDot(text: string): string {
  return text.replace(/\.$/, '');
}
