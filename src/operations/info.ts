import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import type { PluginDocument, Release } from '../model/formats/index.js';
import type { Alias, Fingerprint, PluginName, RegistryId } from '../model/names.js';
import { parseSpec, type Spec } from '../model/spec.js';
import { isInRange, type Range, type Version } from '../model/version.js';
import { findPlugin } from './steps/find-plugin.js';
import { openProjectIfAny } from './steps/nearest-project.js';
import { newestFirst, newestInRanges, newestRelease, type ReleaseList } from './steps/newest.js';
import type { Place } from './steps/project.js';
import { withRegistries } from './steps/registries.js';

export interface InfoResult
  extends
    Pick<
      Release,
      | 'version'
      | 'published'
      | 'size'
      | 'unpackedSize'
      | 'files'
      | 'integrity'
      | 'license'
      | 'tier'
      | 'engines'
      | 'dependencies'
      | 'optionalDependencies'
      | 'permissions'
      | 'changelog'
      | 'yanked'
    >,
    Pick<PluginDocument, 'description' | 'category' | 'keywords'> {
  readonly name: PluginName;
  readonly registry: Alias;
  readonly registryId: RegistryId;
  /** Why its registry recalled this release, or false. */
  readonly revoked: string | false;
  /** The keys whose signatures vouch for the plugin now. */
  readonly signers: readonly Fingerprint[];
  /** The newest release; null when none may be chosen. */
  readonly latest: Version | null;
  /** How many releases there are. */
  readonly versions: number;
  /** The version that the project here has locked. */
  readonly locked: Version | null;
}

/**
 * What the registry says of a plugin: of the newest release that the spec's range allows. One that was withdrawn is shown
 * only when nothing else lies in the range.
 *
 * @throws SPEC_INVALID, PLUGIN_NOT_FOUND, VERSION_NOT_FOUND, REGISTRY_AMBIGUOUS, NO_REGISTRY, and what the checks throw
 */
export async function info(context: Context, specText: string, place: Place): Promise<InfoResult> {
  const spec = parseSpec(specText);
  const open = await openProjectIfAny(context, place);
  return withRegistries(context, open, async (registries) => {
    const { alias, registry, plugin } = await findPlugin(registries, open, spec);
    const release = meantRelease(spec, plugin);
    const { description, category, keywords, releases } = plugin.document;
    const locked = open?.lock.plugins[spec.name];
    return {
      name: spec.name,
      registry: alias,
      registryId: registry,
      description,
      category,
      keywords,
      ...shownFields(release),
      revoked: plugin.revocationOf(release) ?? false,
      signers: [...plugin.signers].sort(),
      latest: newestRelease(plugin)?.version ?? null,
      versions: releases.length,
      locked: locked?.registry === registry ? locked.version : null,
    };
  });
}

function shownFields(release: Release): Omit<Release, 'urls' | 'minisig'> {
  const hidden = new Set(['urls', 'minisig']);
  return Object.fromEntries(Object.entries(release).filter(([field]) => !hidden.has(field))) as Omit<
    Release,
    'urls' | 'minisig'
  >;
}

/** @throws VERSION_NOT_FOUND naming what there is */
export function meantRelease(spec: Pick<Spec, 'name' | 'range'>, plugin: ReleaseList): Release {
  const { name, range } = spec;
  const all = newestFirst(plugin);
  const found =
    range === undefined
      ? (newestRelease(plugin) ?? all[0])
      : (newestInRanges(plugin, [range]) ?? all.find((release) => isInRange(release.version, range)));
  if (found !== undefined) return found;
  throw noRelease(
    name,
    range,
    all.slice(0, 5).map((release) => release.version),
  );
}

function noRelease(name: PluginName, range: Range | undefined, newest: readonly Version[]): UdosError {
  const problem =
    newest.length === 0
      ? `${name} has no releases.`
      : `No release of ${name} lies in ${range ?? '*'}. The newest are ${newest.join(', ')}.`;
  return new UdosError('VERSION_NOT_FOUND', problem, {
    hint: `See all with \`udos versions ${name}\`.`,
    data: { plugin: name, range: range ?? null, newest },
  });
}
