import { Readable } from 'node:stream';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { Fetcher } from '../../model/fetcher.js';
import type { Lockfile } from '../../model/formats/index.js';
import { isIndexPath, type Alias, type RegistryId } from '../../model/names.js';
import type { VerifiedIndex } from '../../model/verified-index.js';
import { leaveBody, type Transfer } from '../../primitives/http/index.js';
import { createDiskTrustStore, syncRegistry } from '../../registry/index.js';
import { explainAuth } from './auth-hint.js';
import { readConfig } from './config.js';
import { configuredRegistries, type ConfiguredRegistry } from './configured-registries.js';
import type { OpenProject } from './project.js';
import { authRequired, openForeignTransfer, openSource, openTransfer } from './sources.js';

/** A registry whose head was verified in this run. */
export interface OpenRegistry {
  readonly configured: ConfiguredRegistry;
  readonly index: VerifiedIndex;
  readonly fetcher: Fetcher;
}

/** `choose` refuses an expired index (check 8); `locked`, and just looking, only warns. */
export type Purpose = 'choose' | 'locked';

/**
 * The registries of a command. Each is synced when it is first needed, once, and never when it is not.
 */
export interface Registries {
  readonly configured: readonly ConfiguredRegistry[];
  /** Undefined when no registry of that id is configured. */
  find(id: RegistryId): ConfiguredRegistry | undefined;
  /**
   * @throws REGISTRY_UNKNOWN; what the checks, the network or a missing token throw
   */
  open(id: RegistryId, purpose: Purpose): Promise<OpenRegistry>;
  close(): Promise<void>;
}

const soonMs = 3 * 24 * 60 * 60 * 1000;

export async function openRegistries(
  context: Context,
  project: Pick<OpenProject, 'paths' | 'project' | 'lock'> | undefined,
): Promise<Registries> {
  return openConfigured(
    context,
    configuredRegistries(context, await readConfig(context), project),
    project?.lock,
  );
}

/** Registries that need not stand in any file yet. */
export function openConfigured(
  context: Context,
  configured: readonly ConfiguredRegistry[],
  lock: Lockfile | undefined,
): Registries {
  const clock = context.clock.now().getTime();
  const opened = new Map<RegistryId, Promise<OpenRegistry>>();
  const transfers: Transfer[] = [];
  const find = (id: RegistryId) => configured.find((registry) => registry.id === id);

  async function sync(registry: ConfiguredRegistry): Promise<OpenRegistry> {
    const transfer = openTransfer(context, registry);
    const foreign = openForeignTransfer(context);
    transfers.push(transfer, foreign);
    const sources = [];
    if (!context.offline) {
      context.reporter.step(`Reading the registry ${registry.alias}`);
      for (const location of registry.locations)
        sources.push(lazySource(context, registry.id, location, transfer));
    }
    const index = await explainAuth(
      context,
      syncRegistry({
        registry: registry.id,
        alias: registry.alias,
        sources,
        store: createDiskTrustStore(context.home.registry(registry.id).trust),
        clock,
        locked: lock?.registries[registry.id],
        warn: (text) => {
          context.reporter.warn(text);
        },
      }),
      registry,
    );
    if (!index.isExpired && Date.parse(index.expires) - clock < soonMs) {
      context.reporter.warn(
        `The index of ${registry.alias} expires on ${index.expires}; its owner should renew it.`,
      );
    }
    return {
      configured: registry,
      index,
      fetcher: createFetcher(context, registry, index, transfer, foreign),
    };
  }

  return {
    configured,
    find,
    async open(id, purpose) {
      const registry = find(id);
      if (registry === undefined) throw notConfigured(id, lock);
      const work = opened.get(id) ?? sync(registry);
      opened.set(id, work);
      const open = await work;
      if (open.index.isExpired) judgeExpiry(context, open.index, purpose);
      return open;
    },
    close: async () => {
      await Promise.all(transfers.map((transfer) => transfer.close()));
    },
  };
}

/** Runs `work` with the registries of a project, and once more when an index moved while it was read. */
export async function withRegistries<T>(
  context: Context,
  project: OpenProject | undefined,
  work: (registries: Registries) => Promise<T>,
): Promise<T> {
  const attempt = async () => {
    const registries = await openRegistries(context, project);
    try {
      return await work(registries);
    } finally {
      await registries.close();
    }
  };
  return attempt().catch((error: unknown) => {
    if (error instanceof UdosError && error.code === 'INDEX_MOVED') return attempt();
    throw error;
  });
}

