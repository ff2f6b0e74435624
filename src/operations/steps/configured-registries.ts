import path from 'node:path';
import type { Context, RootPaths } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { Config, Project } from '../../model/formats/index.js';
import type { Alias, RegistryId } from '../../model/names.js';
import { parseLocation, type Location } from './location.js';
import { locationText } from './location-text.js';

/** A registry that a project or the user has named, and what the user allows of it. */
export interface ConfiguredRegistry {
  readonly alias: Alias;
  readonly id: RegistryId;
  /** Its own place first, then its mirrors. */
  readonly locations: readonly Location[];
  readonly from: 'project' | 'user';
  /** True when the user typed this very place in `registry add`; a cloned project cannot make it so. */
  readonly isBound: boolean;
  readonly internal: boolean;
  /** For the one origin that the user bound to this alias; undefined when there is no token. */
  readonly credential: { readonly origin: string; readonly authorization: string } | undefined;
  /**
   * The address that the user bound to this alias, when what is in use has its origin: git's credential helpers may be
   * asked for it.
   */
  readonly boundUrl: string | undefined;
}

/**
 * All registries at hand: the project's, and the user's own; for the same alias the project's place wins.
 *
 * A token goes only where the user's own config says, never where a cloned `udos.json` points (DESIGN section 6).
 *
 * @throws ALIAS_CONFLICT when one alias means two registries; URL_INVALID
 */
export function configuredRegistries(
  context: Context,
  config: Config,
  project: { readonly project: Project; readonly paths: RootPaths } | undefined,
): ConfiguredRegistry[] {
  const found = new Map<Alias, ConfiguredRegistry>();
  const add = (
    alias: Alias,
    entry: Config['registries'][Alias],
    from: 'project' | 'user',
    folder: string,
  ) => {
    const known = found.get(alias);
    if (known !== undefined && known.id !== entry.id) throw conflict(alias, entry.id, known.id);
    const binding = config.bindings[alias];
    const knows = binding?.id === entry.id ? binding : undefined;
    const locations = [entry.url, ...entry.mirrors].map((place) => parseLocation(place, folder));
    const [place] = locations;
    const origin = originOf(place);
    const bound = knows && parseLocation(knows.place, folder);
    const isBoundOrigin = origin !== undefined && origin === originOf(bound);
    found.set(alias, {
      alias,
      id: entry.id,
      locations,
      from,
      isBound: knows !== undefined && place !== undefined && locationText(place) === knows.place,
      internal: knows?.internal === true,
      credential: isBoundOrigin ? credentialFor(context, alias, origin) : undefined,
      boundUrl: isBoundOrigin && bound?.kind === 'web' ? bound.url : undefined,
    });
  };
  for (const [alias, entry] of Object.entries(config.registries)) {
    add(alias as Alias, entry, 'user', path.dirname(context.home.config));
  }
  for (const [alias, entry] of Object.entries(project?.project.registries ?? {})) {
    add(alias as Alias, entry, 'project', project?.paths.project ?? context.cwd);
  }
  return [...found.values()].sort((left, right) => (left.alias < right.alias ? -1 : 1));
}

/** Undefined for a place on this machine's disk. */
export function originOf(location: Location | undefined): string | undefined {
  return location?.kind === 'web' ? location.origin : undefined;
}

/** The environment variable that holds a registry's token. */
export function tokenVariable(alias: Alias): string {
  return `UDOS_TOKEN_${alias.toUpperCase().replaceAll('-', '_')}`;
}

/** Git servers take a token as the password of HTTP Basic; `user:password` is taken as it is. */
export function credentialFor(
  context: Context,
  alias: Alias,
  origin: string,
): ConfiguredRegistry['credential'] {
  const token = context.env[tokenVariable(alias)];
  if (token === undefined || token === '') return undefined;
  const pair = token.includes(':') ? token : `udos:${token}`;
  return { origin, authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
}

function conflict(alias: Alias, one: RegistryId, other: RegistryId): UdosError {
  return new UdosError(
    'ALIAS_CONFLICT',
    `The alias ${alias} means ${one} in udos.json and ${other} in your own settings.`,
    {
      hint: `Give one of them another alias: \`udos registry remove ${alias}\`, then add it again.`,
      data: { alias, project: one, user: other },
    },
  );
}
