import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { layout } from '../model/index-layout.js';
import {
  parsePublisher,
  type Fingerprint,
  type IndexPath,
  type PluginName,
  type Publisher,
} from '../model/names.js';
import { judgeTree, onlyNamespace, rememberPublished, withChanges, type Changes } from '../registry/index.js';
import { requireAgreement } from './steps/agreement.js';
import { grantLine, signedDocument } from './steps/author-index.js';
import { pluginsOf, readPublisherFile, readRoles } from './steps/index-documents.js';
import { indexFolder, openLocalWorkspace, type IndexWorkspace } from './steps/index-workspace.js';
import { judgeRelease } from './steps/judge-release.js';
import { missingSignatures, type MissingSignatures } from './steps/missing-signatures.js';
import { recoveredPublisher } from './steps/next-publisher.js';
import { readPublicKeys, refuseRevoked } from './steps/public-keys.js';
import { revokedKeys } from './steps/revoked-keys.js';
import { openRootSigners } from './steps/signers.js';
import { requireBranch } from './steps/typed-text.js';

export interface RecoverOptions {
  readonly index?: string | undefined;
  readonly publisher: string;
  /** The keys that become owners and releasers. */
  readonly newKeys: readonly string[];
  readonly keys: readonly string[];
  readonly branch: string | undefined;
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** Renders the plan for the question. */
  readonly describe: (plan: RecoverPlan) => string;
}

export interface RecoverPlan {
  readonly publisher: Publisher;
  readonly version: number;
  readonly removed: readonly Fingerprint[];
  readonly added: readonly Fingerprint[];
  /** Documents that the new keys must vouch for before clients accept them. */
  readonly plugins: readonly PluginName[];
}

export interface RecoverResult extends RecoverPlan {
  readonly file: IndexPath;
  readonly state: 'committed' | 'dry-run';
  readonly branch: string | null;
  /** Signatures of curators that it still needs. */
  readonly missing: readonly MissingSignatures[];
}

/**
 * Gives a publisher new keys by the curators' word alone, marked as a recovery, which clients show and `--frozen` refuses.
 * It follows the version that is published: later ones that only main has are dropped.
 *
 * Nothing is published here: `registry checkpoint` brings it out together with the documents that the new keys vouch for.
 *
 * @throws NAME_INVALID, INDEX_NOT_FOUND, PLUGIN_NOT_FOUND, KEY_NOT_FOUND, KEY_INVALID, PUBLISHER_INVALID,
 *   CONFIRMATION_REQUIRED; nothing is changed then
 */
export async function recoverPublisher(context: Context, options: RecoverOptions): Promise<RecoverResult> {
  const publisher = parsePublisher(options.publisher);
  if (options.branch !== undefined) requireBranch(options.branch);
  const given = await readPublicKeys(context, options.newKeys);
  const workspace = await openLocalWorkspace(context, indexFolder(context, options.index));
  const base = workspace.published ?? workspace.main;
  const current = await readPublisherFile(base, publisher);
  if (current === undefined) {
    throw new UdosError(
      'PLUGIN_NOT_FOUND',
      `${workspace.location} has published no publisher ${publisher}.`,
      {
        hint: `Grant the namespace with \`${grantLine(publisher)}\`.`,
        data: { publisher },
      },
    );
  }
  const document = recoveredPublisher(current, given);
  const file = layout.publisher(publisher, document.version);
  const listed = Object.keys(current.document.keys) as Fingerprint[];
  const plan: RecoverPlan = {
    publisher,
    version: document.version,
    removed: listed.filter((fp) => !(fp in document.keys)),
    added: given.map((key) => key.fingerprint).filter((fp) => !listed.includes(fp)),
    plugins: pluginsOf(workspace.main, publisher),
  };
  const roles = await readRoles(workspace.main);
  const revoked = await revokedKeys(context, workspace);
  const signers = await openRootSigners(context, roles.curator, options.keys, 'recover a publisher', revoked);
  const changes: Changes = new Map([
    ...(await putBack(workspace, publisher)),
    ...signedDocument(workspace.registry, file, document, signers, workspace.main),
  ]);
  const signed = new Set(signers.map((signer) => signer.fingerprint));
  const missing = missingSignatures(file, [roles.curator], signed);
  await judge(context, workspace, publisher, changes, missing.length === 0, given);
  const result = { ...plan, file, branch: null, missing };
  if (options.dryRun) return { ...result, state: 'dry-run' };
  await requireAgreement(context, options.yes, options.describe(plan));
  await workspace.commit(changes, `Recover the publisher ${publisher}`, options.branch);
  return { ...result, state: 'committed', branch: options.branch ?? null };
}

/** The publisher's versions as they are published, so that the recovery stands on what clients have. */
async function putBack({ main, published }: IndexWorkspace, publisher: Publisher): Promise<Changes> {
  const changes = new Map<string, Uint8Array | null>();
  if (published === undefined) return changes;
  const folder = `${layout.publisherFolder(publisher)}/`;
  for (const path of main.paths) if (path.startsWith(folder)) changes.set(path, null);
  const files = published.paths.filter((path) => path.startsWith(folder) && !path.endsWith('/SHA256SUMS'));
  for (const [path, bytes] of await published.read(files)) changes.set(path, bytes);
  return changes;
}

async function judge(
  context: Context,
  workspace: IndexWorkspace,
  publisher: Publisher,
  changes: Changes,
  isComplete: boolean,
  given: Parameters<typeof refuseRevoked>[0],
): Promise<void> {
  const judgement = await judgeTree({
    registry: workspace.registry,
    tree: onlyNamespace(withChanges(workspace.main, changes), publisher),
    published: workspace.published,
    store: await rememberPublished(workspace.registry, workspace.published),
    now: context.clock.now().getTime(),
    judgeRelease,
  });
  refuseRevoked(given, judgement.revocations?.keys);
  const problem = judgement.problems.find(({ path }) => path === layout.publisherFolder(publisher));
  if (isComplete && problem !== undefined) throw problem.error;
}
