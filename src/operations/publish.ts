import { sharedFacts } from '../artifact/index.js';
import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { formatTime, httpUrl, type PluginDocument, type Release } from '../model/formats/index.js';
import { layout, trustedComment } from '../model/index-layout.js';
import { parseAlias, publisherOf, type PluginName, type RegistryId } from '../model/names.js';
import { compareVersions, isSamePrecedence } from '../model/version.js';
import { checkPlugin, type CheckedPlugin } from './plugin-check.js';
import { readPublisher } from './steps/index-documents.js';
import { grantLine } from './steps/author-index.js';
import { requireDependencies } from './steps/dependencies-there.js';
import { readTrustedDocument } from './steps/trusted-documents.js';
import type { IndexWorkspace } from './steps/index-workspace.js';
import { withAuthorWorkspace } from './steps/author-workspace.js';
import { revokedKeys } from './steps/revoked-keys.js';
import { openSignersFor } from './steps/signers.js';
import { submitDocument, type Submitted } from './steps/submit-document.js';
import { requireBranch, requireTyped } from './steps/typed-text.js';
import type { Signer } from '../registry/index.js';

export interface PublishOptions {
  readonly folder: string;
  readonly registry: string | undefined;
  readonly keys: readonly string[];
  /** Where the artifact is hosted already; otherwise it goes into the index. */
  readonly url: string | undefined;
  readonly branch: string | boolean;
  readonly dryRun: boolean;
}

export interface PublishResult extends Submitted {
  readonly name: PluginName;
  readonly version: string;
  readonly registry: RegistryId;
  readonly integrity: string;
  readonly size: number;
  readonly files: number;
  readonly signers: readonly string[];
  readonly location: string;
}

/**
 * Publishes the plugin in a folder: checks and packs it, signs the artifact and the plugin document, and brings both into
 * the registry (see {@link submitDocument} for the two ways).
 *
 * @throws USAGE, MANIFEST_INVALID, PLUGIN_INVALID, RELEASE_EXISTS, KEY_NOT_FOUND, NO_REGISTRY, REGISTRY_AMBIGUOUS,
 *   PLUGIN_NOT_FOUND when the registry does not know the publisher or a plugin that it depends on, VERSION_NOT_FOUND when it
 *   has no fitting release of one, and what the network throws
 */
export async function publish(context: Context, options: PublishOptions): Promise<PublishResult> {
  if (options.url !== undefined) requireTyped('--url', options.url, httpUrl);
  if (typeof options.branch === 'string') requireBranch(options.branch);
  const plugin = await checkPlugin(context, options.folder);
  const alias = options.registry === undefined ? undefined : parseAlias(options.registry);
  return withAuthorWorkspace(context, alias, async (workspace) => {
    const { name } = plugin.manifest;
    const publisher = await readPublisher(workspace.main, publisherOf(name));
    if (publisher === undefined) {
      throw new UdosError(
        'PLUGIN_NOT_FOUND',
        `The registry at ${workspace.location} has no publisher ${publisherOf(name)}.`,
        {
          hint: `Give the .pub file of your key to its owner, who grants the name with \`${grantLine(publisherOf(name))}\`.`,
          data: { publisher: publisherOf(name) },
        },
      );
    }
    await requireDependencies(workspace, plugin.manifest);
    const signers = await openSignersFor(
      context,
      publisher.release,
      options.keys,
      `release for ${publisher.publisher}`,
      await revokedKeys(context, workspace),
    );
    const { document, files } = await withRelease(context, workspace, plugin, signers, options.url);
    const version = plugin.manifest.version;
    const submitted = await submitDocument(context, workspace, {
      document,
      files,
      signers,
      message: `Publish ${name} ${version}`,
      what: version,
      branch: options.branch,
      keys: options.keys,
      dryRun: options.dryRun,
    });
    return {
      ...submitted,
      name,
      version,
      registry: workspace.registry,
      integrity: plugin.integrity,
      size: plugin.artifact.length,
      files: plugin.result.files.length,
      signers: signers.map((signer) => signer.fingerprint),
      location: workspace.location,
    };
  });
}

async function withRelease(
  context: Context,
  workspace: IndexWorkspace,
  plugin: CheckedPlugin,
  signers: readonly Signer[],
  url: string | undefined,
): Promise<{ document: PluginDocument; files: Map<string, Uint8Array> }> {
  const { manifest, artifact } = plugin;
  const { name, version } = manifest;
  const known = await readTrustedDocument(context, workspace, name);
  const same = known?.releases.find((release) => isSamePrecedence(release.version, version));
  if (same !== undefined) {
    throw new UdosError(
      'RELEASE_EXISTS',
      same.version === version
        ? `${name} ${version} is published already, and a release never changes.`
        : `${name} ${same.version} is published already, and what follows a + does not tell ${version} from it.`,
      {
        hint: 'Raise "version" in udos-plugin.json, or withdraw the old one with `udos yank`.',
        data: { plugin: name, version },
      },
    );
  }
  const release = releaseOf(context, workspace.registry, plugin, signers[0], url);
  const releases = [...(known?.releases ?? []), release].sort((left, right) =>
    compareVersions(left.version, right.version),
  );
  // The newest release speaks for the plugin as a whole; a fix of an old line does not.
  const isNewest = releases.at(-1) === release || known === undefined;
  const { description, category, keywords } = isNewest ? manifest : known;
  const document: PluginDocument = {
    type: 'udos/plugin@1',
    registry: workspace.registry,
    name,
    serial: (known?.serial ?? 0) + 1,
    description,
    category,
    keywords,
    releases,
  };
  return { document, files: new Map(url === undefined ? [[layout.artifact(name, version), artifact]] : []) };
}

function releaseOf(
  context: Context,
  registry: RegistryId,
  plugin: CheckedPlugin,
  signer: Signer | undefined,
  url: string | undefined,
): Release {
  const { manifest, artifact, integrity, unpackedSize, result } = plugin;
  if (signer === undefined) throw new UdosError('BUG', 'A release is signed by at least one key.');
  return {
    version: manifest.version,
    published: formatTime(context.clock.now()),
    urls: [url ?? layout.artifact(manifest.name, manifest.version)],
    size: artifact.length,
    unpackedSize,
    files: result.files.length,
    integrity: integrity as Release['integrity'],
    minisig: signer.sign(artifact, trustedComment.release(registry, manifest.name, manifest.version)),
    ...sharedFacts(manifest),
    changelog: plugin.changelog,
    yanked: false,
  };
}
