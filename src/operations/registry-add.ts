import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import type { Config, RegistryEntry } from '../model/formats/index.js';
import { parseAlias, parseRegistryId, type Alias, type RegistryId } from '../model/names.js';
import { isFolder, removeEmptyFolders } from '../primitives/fs/index.js';
import { readConfig } from './steps/config.js';
import { credentialFor, type ConfiguredRegistry, originOf } from './steps/configured-registries.js';
import { locationText } from './steps/location-text.js';
import { readFirstContact } from './steps/first-contact.js';
import { parseLocation, type Location } from './steps/location.js';
import { openProjectIfAny } from './steps/nearest-project.js';
import type { OpenProject, Place } from './steps/project.js';
import { openConfigured } from './steps/registries.js';
import { changeConfig, changeProject } from './steps/settings.js';

export interface RegistryAddOptions {
  readonly alias: string;
  /** A web address, or a folder: relative to the current one. */
  readonly url: string;
  /** The id that the owner told; without it a person is asked. */
  readonly id?: string | undefined;
  readonly mirrors: readonly string[];
  /** The registry may lie on a private network. */
  readonly internal: boolean;
  readonly place: Place;
}

export interface RegistryAddResult {
  readonly alias: Alias;
  readonly id: RegistryId;
  /** As written down. */
  readonly url: string;
  readonly mirrors: readonly string[];
  readonly internal: boolean;
  readonly from: 'project' | 'user';
  /** The file it was written to. */
  readonly file: string;
  readonly name: string;
  readonly description: string;
  readonly sequence: number;
  readonly expires: string;
}

/**
 * Adds a registry to the project around, or to the user's own settings, and pins who it is (check 0). It is read and
 * checked once first, so that a wrong id or a dead address fails now.
 *
 * The user typed the address, so the alias's token may go to its origin, now and later: that stands in the user's own
 * settings. The same alias with the same id gets the new address.
 *
 * @throws NAME_INVALID, URL_INVALID, REGISTRY_ID_INVALID, ALIAS_CONFLICT, REGISTRY_UNCONFIRMED, REGISTRY_ID_MISMATCH,
 *   and what the checks and the network throw. No setting is written then.
 */
export async function addRegistry(context: Context, options: RegistryAddOptions): Promise<RegistryAddResult> {
  const alias = parseAlias(options.alias);
  const wantedId = options.id === undefined ? undefined : parseRegistryId(options.id);
  const typed = [options.url, ...options.mirrors];
  const locations = typed.map((text) => parseLocation(text, context.cwd));
  const project = options.place.global === true ? undefined : await openProjectIfAny(context, options.place);
  const config = await readConfig(context);
  const knownId = knownIdOf(alias, project, config);
  if (wantedId !== undefined) refuseOther(alias, knownId, wantedId);

  const candidate = candidateOf(context, alias, locations, options.internal);
  const id = wantedId ?? (await askForId(context, candidate, typed[0] ?? '', knownId));
  refuseOther(alias, knownId, id);
  const facts = await readOnce(context, { ...candidate, id }, project);

  const folder = project?.paths.project;
  const [url = '', ...mirrors] = locations.map((location, at) =>
    placeText(location, typed[at] ?? '', folder),
  );
  const entry: RegistryEntry = { url, id, mirrors };
  warnOfMovedBinding(context, config, alias, id);
  await changeConfig(context, (now) => withRegistry(now, alias, entry, candidate, project === undefined));
  if (project !== undefined) {
    await changeProject(context, options.place, (now) => ({
      ...now,
      registries: { ...now.registries, [alias]: entry },
    }));
  }
  return {
    alias,
    ...entry,
    internal: options.internal,
    from: project === undefined ? 'user' : 'project',
    file: project?.paths.projectFile ?? context.home.config,
    ...facts,
  };
}

function knownIdOf(alias: Alias, project: OpenProject | undefined, config: Config): RegistryId | undefined {
  return project?.project.registries[alias]?.id ?? config.registries[alias]?.id;
}

