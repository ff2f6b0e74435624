import { isFolder } from '../../primitives/fs/index.js';
import path from 'node:path';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { IndexSource } from '../../model/index-source.js';
import type { RegistryId } from '../../model/names.js';
import { gitCredentialHelper, openRepository } from '../../primitives/git/index.js';
import { createTransfer, defaultTransferLimits, type Transfer } from '../../primitives/http/index.js';
import { createFolderSource, createGitLocalSource } from '../../registry/index.js';
import type { ConfiguredRegistry } from './configured-registries.js';
import type { Location } from './location.js';
import { openWebSource } from './web-source.js';

/** The network as one registry may use it in this run. */
export function openTransfer(
  context: Context,
  registry: Pick<ConfiguredRegistry, 'locations' | 'internal' | 'credential' | 'boundUrl'>,
  allowLoopback = registry.locations.every((location) => location.kind === 'disk' || location.isLoopback),
): Transfer {
  const { env } = context;
  return createTransfer({
    allowPrivate: registry.internal,
    // A registry on this machine may serve its artifacts from this machine; no other may make us ask it.
    allowLoopback,
    credential: registry.credential,
    helper:
      registry.boundUrl === undefined
        ? undefined
        : gitCredentialHelper({
            url: registry.boundUrl,
            env,
            folder: path.parse(context.home.folder).root,
            signal: context.signal,
            learned: (secret) => {
              context.conceal(secret);
            },
          }),
    proxy: {
      https: env.HTTPS_PROXY ?? env.https_proxy,
      http: env.HTTP_PROXY ?? env.http_proxy,
      no: env.NO_PROXY ?? env.no_proxy,
    },
    limits: defaultTransferLimits,
    signal: context.signal,
  });
}

/** The network for what a release of a registry names elsewhere: public places only, and nobody is told who asks. */
export function openForeignTransfer(context: Context): Transfer {
  const nobody = { locations: [], internal: false, credential: undefined, boundUrl: undefined };
  return openTransfer(context, nobody, false);
}

/**
 * The source behind a location: a repository or a plain folder on disk; a git server or a static web server on the web.
 *
 * @throws NETWORK_FAILED, AUTH_REQUIRED while it finds out which of the two a web address is
 */
export async function openSource(
  context: Context,
  id: RegistryId,
  location: Location,
  transfer: Transfer,
): Promise<IndexSource> {
  if (location.kind === 'disk') {
    const repository = (await isFolder(location.folder)) ? await openRepository(location.folder) : undefined;
    return repository === undefined
      ? createFolderSource(location.folder)
      : createGitLocalSource(location.folder);
  }
  return openWebSource(context, location.url, transfer, context.home.registry(id).source);
}

export function authRequired(url: string, status: number): UdosError {
  return new UdosError('AUTH_REQUIRED', `${url} wants to know who asks (status ${status}).`, {
    hint: 'Add the registry with `udos registry add`, and set UDOS_TOKEN_<ALIAS> or let a git credential helper know the password.',
    data: { url, status },
  });
}
