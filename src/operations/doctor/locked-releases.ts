import type { Context } from '../../context/index.js';
import { hasCode } from '../../errors/index.js';
import type { LockedPlugin } from '../../model/formats/index.js';
import type { Alias, PluginName, RegistryId } from '../../model/names.js';
import type { VerifiedIndex, VerifiedPlugin } from '../../model/verified-index.js';
import type { Range } from '../../model/version.js';
import { createDiskTrustStore, readOnly, syncRegistry } from '../../registry/index.js';
import { lockedPlugins } from '../steps/lock-graph.js';
import { newSigners } from '../steps/new-signers.js';
import { wayOut } from '../steps/way-out.js';
import type { Findings } from './findings.js';
import type { Patient } from './patient.js';
import type { Settings } from './settings.js';

/**
 * What the newest index that this machine keeps says of each locked release. What is not kept is not asked for.
 *
 * @param sound registries whose trust state can be read.
 */
export async function checkLockedReleases(
  context: Context,
  patient: Patient,
  { project, lock }: Pick<Settings, 'project' | 'lock'>,
  sound: ReadonlySet<RegistryId>,
  findings: Findings,
): Promise<void> {
  if (lock === undefined) return;
  for (const id of Object.keys(lock.registries) as RegistryId[]) {
    const alias = lock.registries[id]?.alias;
    if (alias === undefined || !sound.has(id)) continue;
    const index = await findings.attempt(
      'trust-head-invalid',
      alias,
      `Run \`udos registry sync ${alias}\`.`,
      () => unlessOffline(() => openKept(context, id, alias)),
    );
    if (index === undefined) continue;
    for (const [name, locked] of lockedPlugins(lock)) {
      if (locked.registry !== id) continue;
      const plugin = await findings.attempt(
        'plugin-refused',
        name,
        `Tell its publisher, and remove it with \`udos remove ${name}${patient.flags}\`.`,
        () => unlessOffline(async () => (await index.plugins([name])).get(name)),
      );
      if (plugin !== undefined) judge(patient, project?.plugins[name], [name, locked], plugin, findings);
    }
  }
}

function openKept(context: Context, registry: RegistryId, alias: Alias): Promise<VerifiedIndex> {
  return syncRegistry({
    registry,
    alias,
    sources: [],
    store: readOnly(createDiskTrustStore(context.home.registry(registry).trust)),
    clock: context.clock.now().getTime(),
    warn: () => undefined,
  });
}

async function unlessOffline<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (hasCode(error, 'OFFLINE')) return undefined;
    throw error;
  }
}

function judge(
  { flags }: Patient,
  requirement: Range | undefined,
  [name, locked]: readonly [PluginName, LockedPlugin],
  plugin: VerifiedPlugin,
  findings: Findings,
): void {
  const release = plugin.document.releases.find(({ version }) => version === locked.version);
  const away = wayOut(name, plugin, requirement, flags);
  const revoked = release && plugin.revocationOf(release);
  if (revoked !== undefined) {
    const message = `${name} ${locked.version} was recalled by its registry: ${withoutDot(revoked)}.`;
    findings.add('release-revoked', name, message, away);
  } else if (release !== undefined && release.yanked !== false) {
    const message = `${name} ${locked.version} was yanked by its publisher: ${withoutDot(release.yanked)}.`;
    findings.add('release-yanked', name, message, away);
  }
  const signers = newSigners(locked, plugin);
  if (signers.length === 0) return;
  findings.add(
    'signers-changed',
    name,
    `${name} is vouched for by keys that the lockfile has not seen: ${signers.join(', ')}.`,
    `Ask its publisher whether the keys changed, then accept them with \`udos install --repair --yes${flags}\`.`,
  );
}

function withoutDot(text: string): string {
  return text.replace(/\.$/, '');
}