function refuseOther(alias: Alias, known: RegistryId | undefined, id: RegistryId): void {
  if (known === undefined || known === id) return;
  throw new UdosError('ALIAS_CONFLICT', `The alias ${alias} is taken: it means ${known}, not ${id}.`, {
    hint: `Choose another alias, or take it away first with \`udos registry remove ${alias}\`.`,
    data: { alias, known, id },
  });
}

function candidateOf(
  context: Context,
  alias: Alias,
  locations: readonly Location[],
  internal: boolean,
): Omit<ConfiguredRegistry, 'id'> {
  const [place] = locations;
  const origin = originOf(place);
  return {
    alias,
    locations,
    from: 'user',
    isBound: true,
    internal,
    credential: origin === undefined ? undefined : credentialFor(context, alias, origin),
    boundUrl: place?.kind === 'web' ? place.url : undefined,
  };
}

/** Only a person can say that an id is the right one; nobody is taken for an answer elsewhere, `--yes` neither. */
async function askForId(
  context: Context,
  candidate: Omit<ConfiguredRegistry, 'id'>,
  url: string,
  known: RegistryId | undefined,
): Promise<RegistryId> {
  const [location] = candidate.locations;
  if (location === undefined) throw new UdosError('BUG', 'A registry without a place.');
  const { id, name } = await readFirstContact(context, candidate, location);
  if (id === known) return id;
  const data = { alias: candidate.alias, url, id, name };
  const hint = `Compare the id with what the owner publishes, then run \`udos registry add ${candidate.alias} ${url} --id ${id}\`.`;
  if (!context.prompts.interactive) {
    throw new UdosError('REGISTRY_UNCONFIRMED', `Nobody has confirmed that ${url} is ${id}.`, { hint, data });
  }
  const question = `This registry calls itself "${name}".\n  at  ${url}\n  id  ${id}\nCompare the id with what its owner publishes. Is it the same?`;
  if (await context.prompts.confirm(question)) return id;
  throw new UdosError('REGISTRY_UNCONFIRMED', 'Nothing was added, as you said no.', { hint, data });
}

/** Reads and checks the registry as every later command will. What a failed first read left behind is removed. */
async function readOnce(
  context: Context,
  registry: ConfiguredRegistry,
  project: OpenProject | undefined,
): Promise<Pick<RegistryAddResult, 'name' | 'description' | 'sequence' | 'expires'>> {
  const { folder, trust, source } = context.home.registry(registry.id);
  const wasKnown = await isFolder(trust);
  const registries = openConfigured(context, [registry], project?.lock);
  try {
    const { index } = await registries.open(registry.id, 'locked');
    const { name, description } = await index.describe();
    return { name, description, sequence: index.sequence, expires: index.expires };
  } catch (error) {
    if (!wasKnown) {
      for (const place of [trust, source]) await rm(place, { recursive: true, force: true });
      await removeEmptyFolders(folder, context.home.folder);
    }
    throw error;
  } finally {
    await registries.close();
  }
}

function withRegistry(
  config: Config,
  alias: Alias,
  entry: RegistryEntry,
  { locations, internal }: Pick<ConfiguredRegistry, 'locations' | 'internal'>,
  isOwn: boolean,
): Config {
  const binding = {
    id: entry.id,
    place: locations[0] === undefined ? '' : locationText(locations[0]),
    internal,
  };
  return {
    ...config,
    registries: isOwn ? { ...config.registries, [alias]: entry } : config.registries,
    bindings: { ...config.bindings, [alias]: binding },
  };
}

/** A folder typed relative stays relative to a project, because the two move together; elsewhere it becomes absolute. */
function placeText(location: Location, typed: string, project: string | undefined): string {
  if (location.kind === 'web') return location.url;
  const isRelative = !path.isAbsolute(typed) && !/^file:/i.test(typed);
  if (!isRelative || project === undefined) return location.folder;
  const relative = path.relative(project, location.folder).split(path.sep).join('/');
  return relative.startsWith('.') ? relative : `./${relative}`;
}

function warnOfMovedBinding(context: Context, config: Config, alias: Alias, id: RegistryId): void {
  const bound = config.bindings[alias];
  if (bound === undefined || bound.id === id) return;
  context.reporter.warn(
    `Until now ${alias} meant ${bound.id} elsewhere on this machine; its token and --internal go with ${id} from here on.`,
  );
}
