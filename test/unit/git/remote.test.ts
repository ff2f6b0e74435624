import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hasCode, type ErrorCode } from '../../../src/errors/index.js';
import {
  commitChanges,
  fetchedRef,
  fetchRef,
  initRepository,
  openRepository,
  pushRef,
  readBlobs,
  readRef,
  type GitRepository,
} from '../../../src/primitives/git/index.js';
import type { Transfer } from '../../../src/primitives/http/index.js';
import { git, makeSandbox, publishTree, type Sandbox } from '../../kit/git-cli.js';
import { startGitServer, type GitServer } from '../../kit/git-server.js';
import { loopbackTransfer } from '../../kit/loopback-transfer.js';

const ref = 'refs/heads/published';
const maxBytes = 64 * 1024 * 1024;

describe('a git server', () => {
  let sandbox: Sandbox;
  let server: GitServer;
  let transfer: Transfer;
  let cache: GitRepository;
  let origin: string;
  let url: string;

  beforeEach(async () => {
    sandbox = makeSandbox();
    origin = sandbox.at('served', 'index.git');
    mkdirSync(sandbox.at('served'));
    git(sandbox.folder, 'init', '--quiet', '--bare', '--initial-branch=main', origin);
    server = await startGitServer(sandbox.at('served'));
    url = `${server.url}/index.git`;
    transfer = loopbackTransfer();
    cache = await initRepository({ folder: sandbox.at('cache.git'), bare: true });
  });
  afterEach(async () => {
    await transfer.close();
    await server.close();
    sandbox.remove();
  });

  const publish = (files: Record<string, string | Uint8Array>, options: { orphan?: boolean } = {}) =>
    publishTree(origin, 'published', files, options);
  const fetch = (more: Partial<Parameters<typeof fetchRef>[1]> = {}) =>
    fetchRef(cache, { url, ref, transfer, maxBytes, ...more });
  const read = async (commit: string | undefined, path: string) => {
    const bytes = (await readBlobs(cache, commit ?? '', [path], 1024)).get(path);
    return bytes && Buffer.from(bytes).toString();
  };
  const fails = (promise: Promise<unknown>, code: ErrorCode) =>
    assert.rejects(promise, (error) => {
      if (hasCode(error, code)) return true;
      throw error as Error;
    });

  describe('fetchRef', () => {
    it('brings the newest commit without its history, even where HEAD names no branch', async () => {
      publish({ 'a.json': 'old' });
      const newest = publish({ 'a.json': 'new' });

      assert.equal(await fetch(), newest);

      assert.equal(await read(newest, 'a.json'), 'new');
      assert.equal(git(cache.gitdir, 'rev-list', '--count', newest), '1');
      assert.equal(await readRef(cache, fetchedRef(ref)), newest);
      assert.equal(git(cache.gitdir, 'for-each-ref', '--format=%(refname)'), 'refs/udos/published');
      git(cache.gitdir, 'fsck', '--strict');
    });

    it('asks once for an unchanged branch, and moves no objects', async () => {
      const commit = publish({ 'big.bin': randomBytes(200_000) });
      await fetch();
      server.takeSentBytes();
      const before = server.requests.length;

      assert.equal(await fetch(), commit);

      assert.equal(server.requests.length, before + 1);
      assert.ok(server.takeSentBytes() < 1000);
    });

    it('brings only what is new of a changed branch', async () => {
      const big = randomBytes(200_000);
      publish({ 'big.bin': big, 'a/b.json': '1' });
      await fetch();
      assert.ok(server.takeSentBytes() > 200_000);

      for (const text of ['2', '3', '4']) {
        const commit = publish({ 'big.bin': big, 'a/b.json': text });
        assert.equal(await fetch(), commit);
        assert.equal(await read(commit, 'a/b.json'), text);
      }

      const sent = server.takeSentBytes();
      assert.ok(sent < 5000, `${sent} bytes for three small changes`);
    });

    it('goes on across runs of the program', async () => {
      const big = randomBytes(200_000);
      publish({ 'big.bin': big });
      await fetch();
      server.takeSentBytes();
      const commit = publish({ 'big.bin': big, more: 'x' });

      cache = (await openRepository(sandbox.at('cache.git')))!;
      assert.equal(await fetch(), commit);

      assert.ok(server.takeSentBytes() < 3000);
    });

    it('answers what the remote has after a rewind, and after new history was forced on it', async () => {
      const big = randomBytes(200_000);
      const first = publish({ 'big.bin': big, v: '1' });
      publish({ 'big.bin': big, v: '2' });
      await fetch();

      git(origin, 'update-ref', ref, first);
      assert.equal(await fetch(), first);
      assert.equal(await read(first, 'v'), '1');

      const other = publish({ 'big.bin': big, v: 'other' }, { orphan: true });
      git(origin, 'reflog', 'expire', '--expire=now', '--all');
      git(origin, 'gc', '--quiet', '--prune=now');
      assert.equal(await fetch(), other);
      assert.equal(await read(other, 'v'), 'other');
      assert.equal(await readRef(cache, fetchedRef(ref)), other);
    });

    it('forgets nothing and says undefined when the branch is gone', async () => {
      const commit = publish({ a: '1' });
      await fetch();
      git(origin, 'update-ref', '-d', ref);

      assert.equal(await fetch(), undefined);
      assert.equal(await read(commit, 'a'), '1');
    });

    it('says undefined for an empty repository', async () => {
      assert.equal(await fetch(), undefined);
    });

    it("adds no refs, remotes or shallow ends to somebody's own repository", async () => {
      publish({ a: '1' });
      publish({ a: '2' });
      git(sandbox.folder, 'clone', '--quiet', '--branch', 'published', origin, sandbox.at('clone'));
      const own = (await openRepository(sandbox.at('clone')))!;
      const config = git(sandbox.at('clone'), 'config', '--list', '--local');
      const commit = publish({ a: '3' });

      assert.equal(await fetchRef(own, { url, ref, transfer, maxBytes, shallow: false }), commit);

      assert.equal(git(sandbox.at('clone'), 'rev-list', '--count', commit), '3');
      assert.equal(git(sandbox.at('clone'), 'rev-parse', '--is-shallow-repository'), 'false');
      assert.equal(git(sandbox.at('clone'), 'config', '--list', '--local'), config);
      assert.match(git(sandbox.at('clone'), 'for-each-ref'), /refs\/udos\/published$/);
      assert.doesNotMatch(git(sandbox.at('clone'), 'for-each-ref'), /incoming/);
    });

    it('starts over with the newest commit when the way there is longer than allowed', async () => {
      publish({ a: '1' });
      await fetch();
      publish({ a: randomBytes(100_000) });
      const commit = publish({ a: '3' });

      assert.equal(await fetch({ maxBytes: 50_000 }), commit);
      assert.equal(await read(commit, 'a'), '3');
    });

    it('refuses a pack above the limit, and one that unfolds above it', async () => {
      publish({ 'big.bin': randomBytes(100_000) });
      await fails(fetch({ maxBytes: 50_000 }), 'TRANSFER_LIMIT');

      publish({ 'bomb.txt': 'x'.repeat(1_000_000) });
      await fails(fetch({ maxBytes: 50_000 }), 'TRANSFER_LIMIT');
      assert.ok(server.requests.at(-1)!.sentBytes < 50_000);

      assert.equal(await readRef(cache, fetchedRef(ref)), undefined);
      assert.deepEqual(readdirSync(sandbox.at('cache.git', 'objects', 'pack')), []);
    });

    it('takes a torn answer for a network failure, wherever it breaks, and keeps what it had', async () => {
      const first = publish({ a: '1' });
      await fetch();
      publish({ a: '2', 'big.bin': randomBytes(5000) });
      for (const truncateAfter of [0, 2, 4, 11, 60, 1000, 4000]) {
        server.fault = (request) => (request.method === 'POST' ? { truncateAfter } : undefined);
        await fails(fetch(), 'NETWORK_FAILED');
        server.fault = (request) => (request.method === 'GET' ? { truncateAfter: 60 } : undefined);
        await fails(fetch(), 'NETWORK_FAILED');
      }
      server.fault = undefined;

      assert.equal(await readRef(cache, fetchedRef(ref)), first);
      assert.equal(await read(first, 'a'), '1');
      assert.ok(await fetch());
    });

    it('never takes a refusal for "not found"', async () => {
      publish({ a: '1' });
      for (const method of ['GET', 'POST']) {
        for (const status of [401, 403, 203]) {
          server.fault = (request) => (request.method === method ? { status } : undefined);
          await fails(fetch(), 'AUTH_REQUIRED');
        }
        for (const status of [400, 418, 429, 500, 502, 503]) {
          server.fault = (request) => (request.method === method ? { status } : undefined);
          await fails(fetch(), 'NETWORK_FAILED');
        }
      }
      server.fault = (request) => (request.method === 'POST' ? { status: 404 } : undefined);
      await fails(fetch(), 'NETWORK_FAILED');
    });

    it('says INDEX_NOT_FOUND where no repository is, or another kind of server', async () => {
      await fails(fetch({ url: `${server.url}/nothing.git` }), 'INDEX_NOT_FOUND');
      server.fault = () => ({
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<h1>Sign in</h1>',
      });
      await fails(fetch(), 'INDEX_NOT_FOUND');
    });

    it('passes on what the server says in words, without its escapes', async () => {
      publish({ a: '1' });
      const says = '\u001b[31mno\u202e way\n';
      for (const line of [`ERR ${says}`, `\u0003${says}`]) {
        const bytes = Buffer.from(line);
        const packet = Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
        server.fault = ({ method }) => (method === 'POST' ? { status: 200, body: packet } : undefined);
        await assert.rejects(fetch(), (error) => {
          assert.ok(hasCode(error, 'NETWORK_FAILED'));
          assert.match(error.message, /\[31mno way$/);
          // eslint-disable-next-line no-control-regex -- that there is none is the point
          assert.doesNotMatch(error.message, /[\u0000-\u001f\u202e]/);
          return true;
        });
      }
    });

    it('follows a redirect within the server once, for both requests', async () => {
      const commit = publish({ a: '1' });
      server.fault = ({ target }) =>
        target.startsWith('/old/')
          ? { status: 301, headers: { location: `/index.git${target.slice('/old'.length)}` } }
          : undefined;

      assert.equal(await fetch({ url: `${server.url}/old` }), commit);

      assert.deepEqual(
        server.requests.map((request) => request.target.split('?')[0]),
        ['/old/info/refs', '/index.git/info/refs', '/index.git/git-upload-pack'],
      );
    });

    it('refuses an address with a password, and does not repeat it', async () => {
      await assert.rejects(fetch({ url: 'https://ada:sesame@example.org/x' }), (error) => {
        assert.ok(hasCode(error, 'URL_INVALID'));
        assert.doesNotMatch(JSON.stringify([error.message, error.data]), /sesame/);
        return true;
      });
    });

    it('fails with NETWORK_FAILED when the server is gone', async () => {
      const gone = await startGitServer(sandbox.folder);
      await gone.close();

      await fails(fetch({ url: `${gone.url}/index.git` }), 'NETWORK_FAILED');
    });
  });

  describe('pushRef', () => {
    let work: GitRepository;
    const main = 'refs/heads/main';

    beforeEach(async () => {
      work = await initRepository({ folder: sandbox.at('work'), bare: false });
    });

    const commit = async (content: string | Uint8Array) => {
      const tip = await readRef(work, main);
      return commitChanges(work, {
        ref: main,
        expected: tip,
        parents: tip === undefined ? [] : [tip],
        base: tip,
        changes: new Map([[`file-${content.length}`, Buffer.from(content)]]),
        message: 'Change',
        author: { name: 'Ada', email: 'ada@example.org' },
        seconds: 1_767_225_600,
      });
    };
    const push = (oid: string, to = url, over = transfer) =>
      pushRef(work, { url: to, oid, ref: main, transfer: over });

    it('makes the branch, then moves it forward, sending only what is new', async () => {
      const first = await commit(randomBytes(200_000));
      await push(first);
      assert.equal(git(origin, 'rev-parse', main), first);
      const received = () => server.requests.reduce((sum, request) => sum + request.receivedBytes, 0);
      const before = received();

      const second = await commit('small');
      await push(second);

      assert.equal(git(origin, 'rev-parse', main), second);
      assert.ok(received() - before < 5000);
      git(origin, 'fsck', '--strict');
      assert.equal(git(sandbox.at('work'), 'for-each-ref', '--format=%(refname)'), main);
    });

    it('does nothing, happily, when the branch is there already', async () => {
      const oid = await commit('x');
      await push(oid);
      await push(oid);

      assert.equal(git(origin, 'rev-parse', main), oid);
    });

    it('says PUSH_REFUSED when the branch has moved on, and leaves it', async () => {
      await push(await commit('x'));
      const theirs = publishTree(origin, 'main', { theirs: '1' });

      await fails(push(await commit('yy')), 'PUSH_REFUSED');

      assert.equal(git(origin, 'rev-parse', main), theirs);
    });

    it("says PUSH_REFUSED when the server's hook declines", async () => {
      const hook = sandbox.at('served', 'index.git', 'hooks', 'update');
      mkdirSync(sandbox.at('served', 'index.git', 'hooks'), { recursive: true });
      writeFileSync(hook, '#!/bin/sh\necho not today >&2\nexit 1\n');
      chmodSync(hook, 0o755);

      await fails(push(await commit('x')), 'PUSH_REFUSED');
      assert.equal(git(origin, 'for-each-ref'), '');
    });

    it('says PUSH_REFUSED when the server finds it too large', async () => {
      server.fault = ({ method }) => (method === 'POST' ? { status: 413 } : undefined);

      await fails(push(await commit('x')), 'PUSH_REFUSED');
    });

    it('authenticates by the transfer alone, and says AUTH_REQUIRED without', async () => {
      const closed = await startGitServer(sandbox.at('served'), {
        basicAuth: { user: 'ada', password: 'sesame' },
        authOnlyForPush: true,
      });
      const asAda = loopbackTransfer({ origin: closed.url, user: 'ada', password: 'sesame' });
      try {
        const oid = await commit('x');
        await fails(push(oid, `${closed.url}/index.git`), 'AUTH_REQUIRED');
        assert.equal(git(origin, 'for-each-ref'), '');

        await push(oid, `${closed.url}/index.git`, asAda);
        assert.equal(git(origin, 'rev-parse', main), oid);
        assert.equal(await fetch({ url: `${closed.url}/index.git`, ref: main }), oid);
      } finally {
        await asAda.close();
        await closed.close();
      }
    });

    it('says NETWORK_FAILED when the server is gone or its report is torn', async () => {
      const oid = await commit('x');
      server.fault = ({ method }) => (method === 'POST' ? { truncateAfter: 10 } : undefined);
      await fails(push(oid), 'NETWORK_FAILED');
      const gone = await startGitServer(sandbox.folder);
      await gone.close();
      await fails(push(oid, `${gone.url}/index.git`), 'NETWORK_FAILED');
    });
  });
});
