import type { Context } from '../../context/index.js';
import { hasCode, UdosError } from '../../errors/index.js';
import type { PublisherDocument } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import type { Fingerprint, IndexPath, Publisher } from '../../model/names.js';
import { judgeTree, onlyNamespace, rememberPublished } from '../../registry/index.js';
import { readPublisherFile } from './index-documents.js';
import { grantLine } from './author-index.js';
import type { IndexWorkspace } from './index-workspace.js';
import { judgeRelease } from './judge-release.js';
import { rotatedPublisher, type PublisherRole, type RoleChange } from './next-publisher.js';
import { refuseRevoked, type GivenKey } from './public-keys.js';
import { readDocumentsOf, type DocumentToSign, type VouchedPlugin } from './vouching.js';

export interface RotatePlan {
  readonly publisher: Publisher;
  /** The version whose release keys vouch from now on. */
  readonly version: number;
  readonly changes: readonly RoleChange[];
  /** Every release that is vouched for anew. */
  readonly plugins: readonly VouchedPlugin[];
}

/** A planned rotation, with what carries it out. */
export interface Rotation {
  readonly plan: RotatePlan;
  readonly before: PublisherDocument;
  readonly after: PublisherDocument;
  /** Where the new version stands; undefined when there is none. */
  readonly path: IndexPath | undefined;
  readonly documents: readonly DocumentToSign[];
  readonly revoked: ReadonlySet<Fingerprint>;
}

/** What a rotation would do. Nothing is signed or written. */
export async function planRotation(
  context: Context,
  workspace: IndexWorkspace,
  publisher: Publisher,
  given: readonly GivenKey[],
  old: readonly string[],
  role: PublisherRole | undefined,
): Promise<Rotation> {
  const current = await readPublisherFile(workspace.main, publisher);
  if (current === undefined) throw unknownPublisher(workspace, publisher);
  const judgement = await judgeTree({
    registry: workspace.registry,
    tree: onlyNamespace(workspace.main, publisher),
    published: workspace.published,
    store: await rememberPublished(workspace.registry, workspace.published),
    now: context.clock.now().getTime(),
    judgeRelease,
  });
  const problem = judgement.problems.find(({ path }) => path === layout.publisherFolder(publisher));
  if (problem !== undefined) throw withRemedy(problem.error, publisher);
  const revoked = judgement.revocations?.keys ?? new Set<Fingerprint>();
  refuseRevoked(given, revoked);

  const all = await readDocumentsOf(workspace, publisher, judgement.revocations);
  const before = current.document;
  if (given.length === 0) {
    const documents = all.filter(({ document }) => !judgement.documents.has(document.name));
    const plan = {
      publisher,
      version: before.version,
      changes: [],
      plugins: documents.map(({ shown }) => shown),
    };
    return { plan, before, after: before, path: undefined, documents, revoked };
  }
  const roles: readonly PublisherRole[] = role === undefined ? ['owners', 'release'] : [role];
  const { document: after, changes } = rotatedPublisher(current, given, old, roles);
  const documents = changes.some((change) => change.role === 'release') ? all : [];
  const plan = { publisher, version: after.version, changes, plugins: documents.map(({ shown }) => shown) };
  const path = layout.publisher(publisher, after.version);
  return { plan, before, after, path, documents, revoked };
}

function withRemedy(error: UdosError, publisher: Publisher): UdosError {
  if (!hasCode(error, 'PUBLISHER_INVALID')) return error;
  return new UdosError('PUBLISHER_INVALID', error.message, {
    hint: `If its owners' keys are revoked or lost, the curators put new ones in place: \`udos registry publisher recover ${publisher}\`.`,
    data: error.data,
    cause: error,
  });
}

function unknownPublisher(workspace: IndexWorkspace, publisher: Publisher): UdosError {
  return new UdosError(
    'PLUGIN_NOT_FOUND',
    `The registry at ${workspace.location} has no publisher ${publisher}.`,
    {
      hint: `Its owner grants one with \`${grantLine(publisher)}\`.`,
      data: { publisher },
    },
  );
}
