import { hasCode, UdosError } from '../errors/index.js';
import type { Fetcher } from '../model/fetcher.js';
import type { Release } from '../model/formats/index.js';
import type { PluginName } from '../model/names.js';

/**
 * Opens a release's artifact at the first of its places that has it. Places that cannot be reached are passed over;
 * the last failure is reported when none can.
 *
 * @throws ARTIFACT_NOT_FOUND, and what the fetcher throws
 */
export async function fetchArtifact(
  plugin: PluginName,
  release: Release,
  fetcher: Fetcher,
): Promise<AsyncIterable<Uint8Array>> {
  let failure: UdosError | undefined;
  for (const url of release.urls) {
    try {
      const body = await fetcher.fetch(url, release.size);
      if (body !== undefined) return body;
    } catch (error) {
      if (!hasCode(error, 'NETWORK_FAILED', 'TRANSFER_LIMIT', 'AUTH_REQUIRED', 'TRANSFER_REFUSED'))
        throw error;
      failure = error;
    }
  }
  throw (
    failure ??
    new UdosError(
      'ARTIFACT_NOT_FOUND',
      `None of its places has the artifact of ${plugin} ${release.version}.`,
      {
        hint: 'The registry lists a release that nobody serves. Tell its owner.',
        data: { plugin, version: release.version, urls: release.urls },
      },
    )
  );
}
