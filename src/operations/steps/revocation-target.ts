import { hasCode, UdosError } from '../../errors/index.js';
import {
  publisherDocument,
  readFormat,
  root as rootFormat,
  type KeyRing,
  type Revocations,
} from '../../model/formats/index.js';
import { isFingerprint, parsePluginName, type Fingerprint, type PluginName } from '../../model/names.js';
import { isVersion } from '../../model/version.js';
import type { IndexTree } from '../../registry/index.js';
import { readDocument } from './index-documents.js';
import type { IndexWorkspace } from './index-workspace.js';

/** What a new entry of the list of revocations names. */
export type RevocationTarget = Pick<Revocations, 'keys' | 'releases'>;

/**
 * The key or release that somebody means by `text`, as an entry of the list.
 *
 * The integrity of a single release is the published one where there is one, so that nobody who may write to main gets
 * another release revoked than the one that clients have.
 *
 * @throws SPEC_INVALID, NAME_INVALID, PLUGIN_NOT_FOUND, VERSION_NOT_FOUND, KEY_NOT_FOUND, KEY_AMBIGUOUS
 */
export async function readRevocationTarget(
  workspace: IndexWorkspace,
  text: string,
  reason: string,
): Promise<RevocationTarget> {
  if (/^[0-9a-f]{16,64}$/.test(text)) {
    return { keys: [{ fp: await findKey(workspace, text), reason }], releases: [] };
  }
  const [plugin = '', version, ...rest] = text.split('@');
  if (version === undefined || rest.length > 0 || (version !== '*' && !isVersion(version))) {
    throw new UdosError(
      'SPEC_INVALID',
      `${JSON.stringify(text.slice(0, 80))} names neither a key nor a release.`,
      {
        hint: 'Name a key by its fingerprint or 16 digits of it, one release as ada/notes@1.2.0, all as ada/notes@*.',
      },
    );
  }
  const name = parsePluginName(plugin);
  if (version === '*') {
    await requireDocument(workspace, name);
    return { keys: [], releases: [{ name, version, reason }] };
  }
  const release = (await requireDocument(workspace, name))
    .flatMap((document) => document.releases)
    .find((one) => one.version === version);
  if (release !== undefined)
    return { keys: [], releases: [{ name, version, integrity: release.integrity, reason }] };
  throw new UdosError('VERSION_NOT_FOUND', `${name} has no release ${version} in this index.`, {
    hint: `Bring the clone up to date (\`git pull\`), or see \`udos versions ${name}\`.`,
    data: { plugin: name, version },
  });
}

/** The document as it is published, then as main has it. */
async function requireDocument({ published, main, location }: IndexWorkspace, name: PluginName) {
  const trees = [published, main].filter((tree) => tree !== undefined);
  const found = (await Promise.all(trees.map((tree) => readDocument(tree, name)))).filter(
    (one) => one !== undefined,
  );
  if (found.length > 0) return found.map(({ document }) => document);
  throw new UdosError('PLUGIN_NOT_FOUND', `The index in ${location} has no plugin ${name}.`, {
    hint: 'Bring the clone up to date (`git pull`), or check the name with `udos search TEXT`.',
    data: { plugin: name },
  });
}

async function findKey(workspace: IndexWorkspace, text: string): Promise<Fingerprint> {
  if (isFingerprint(text)) return text;
  const known = new Set<Fingerprint>();
  for (const tree of [workspace.main, workspace.published]) {
    for (const fp of tree === undefined ? [] : await keysOf(tree)) if (fp.startsWith(text)) known.add(fp);
  }
  const [key] = known;
  if (key !== undefined && known.size === 1) return key;
  if (key !== undefined) {
    throw new UdosError('KEY_AMBIGUOUS', `Several keys of this index begin with ${text}.`, {
      hint: 'Name the whole fingerprint, 64 digits.',
      data: { keys: [...known] },
    });
  }
  throw new UdosError('KEY_NOT_FOUND', `No key of this index begins with ${text}.`, {
    hint: 'A key that the index does not know yet is named by its whole fingerprint, 64 digits.',
    data: { selector: text },
  });
}

/** Every key that a root or a publisher ever listed. Files that cannot be read list none. */
async function keysOf(tree: IndexTree): Promise<Fingerprint[]> {
  const rings: KeyRing[] = [];
  const paths = tree.paths.filter((path) =>
    /^(trust\/root|plugins\/[^/]+\/[^/]+\/publisher)\/[0-9]+\.json$/.test(path),
  );
  for (const [path, bytes] of await tree.read(paths)) {
    try {
      const what = { what: path, code: 'INDEX_INVALID' as const };
      rings.push(
        path.startsWith('trust/')
          ? readFormat(rootFormat, bytes, what).keys
          : readFormat(publisherDocument, bytes, what).keys,
      );
    } catch (error) {
      if (!hasCode(error, 'INDEX_INVALID')) throw error;
    }
  }
  return rings.flatMap((ring) => Object.keys(ring) as Fingerprint[]);
}
