import type { Dispatcher } from 'undici';
import { UdosError } from '../../errors/index.js';
import { isLoopbackHost } from './address-rules.js';
import { createCheckedLookup, type Resolve } from './checked-lookup.js';
import type { Delay } from './retries.js';
import type { TransferPolicy } from './transfer.js';

/** Who sends a request: this machine or the user's proxy. */
export interface Dispatchers {
  for(url: URL): Dispatcher;
  /** Ends kept connections and whatever is still under way. */
  destroy(): Promise<void>;
}

/** What tests replace: the name server and the authority that certificates must come from. */
export interface TransferSeams {
  readonly resolve: Resolve;
  readonly certificateAuthority?: string | undefined;
  /** How to wait before a request is sent again. */
  readonly delay?: Delay | undefined;
}

/**
 * Loads undici, which costs as much as the whole command line, and sets up its agents.
 *
 * A request that goes through a proxy is not looked up here: which addresses a name may have is then the proxy's
 * business. Addresses written in the URL are checked all the same, and this machine is never reached through a proxy.
 *
 * @throws URL_INVALID for a proxy setting that is not the URL of an HTTP proxy
 */
export async function openDispatchers(policy: TransferPolicy, seams: TransferSeams): Promise<Dispatchers> {
  const proxies = readProxies(policy);
  const { Agent, EnvHttpProxyAgent } = await import('undici');
  const tls = {
    timeout: policy.limits.connectMs,
    rejectUnauthorized: true,
    ...(seams.certificateAuthority === undefined ? {} : { ca: seams.certificateAuthority }),
  };
  const options = { connect: { ...tls, lookup: createCheckedLookup(policy, seams.resolve) }, bodyTimeout: 0 };
  const direct = new Agent(options);
  // All three are always given, as undici reads the environment for those that are not.
  const outward =
    proxies === undefined
      ? direct
      : new EnvHttpProxyAgent({ ...options, ...proxies, requestTls: tls, proxyTls: tls });
  return {
    for: (url) => (isLoopbackHost(url.hostname) ? direct : outward),
    destroy: async () => {
      await direct.destroy();
      if (outward !== direct) await outward.destroy();
    },
  };
}

interface Proxies {
  readonly httpsProxy: string;
  readonly httpProxy: string;
  readonly noProxy: string;
}

/** HTTP_PROXY serves when HTTPS_PROXY is not set, as `http:` itself never leaves this machine. */
function readProxies(policy: TransferPolicy): Proxies | undefined {
  const httpsProxy = proxyUrl('HTTPS_PROXY', policy.proxy?.https);
  const httpProxy = proxyUrl('HTTP_PROXY', policy.proxy?.http);
  if (httpsProxy === '' && httpProxy === '') return undefined;
  return { httpsProxy, httpProxy, noProxy: policy.proxy?.no ?? '' };
}

/** Its value is never shown: it may hold a password. `host:port` is taken as curl takes it. */
function proxyUrl(name: string, text: string | undefined): string {
  if (text === undefined || text === '') return '';
  const full = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(full) && /^https?:$/.test(new URL(full).protocol)) return full;
  throw new UdosError('URL_INVALID', `Cannot use ${name}: it is not the URL of an HTTP proxy.`, {
    hint: `Set ${name} to something like http://proxy.example.org:3128, or unset it.`,
  });
}
