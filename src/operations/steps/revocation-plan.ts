import type { Context } from '../../context/index.js';
import type { Revocations, Root } from '../../model/formats/index.js';
import type { PluginName, Publisher, RegistryId } from '../../model/names.js';
import type { Version } from '../../model/version.js';
import { layout } from '../../model/index-layout.js';
import { judgeTree, rememberPublished, type Judgement } from '../../registry/index.js';
import { readRevocations } from './index-documents.js';
import type { IndexWorkspace } from './index-workspace.js';
import { judgeRelease } from './judge-release.js';
import type { RevocationTarget } from './revocation-target.js';

/** What the next list of revocations takes back that is not taken back for clients yet. */
export interface RevocationPlan {
  readonly registry: RegistryId;
  readonly serial: number;
  readonly keys: readonly { readonly fingerprint: string; readonly reason: string }[];
  readonly releases: readonly {
    readonly name: PluginName;
    readonly version: string;
    readonly integrity: string | null;
    readonly reason: string;
  }[];
  /** What clients can install now and could not any more. */
  readonly stops: readonly { readonly name: PluginName; readonly versions: readonly Version[] }[];
  /** Publishers whose whole namespace closes, until the curators recover it. */
  readonly closes: readonly Publisher[];
  /** Roles of the root that the key stays in: only a new root takes it out of them. */
  readonly rootRoles: readonly string[];
}

/** The list that follows what main and the published index have: no entry of either is ever lost. */
export async function nextRevocations(
  workspace: IndexWorkspace,
  target: RevocationTarget,
): Promise<{ readonly published: Revocations; readonly next: Revocations; readonly isNew: boolean }> {
  const none: Revocations = {
    type: 'udos/revocations@1',
    registry: workspace.registry,
    serial: 1,
    keys: [],
    releases: [],
  };
  const inForce = workspace.published && (await readRevocations(workspace.published));
  const onMain = await readRevocations(workspace.main);
  const known = {
    keys: merged([...(inForce?.keys ?? []), ...(onMain?.keys ?? [])], (key) => key.fp),
    releases: merged([...(inForce?.releases ?? []), ...(onMain?.releases ?? [])], nameOf),
  };
  const keys = merged([...known.keys, ...target.keys], (key) => key.fp);
  const releases = merged([...known.releases, ...target.releases], nameOf);
  const next = {
    ...none,
    serial: Math.max(inForce?.serial ?? 0, onMain?.serial ?? 0) + 1,
    keys,
    releases,
  };
  const isNew = keys.length + releases.length > known.keys.length + known.releases.length;
  return { published: inForce ?? none, next, isNew };
}

/** Judges the index as clients would with either list, so that what is shown is what will happen. */
export async function planRevocation(
  context: Context,
  workspace: IndexWorkspace,
  published: Revocations,
  next: Revocations,
  roles: Root['roles'],
): Promise<RevocationPlan> {
  const store = await rememberPublished(workspace.registry, workspace.published);
  const judge = (revocations: Revocations, tree = workspace.main) =>
    judgeTree({
      registry: workspace.registry,
      tree,
      published: workspace.published,
      store,
      now: context.clock.now().getTime(),
      judgeRelease,
      revocations,
    });
  const [before, after] = [await judge(published), await judge(next)];
  const stops = stoppedBy(before, after);
  const good = new Set<string>([...before.documents.keys()].map((name) => layout.document(name)));
  const isOnlyPublished = (path: string) =>
    /^plugins\/[^/]+\/[^/]+\/[^/]+\.json$/.test(path) && !good.has(path);
  if (workspace.published?.paths.some(isOnlyPublished) === true) {
    // What main lacks, or has an older or a bad text of, stays as it is published.
    const then = await judge(published, workspace.published);
    const kept = stoppedBy(then, await judge(next, workspace.published));
    stops.push(...kept.filter(({ name }) => !before.documents.has(name)));
  }
  const closed = (publisher: Publisher) =>
    after.problems.some(({ path }) => path === layout.publisherFolder(publisher));
  const keys = next.keys.filter((key) => !published.keys.some((one) => one.fp === key.fp));
  const releases = next.releases.filter(
    (release) => !published.releases.some((one) => nameOf(one) === nameOf(release)),
  );
  return {
    registry: workspace.registry,
    serial: next.serial,
    keys: keys.map(({ fp, reason }) => ({ fingerprint: fp, reason })),
    releases: releases.map(({ name, version, integrity, reason }) => ({
      name,
      version,
      integrity: integrity ?? null,
      reason,
    })),
    stops: stops.sort((left, right) => (left.name < right.name ? -1 : 1)),
    closes: [...before.seen.publishers.keys()].filter(closed).sort(),
    rootRoles: Object.entries(roles)
      .filter(([, role]) => keys.some((key) => role?.keys.includes(key.fp)))
      .map(([name]) => name),
  };
}

/** What clients of `before` can install, and those of `after` cannot. */
function stoppedBy(before: Judgement, after: Judgement): { name: PluginName; versions: Version[] }[] {
  const stops: { name: PluginName; versions: Version[] }[] = [];
  for (const [name, { releases }] of before.documents) {
    const versions = releases
      .filter(({ version, integrity }) => {
        const release = { name, version, integrity };
        const wasGood = before.revocations?.reasonAgainst(release) === undefined;
        const isGood = after.documents.has(name) && after.revocations?.reasonAgainst(release) === undefined;
        return wasGood && !isGood;
      })
      .map((release) => release.version);
    if (versions.length > 0) stops.push({ name, versions });
  }
  return stops;
}

function nameOf({ name, version, integrity, registry }: Revocations['releases'][number]): string {
  return [name, version, integrity ?? '', registry ?? ''].join(' ');
}

/** The first of each, in order. */
function merged<T>(entries: readonly T[], idOf: (entry: T) => string): T[] {
  const known = new Map<string, T>();
  for (const entry of entries) if (!known.has(idOf(entry))) known.set(idOf(entry), entry);
  return [...known.values()];
}
