import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { release as releaseFormat } from '../model/formats/index.js';
import { parseAlias, publisherOf, type PluginName } from '../model/names.js';
import { parseSpec } from '../model/spec.js';
import { isVersion } from '../model/version.js';
import { readPublisher } from './steps/index-documents.js';
import { readTrustedDocument } from './steps/trusted-documents.js';
import { withAuthorWorkspace } from './steps/author-workspace.js';
import { revokedKeys } from './steps/revoked-keys.js';
import { openSignersFor } from './steps/signers.js';
import { submitDocument, type Submitted } from './steps/submit-document.js';
import { requireBranch, requireTyped } from './steps/typed-text.js';

export interface YankOptions {
  /** `publisher/name@version`. */
  readonly release: string;
  /** Why; null takes an earlier yank back. */
  readonly reason: string | null;
  readonly registry: string | undefined;
  readonly keys: readonly string[];
  readonly branch: string | boolean;
  readonly dryRun: boolean;
}

export interface YankResult extends Submitted {
  readonly name: PluginName;
  readonly version: string;
  readonly yanked: string | false;
}

/**
 * Withdraws a release: it is never chosen anew, and goes on working where it is locked. Or takes that back.
 *
 * @throws USAGE, SPEC_INVALID, PLUGIN_NOT_FOUND, VERSION_NOT_FOUND, KEY_NOT_FOUND, and what the network throws
 */
export async function yank(context: Context, options: YankOptions): Promise<YankResult> {
  const { name, range, registry } = parseSpec(options.release);
  const version = range as string | undefined;
  if (version === undefined || !isVersion(version)) {
    throw new UdosError('SPEC_INVALID', `${options.release} does not name one release.`, {
      hint: `Name the version: \`udos yank ${name}@1.2.0 --reason TEXT\`.`,
    });
  }
  if (options.reason !== null) requireTyped('--reason', options.reason, releaseFormat.shape.yanked);
  if (typeof options.branch === 'string') requireBranch(options.branch);
  const alias = registry ?? (options.registry === undefined ? undefined : parseAlias(options.registry));
  return withAuthorWorkspace(context, alias, async (workspace) => {
    const document = await readTrustedDocument(context, workspace, name);
    const publisher = await readPublisher(workspace.main, publisherOf(name));
    if (document === undefined || publisher === undefined) {
      throw new UdosError(
        'PLUGIN_NOT_FOUND',
        `The registry at ${workspace.location} has no plugin ${name}.`,
        {
          hint: 'Check the name with `udos search TEXT`.',
          data: { plugin: name },
        },
      );
    }
    const release = document.releases.find((one) => one.version === version);
    if (release === undefined) {
      throw new UdosError('VERSION_NOT_FOUND', `${name} has no release ${version}.`, {
        hint: `See \`udos versions ${name}\`.`,
        data: { plugin: name, version },
      });
    }
    const yanked: string | false = options.reason ?? false;
    if (release.yanked === yanked)
      return { state: 'published', branch: null, sequence: null, compareUrl: null, name, version, yanked };
    const signers = await openSignersFor(
      context,
      publisher.release,
      options.keys,
      `release for ${publisher.publisher}`,
      await revokedKeys(context, workspace),
    );
    const releases = document.releases.map((one) => (one === release ? { ...one, yanked } : one));
    const submitted = await submitDocument(context, workspace, {
      document: { ...document, serial: document.serial + 1, releases },
      files: new Map(),
      signers,
      message: yanked === false ? `Bring back ${name} ${version}` : `Yank ${name} ${version}`,
      what: `yank-${version}`,
      branch: options.branch,
      keys: options.keys,
      dryRun: options.dryRun,
    });
    return { ...submitted, name, version, yanked };
  });
}