/** @throws NO_REGISTRY when none is configured at all; REGISTRY_UNKNOWN for an alias that is not */
export function requireAlias(
  registries: readonly ConfiguredRegistry[],
  alias: Alias | undefined,
): ConfiguredRegistry[] {
  if (registries.length === 0) {
    throw new UdosError('NO_REGISTRY', 'No registry is configured.', {
      hint: 'Add one with `udos registry add ALIAS URL --id udr1…`.',
    });
  }
  if (alias === undefined) return [...registries];
  const found = registries.find((registry) => registry.alias === alias);
  if (found !== undefined) return [found];
  throw new UdosError('REGISTRY_UNKNOWN', `No registry here is called ${alias}.`, {
    hint: `Known are ${registries.map((registry) => registry.alias).join(', ')}. Add it with \`udos registry add ${alias} URL\`.`,
    data: { alias, known: registries.map((registry) => registry.alias) },
  });
}

/** Finding out what a place is may need the network: that waits until the place is asked. */
function lazySource(...args: Parameters<typeof openSource>) {
  const [, , location] = args;
  let source: ReturnType<typeof openSource> | undefined;
  return {
    location: location.kind === 'disk' ? location.folder : location.url,
    head: async () => (await (source ??= openSource(...args))).head(),
    dropKept: async () => (await (await source)?.dropKept?.()) ?? false,
  };
}

/**
 * Artifacts come from the index, from below the registry's own address or its artifact base, or from anywhere public. Only
 * the first three are the registry's own: they get its token and may lie where it does.
 */
function createFetcher(
  context: Context,
  registry: ConfiguredRegistry,
  index: VerifiedIndex,
  own: Transfer,
  foreign: Transfer,
): Fetcher {
  return {
    async fetch(url, maxBytes) {
      const { artifacts } = await index.describe();
      const isAbsolute = /^https?:/.test(url);
      if (!isAbsolute && artifacts === undefined) {
        const bytes = isIndexPath(url) ? await index.readUnlisted(url, maxBytes) : undefined;
        return bytes && Readable.from([bytes]);
      }
      const full = isAbsolute ? new URL(url).href : new URL(url, withSlash(artifacts ?? '')).href;
      if (context.offline)
        throw new UdosError('OFFLINE', `Offline, and this machine has no copy of ${full}.`);
      const places = [
        artifacts,
        ...registry.locations.map((place) => (place.kind === 'web' ? place.url : undefined)),
      ];
      const isOwn = places.some((place) => place !== undefined && full.startsWith(withSlash(place)));
      const response = await (isOwn ? own : foreign).request({ url: full, maxBytes });
      if (response.status === 200) return response.body;
      await leaveBody(response);
      if (response.status === 404 || response.status === 410) return undefined;
      const { status } = response;
      if (isOwn && (status === 401 || status === 403)) {
        return explainAuth(context, Promise.reject(authRequired(full, status)), registry);
      }
      const code = status === 401 || status === 403 ? 'AUTH_REQUIRED' : 'NETWORK_FAILED';
      throw new UdosError(code, `${full} answered with status ${status}.`, { data: { status } });
    },
  };
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function judgeExpiry(context: Context, index: VerifiedIndex, purpose: Purpose): void {
  const message = `The index of ${index.alias} expired on ${index.expires}.`;
  if (purpose === 'locked' || context.offline) {
    context.reporter.warn(`${message} What is locked can still be installed.`);
    return;
  }
  throw new UdosError('CHECKPOINT_EXPIRED', message, {
    hint: 'Nothing new can be chosen from it until its owner runs `udos registry checkpoint`. Locked installs go on working.',
    data: { registry: index.registry, expires: index.expires },
  });
}

function notConfigured(id: RegistryId, lock: Lockfile | undefined): UdosError {
  const alias = lock?.registries[id]?.alias ?? 'ALIAS';
  return new UdosError('REGISTRY_UNKNOWN', `The registry ${id} is not configured here.`, {
    hint: `Add it with \`udos registry add ${alias} URL --id ${id}\`.`,
    data: { registry: id },
  });
}
