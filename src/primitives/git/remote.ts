import { UdosError, hasCode } from '../../errors/index.js';
import type { Transfer } from '../http/transfer.js';
import { formatAdvertisement } from './advertisement.js';
import { gitError } from './git-errors.js';
import { openGitServer } from './http-plugin.js';
import { incomingRefs, loadGit, transferRemote } from './library.js';
import { hasCommit } from './objects.js';
import { deleteRef, readRef, writeRef, type GitRepository } from './repository.js';

export interface FetchRequest {
  readonly url: string;
  /** A branch of the remote, by its full name: `refs/heads/published`. */
  readonly ref: string;
  readonly transfer: Transfer;
  /** The most that the pack may have. */
  readonly maxBytes: number;
  /**
   * Leave out the history before the first fetched commit: right for a cache, wrong for somebody's own repository, whose
   * branches would end there. True unless said otherwise.
   */
  readonly shallow?: boolean;
}

export interface PushRequest {
  readonly url: string;
  /** The commit to put there. */
  readonly oid: string;
  /** A branch of the remote, by its full name. It only moves forward. */
  readonly ref: string;
  readonly transfer: Transfer;
}

/** Where `fetchRef` notes what the remote's branch `ref` was. */
export function fetchedRef(ref: string): string {
  return ref.replace(/^refs\/heads\//, 'refs/udos/');
}

/**
 * Fetches one branch, and notes it as `fetchedRef(ref)` once all its objects are here.
 *
 * Answers what the remote has now, even if that is older than, or unrelated to, what it had before: whether to believe it
 * is judged elsewhere. An unchanged branch costs one request; a changed one only the objects that are new since.
 *
 * @returns the commit id; undefined when the remote has no such branch.
 * @throws AUTH_REQUIRED, INDEX_NOT_FOUND (no repository), NETWORK_FAILED, TRANSFER_LIMIT, TRANSFER_REFUSED, URL_INVALID;
 *   STATE_CORRUPT when `repo` itself is damaged
 */
export async function fetchRef(repo: GitRepository, request: FetchRequest): Promise<string | undefined> {
  const { ref, shallow = true } = request;
  const server = openGitServer(request);
  const { refs, capabilities } = await server.fetchAdvertisement('git-upload-pack');
  const oid = refs.get(ref);
  if (oid === undefined) return undefined;

  const note = fetchedRef(ref);
  const known = await findKnown(repo, ref);
  if (known !== oid) {
    const http = server.client(formatAdvertisement('git-upload-pack', ref, oid, capabilities));
    const fetch = (depth: 1 | undefined) => fetchPack(repo, server.url, { ref, http, known, depth });
    try {
      await fetch(known === undefined && shallow ? 1 : undefined);
    } catch (error) {
      // The way from the known commit may be longer than the tree itself is large.
      if (!shallow || known === undefined || !hasCode(error, 'TRANSFER_LIMIT')) throw error;
      await fetch(1);
    }
    if (!(await hasCommit(repo, oid))) {
      throw new UdosError('NETWORK_FAILED', `${server.url} offers commit ${oid}, but did not send it.`, {
        hint: 'Try again. If it stays, ask the owner of the server.',
        data: { url: server.url, oid },
      });
    }
  }
  if ((await readRef(repo, note)) !== oid) await writeRef(repo, note, oid);
  return oid;
}

/** The newest state of the branch that this repository surely has, with all objects. */
async function findKnown(repo: GitRepository, ref: string): Promise<string | undefined> {
  const branch = ref.replace(/^refs\/heads\//, '');
  for (const name of [fetchedRef(ref), `refs/remotes/origin/${branch}`, ref]) {
    const oid = await readRef(repo, name);
    if (oid !== undefined && (await hasCommit(repo, oid))) return oid;
  }
  return undefined;
}

type Http = ReturnType<ReturnType<typeof openGitServer>['client']>;

async function fetchPack(
  repo: GitRepository,
  url: string,
  request: { ref: string; http: Http; known: string | undefined; depth: 1 | undefined },
): Promise<void> {
  const { ref, http, known, depth } = request;
  const git = await loadGit();
  try {
    await git.fetch({
      fs: repo.fs,
      gitdir: repo.gitdir,
      cache: repo.cache,
      http,
      url,
      remote: transferRemote,
      remoteRef: ref,
      ref: known ?? fetchedRef(ref),
      singleBranch: true,
      tags: false,
      corsProxy: '',
      ...(depth === undefined ? {} : { depth }),
    });
  } catch (error) {
    throw gitError(error, { what: `fetch ${url}`, remote: true });
  } finally {
    // Written before the objects came, so it must not outlive the fetch: it may name a commit that is not here.
    await deleteRef(repo, ref.replace(/^refs\/heads\//, incomingRefs));
  }
}

/**
 * Moves a branch of the remote forward to `oid`, sending what it lacks.
 *
 * @returns the lines that the server said to people meanwhile. Foreign text, as it came.
 * @throws PUSH_REFUSED when the branch there is not an ancestor of `oid`, or the server declines; AUTH_REQUIRED (401, 403),
 *   INDEX_NOT_FOUND (no repository), NETWORK_FAILED, TRANSFER_REFUSED, URL_INVALID. Nothing moved then.
 */
export async function pushRef(repo: GitRepository, request: PushRequest): Promise<string[]> {
  const said: string[] = [];
  const server = openGitServer({ ...request, maxBytes: 0, heard: (line) => said.push(line) });
  const git = await loadGit();
  try {
    await git.push({
      fs: repo.fs,
      gitdir: repo.gitdir,
      cache: repo.cache,
      http: server.client(),
      url: server.url,
      remote: transferRemote,
      ref: request.oid,
      remoteRef: request.ref,
      force: false,
      corsProxy: '',
    });
  } catch (error) {
    throw gitError(error, { what: `push to ${server.url}`, remote: true });
  }
  await deleteRef(repo, request.ref.replace(/^refs\/heads\//, `refs/remotes/${transferRemote}/`));
  return said;
}
