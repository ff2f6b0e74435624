import {
  baseNameOf,
  indexPath,
  publisherOf,
  type Fingerprint,
  type IndexPath,
  type PluginName,
  type Publisher,
} from './names.js';
import type { Version } from './version.js';

/** Where everything stands in an index: DESIGN section 5. */
export const layout = {
  registryFile: indexPath('registry.json'),
  checkpoint: indexPath('trust/checkpoint.json'),
  revocations: indexPath('trust/revocations.json'),
  rootFolder: indexPath('trust/root'),
  logFolder: indexPath('trust/log'),
  pluginsFolder: indexPath('plugins'),
  catalogFolder: indexPath('catalog'),

  root: (version: number) => indexPath(`trust/root/${version}.json`),
  /** Chunk 1 holds lines 1 to 256. */
  logChunk: (chunk: number) => indexPath(`trust/log/${chunk}.txt`),
  /** Everything of a publisher: its versions and its plugin documents. */
  namespace: (publisher: Publisher) => indexPath(`plugins/${publisher.slice(0, 2)}/${publisher}`),
  publisherFolder: (publisher: Publisher) =>
    indexPath(`plugins/${publisher.slice(0, 2)}/${publisher}/publisher`),
  publisher: (publisher: Publisher, version: number) =>
    indexPath(`plugins/${publisher.slice(0, 2)}/${publisher}/publisher/${version}.json`),
  document: (plugin: PluginName) =>
    indexPath(`plugins/${plugin.slice(0, 2)}/${publisherOf(plugin)}/${baseNameOf(plugin)}.json`),
  catalog: (letters: string) => indexPath(`catalog/${letters}.jsonl`),
  artifact: (plugin: PluginName, version: Version) =>
    indexPath(`artifacts/${plugin}/${version.replaceAll('+', '_')}.tgz`),
} as const;

export const sumsName = 'SHA256SUMS';

/** Lines in one closed chunk of the log. */
export const logChunkLines = 256;

/** `path`'s signature by the key `fp`: a sidecar named by the first 16 hex digits. */
export function sidecarOf(path: IndexPath, fp: Fingerprint): IndexPath {
  return indexPath(`${path}.${fp.slice(0, 16)}.minisig`);
}

/** Files that `SHA256SUMS` does not list, though the index holds them. */
export function isUnlisted(path: string): boolean {
  return (
    path.startsWith('artifacts/') ||
    path.startsWith('upstreams/') ||
    path.startsWith('trust/checkpoint.json') ||
    path === sumsName ||
    path.endsWith(`/${sumsName}`)
  );
}

/** The trusted comments that a client derives and signatures must equal. */
export const trustedComment = {
  file: (type: string, registry: string, path: IndexPath, n: number | string) =>
    `udos:${type} registry=${registry} path=${path} n=${n}`,
  release: (registry: string, plugin: PluginName, version: Version) =>
    `udos:release@1 registry=${registry} plugin=${plugin} version=${version}`,
} as const;
