import type { Context } from '../../context/index.js';
import { hasCode, UdosError } from '../../errors/index.js';
import {
  fetchRef,
  initRepository,
  pushRef,
  readCommit,
  readRef,
  writeRef,
  type GitRepository,
} from '../../primitives/git/index.js';
import type { Transfer } from '../../primitives/http/index.js';
import type { IndexTree } from '../../registry/index.js';
import type { ConfiguredRegistry } from './configured-registries.js';
import {
  commitTree,
  mainRef,
  openLocalWorkspace,
  openWorkspace,
  publishedRef,
  type IndexWorkspace,
} from './index-workspace.js';

/** A whole index, artifacts included, may be this large when its owner fetches it. */
const maxFetchBytes = 2 * 1024 * 1024 * 1024;

/**
 * Brings main and published to what the host has. A checkpoint of ours that it never got, because a push broke off, is
 * pushed first, and remembered before that: its number is taken, so that very one must follow.
 */
async function fetchBranches(
  repo: GitRepository,
  url: string,
  transfer: Transfer,
  remember: (published: IndexTree) => Promise<void>,
): Promise<void> {
  const ours = await readRef(repo, publishedRef);
  const fetched = new Map<string, string>();
  for (const ref of [mainRef, publishedRef]) {
    const oid = await fetchRef(repo, { url, ref, transfer, maxBytes: maxFetchBytes });
    if (oid !== undefined) fetched.set(ref, oid);
  }
  const theirs = fetched.get(publishedRef);
  if (
    ours !== undefined &&
    theirs !== undefined &&
    ours !== theirs &&
    (await followsOn(repo, ours, theirs))
  ) {
    const main = await readRef(repo, mainRef);
    const known = fetched.get(mainRef);
    if (main !== undefined && known !== undefined && main !== known && (await followsOn(repo, main, known))) {
      await pushRef(repo, { url, oid: main, ref: mainRef, transfer }).catch(async (error: unknown) => {
        // Its checkpoint goes out after main, so nobody has seen it: it may be forgotten.
        if (isRefusal(error)) await moveRefs(repo, fetched);
        throw error;
      });
      fetched.set(mainRef, main);
    }
    await remember(await commitTree(repo, ours));
    await pushRef(repo, { url, oid: ours, ref: publishedRef, transfer });
    fetched.set(publishedRef, ours);
  }
  await moveRefs(repo, fetched);
}

async function moveRefs(repo: GitRepository, refs: ReadonlyMap<string, string | undefined>): Promise<void> {
  for (const [ref, oid] of refs) if (oid !== undefined) await writeRef(repo, ref, oid);
}

/** True when the host declined a push, so that nothing of it arrived. A connection that broke off tells nothing. */
function isRefusal(error: unknown): boolean {
  return (
    hasCode(error, 'PUSH_REFUSED') || hasCode(error, 'AUTH_REQUIRED') || hasCode(error, 'INDEX_NOT_FOUND')
  );
}

/** True when `before` is the parent of `commit`. */
async function followsOn(repo: GitRepository, commit: string, before: string): Promise<boolean> {
  return (await readCommit(repo, commit)).parent.includes(before);
}

/**
 * A fresh copy of a registry's index, from where it is hosted, ready to be changed and pushed back.
 *
 * @param remember told of a checkpoint that an earlier command signed and could not push, before it is pushed now.
 */
export async function openHostedWorkspace(
  context: Context,
  registry: ConfiguredRegistry,
  transfer: Transfer,
  remember: (published: IndexTree) => Promise<void>,
): Promise<IndexWorkspace> {
  const [location] = registry.locations;
  if (location === undefined) throw new UdosError('BUG', `${registry.alias} has no place.`);
  if (location.kind === 'disk') return openLocalWorkspace(context, location.folder);
  if (context.offline) throw new UdosError('OFFLINE', `Offline, and ${location.url} must be asked.`);
  const { url } = location;
  const repo = await initRepository({ folder: context.home.registry(registry.id).workspace, bare: true });
  await fetchBranches(repo, url, transfer, remember);
  const before = new Map<string, string | undefined>();
  for (const ref of [mainRef, publishedRef]) before.set(ref, await readRef(repo, ref));
  const push = async (ref: string) => {
    const oid = await readRef(repo, ref);
    return oid === undefined ? [] : pushRef(repo, { url, oid, ref, transfer });
  };
  return openWorkspace(context, repo, url, {
    push: (branch) => push(`refs/heads/${branch}`),
    pushPublished: async (rememberOwn) => {
      try {
        await push(mainRef);
      } catch (error) {
        if (isRefusal(error)) await moveRefs(repo, before);
        throw error;
      }
      await rememberOwn();
      await push(publishedRef);
    },
  });
}
