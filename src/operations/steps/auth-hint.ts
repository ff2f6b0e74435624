import type { Context } from '../../context/index.js';
import { hasCode, UdosError } from '../../errors/index.js';
import type { RegistryId } from '../../model/names.js';
import { tokenVariable, type ConfiguredRegistry } from './configured-registries.js';
import { shellPath } from './fix-text.js';
import { locationText } from './location-text.js';

type Asked = Pick<ConfiguredRegistry, 'alias' | 'locations' | 'internal' | 'credential' | 'boundUrl'> & {
  readonly id?: RegistryId;
};

/**
 * Puts into the hint of an auth error what there is to do about it: renew the token that was sent, add the registry so that
 * the token may be sent, or give one in the first place.
 */
export function explainAuth<T>(context: Context, work: Promise<T>, registry: Asked): Promise<T> {
  return work.catch((error: unknown) => {
    if (!hasCode(error, 'AUTH_REQUIRED')) throw error;
    const hint = hintFor(context, registry, error.data.url ?? error.data.location);
    throw new UdosError('AUTH_REQUIRED', error.message, { hint, data: error.data, cause: error });
  });
}

function hintFor(context: Context, registry: Asked, url: unknown): string {
  const variable = tokenVariable(registry.alias);
  const isSet = (context.env[variable] ?? '') !== '';
  if (isSet && registry.credential === undefined && registry.boundUrl === undefined)
    return `${variable} is set, but it was not sent: it goes only to places you added yourself. If it is meant for this one, run \`${addCommand(registry)}\`.`;
  const isSent = registry.credential !== undefined && originOfUrl(url) === registry.credential.origin;
  if (isSet && isSent)
    return `The token in ${variable} was sent, and it was not enough: it may be wrong, expired, or not allowed to do that. Set it to another one.`;
  return `Set ${variable} to a token that may do that, or let one of git's credential helpers know the password. Both go only to places you added yourself with \`udos registry add\`.`;
}

function addCommand({ alias, id, locations, internal }: Asked): string {
  const [place = '', ...mirrors] = locations.map((location) => shellPath(locationText(location)));
  return [
    `udos registry add ${alias} ${place}`,
    ...(id === undefined ? [] : [`--id ${id}`]),
    ...mirrors.map((mirror) => `--mirror ${mirror}`),
    ...(internal ? ['--internal'] : []),
  ].join(' ');
}

function originOfUrl(url: unknown): string | undefined {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).origin : undefined;
}
