import type { Context } from '../context/index.js';
import { hasCode, UdosError } from '../errors/index.js';
import { parseAlias, type Alias, type Fingerprint, type RegistryId } from '../model/names.js';
import type { VerifiedIndex } from '../model/verified-index.js';
import { readEvidence, type EvidenceHead, type Reset } from '../registry/index.js';
import { locationText } from './steps/location-text.js';
import { openProjectIfAny } from './steps/nearest-project.js';
import type { Place } from './steps/project.js';
import { requireAlias, withRegistries } from './steps/registries.js';

export interface RegistryShowResult {
  readonly alias: Alias;
  readonly id: RegistryId;
  readonly url: string;
  readonly mirrors: readonly string[];
  readonly from: 'project' | 'user';
  readonly internal: boolean;
  readonly name: string;
  /** Empty when only this machine's copies count, and it has none. */
  readonly description: string;
  readonly homepage: string | null;
  readonly support: { readonly url?: string | undefined; readonly email?: string | undefined } | null;
  /** How many there are; null when only this machine's copies count, and it has none of the catalog. */
  readonly plugins: number | null;
  readonly checkpoint: {
    readonly sequence: number;
    readonly issued: string;
    readonly expires: string;
    readonly expired: boolean;
  };
  readonly root: { readonly version: number; readonly expires: string };
  /** Who signs what: how many of which keys. */
  readonly roles: Readonly<
    Record<string, { readonly threshold: number; readonly keys: readonly Fingerprint[] }>
  >;
  readonly upstreams: readonly RegistryId[];
  /** Folders with signed proof of misbehaviour, oldest first. */
  readonly evidence: readonly string[];
  /** The signed heads in them. */
  readonly evidenceHeads: readonly EvidenceHead[];
  /** Heads that were put aside because a new root took their key away, oldest first: no misbehaviour. */
  readonly resets: readonly Reset[];
  /** Why what the registry shows now was not believed, so that all this is what was known before; null when it was. */
  readonly refusal: {
    readonly code: string;
    /** The exit status, as if the command had shown nothing. */
    readonly exit: number;
    readonly message: string;
    readonly hint: string | null;
    readonly data: Readonly<Record<string, unknown>>;
  } | null;
}

/**
 * A registry as it stands now, or offline as this machine saw it last.
 *
 * When what its source shows is refused, or nobody answers, that is when its evidence is wanted: then it is shown as this
 * machine saw it last, with the refusal.
 *
 * @throws REGISTRY_UNKNOWN, NO_REGISTRY; what the checks and the network throw when nothing is known here to show instead
 */
export async function showRegistry(
  context: Context,
  aliasText: string,
  place: Place,
): Promise<RegistryShowResult> {
  try {
    return { ...(await show(context, aliasText, place)), refusal: null };
  } catch (error) {
    if (context.offline || !isRefusal(error)) throw error;
    const known = await show({ ...context, offline: true }, aliasText, place).catch((missing: unknown) => {
      throw missing instanceof UdosError ? error : missing;
    });
    const { code, message, exit, data } = error;
    context.reporter.warn(`${message} [${code}]`);
    context.reporter.warn('This is what was believed here before that.');
    return { ...known, refusal: { code, exit, message, hint: error.hint ?? null, data } };
  }
}

function isRefusal(error: unknown): error is UdosError {
  return (
    error instanceof UdosError &&
    (error.exitClass === 'trust' || error.exitClass === 'network' || error.code === 'INDEX_NOT_FOUND')
  );
}

async function show(
  context: Context,
  aliasText: string,
  place: Place,
): Promise<Omit<RegistryShowResult, 'refusal'>> {
  const alias = parseAlias(aliasText);
  return withRegistries(context, await openProjectIfAny(context, place), async (registries) => {
    const [registry] = requireAlias(registries.configured, alias);
    if (registry === undefined) throw new UdosError('BUG', 'An alias without a registry.');
    const { index } = await registries.open(registry.id, 'locked');
    const described = await unlessNotKept(index, () => index.describe());
    const catalog = await unlessNotKept(index, () => index.catalog());
    const [url = '', ...mirrors] = registry.locations.map(locationText);
    const { contradictions, resets } = await readEvidence(
      context.home.registry(registry.id).trust,
      registry.id,
    );
    return {
      alias,
      id: registry.id,
      url,
      mirrors,
      from: registry.from,
      internal: registry.internal,
      name: described?.name ?? index.root.name,
      description: described?.description ?? '',
      homepage: described?.homepage ?? null,
      support: described?.support ?? null,
      plugins: catalog?.length ?? null,
      checkpoint: {
        sequence: index.sequence,
        issued: index.issued,
        expires: index.expires,
        expired: index.isExpired,
      },
      root: { version: index.rootVersion, expires: index.root.expires },
      roles: index.root.roles,
      upstreams: index.root.upstreams,
      evidence: contradictions.map((one) => one.folder),
      evidenceHeads: contradictions.flatMap((one) => one.heads),
      resets,
    };
  });
}

/** Undefined for what this machine has no copy of, offline and where the source lags. */
async function unlessNotKept<T>(index: VerifiedIndex, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (hasCode(error, 'OFFLINE') || (index.isLagging && hasCode(error, 'NETWORK_FAILED'))) return undefined;
    throw error;
  }
}
