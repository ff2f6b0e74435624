import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { layout } from '../../../src/model/index-layout.js';
import type { Alias, PluginName, Publisher } from '../../../src/model/names.js';
import type { PublisherDocument, Revocations } from '../../../src/model/formats/index.js';
import { rotateKeys, type RotateOptions } from '../../../src/operations/key-rotate.js';
import { checkpointRegistry } from '../../../src/operations/registry-checkpoint.js';
import { recoverPublisher } from '../../../src/operations/registry-publisher-recover.js';
import { revoke, type RevokeOptions } from '../../../src/operations/registry-revoke.js';
import { signIndexFile } from '../../../src/operations/registry-sign.js';
import { writeConfig } from '../../../src/operations/steps/config.js';
import { formatPublicKeyFile, formatSecretKeyFile } from '../../../src/primitives/crypto/index.js';
import { Client, refusalOf } from '../../kit/client.js';
import { TestClock } from '../../kit/clock.js';
import { testContext, type TestContext } from '../../kit/context.js';
import { git, makeSandbox, type Sandbox } from '../../kit/git-cli.js';
import { testKey, type TestKey } from '../../kit/keys.js';
import { TestRegistry } from '../../kit/test-registry.js';

const [c1, c2, c3] = [testKey('curator 1'), testKey('curator 2'), testKey('curator 3')];
const [o1, o2, r1, r2] = [testKey('owner 1'), testKey('owner 2'), testKey('release 1'), testKey('release 2')];
const [n1, n2] = [testKey('new 1'), testKey('new 2')];
const bob = 'bob' as Publisher;
const folder = layout.publisherFolder(bob);

describe('tools for bad days, where several must sign', () => {
  let sandbox: Sandbox;
  let clock: TestClock;
  let registry: TestRegistry;
  let restore: () => Promise<void>;
  let people = 0;

  before(async () => {
    sandbox = makeSandbox();
    clock = new TestClock();
    registry = await TestRegistry.create(sandbox.folder, 'main', clock);
    const { curator } = registry.keys;
    await registry.nextRoot((root) => ({
      ...root,
      keys: { ...root.keys, ...ringOf(c1, c2, c3) },
      roles: {
        ...root.roles,
        grant: { keys: [curator.fingerprint], threshold: 1 },
        curator: roleOf(2, c1, c2, c3),
      },
    }));
    const document: PublisherDocument = {
      type: 'udos/publisher@1',
      registry: registry.id,
      publisher: bob,
      version: 1,
      previous: null,
      displayName: 'Bob',
      keys: ringOf(o1, o2, r1, r2),
      owners: roleOf(2, o1, o2),
      release: roleOf(1, r1, r2),
    };
    await registry.edit(registry.signed(layout.publisher(bob, 1), document, [curator, o1, o2]));
    await registry.publish('bob/lists', '1.0.0', {}, r1);
    await registry.publish('bob/tools', '1.0.0', {}, r2);
    await registry.checkpoint();
    restore = await registry.mark();
  });
  beforeEach(() => restore());
  after(() => {
    sandbox.remove();
  });

  /** Somebody with these keys, who said where the registry is. */
  async function person(answer: boolean | undefined, ...keys: readonly TestKey[]): Promise<TestContext> {
    people += 1;
    const home = sandbox.at(`home-${people}`);
    mkdirSync(path.join(home, 'keys'), { recursive: true });
    for (const [at, { secret }] of keys.entries()) {
      writeFileSync(path.join(home, 'keys', `key-${at}.key`), await formatSecretKeyFile(secret, {}));
      writeFileSync(path.join(home, 'keys', `key-${at}.pub`), formatPublicKeyFile(secret.publicKey));
    }
    const context = testContext({ home, cwd: sandbox.folder }, clock, answer);
    const place = registry.repository;
    await writeConfig(context, {
      registries: { ['main' as Alias]: { url: place, id: registry.id, mirrors: [] } },
      bindings: { ['main' as Alias]: { id: registry.id, place, internal: false } },
    });
    return context;
  }

  const revokeWith = (context: TestContext, target: string, change: Partial<RevokeOptions> = {}) =>
    revoke(context, {
      index: registry.repository,
      target,
      reason: 'a bad day',
      keys: [],
      branch: undefined,
      yes: true,
      dryRun: false,
      describe: (plan) => JSON.stringify(plan),
      ...change,
    });
  const rotateWith = (context: TestContext, change: Partial<RotateOptions>) =>
    rotateKeys(context, {
      publisher: 'bob',
      newKeys: [],
      oldKeys: [],
      role: undefined,
      registry: undefined,
      keys: [],
      branch: false,
      yes: true,
      dryRun: false,
      describe: (plan) => JSON.stringify(plan),
      ...change,
    });
  const recoverWith = (context: TestContext, ...newKeys: readonly TestKey[]) =>
    recoverPublisher(context, {
      index: registry.repository,
      publisher: 'bob',
      newKeys: newKeys.map((key) => key.encoded),
      keys: [],
      branch: undefined,
      yes: true,
      dryRun: false,
      describe: (plan) => JSON.stringify(plan),
    });
  const checkpoint = async (index = registry.repository) =>
    checkpointRegistry(await person(undefined, registry.keys.checkpoint), { index, keys: [] });
  const keptBack = async (index?: string) =>
    (await checkpoint(index)).keptBack.map(({ path: where, code }) => [where, code]);
  const head = () => git(registry.repository, 'for-each-ref');
  const client = () => new Client(registry, clock);
  const listOn = (branch: string) =>
    JSON.parse(git(registry.repository, 'show', `${branch}:${layout.revocations}`)) as Revocations;

  describe('a revocation', () => {
    it('of too few curators waits on main, holds nobody up, and counts once another has signed', async () => {
      const clone = sandbox.at('clone');
      await registry.publish('bob/lists', '1.1.0', {}, r1);
      git(sandbox.folder, 'clone', '--quiet', '--branch', 'main', registry.repository, clone);
      git(clone, 'branch', '--quiet', 'published', 'origin/published');
      const revoked = await revokeWith(await person(undefined, c1), 'bob/tools@1.0.0', { index: clone });
      assert.deepEqual(
        [revoked.state, revoked.missing],
        ['committed', [{ file: layout.revocations, count: 1, keys: [c2.fingerprint, c3.fingerprint] }]],
      );
      assert.deepEqual(await keptBack(clone), [[layout.revocations, 'REVOCATIONS_INVALID']]);
      assert.match(git(clone, 'show', 'published:plugins/bo/bob/lists.json'), /"1\.1\.0"/);
      assert.throws(() => git(clone, 'show', `published:${layout.revocations}`));

      await signIndexFile(await person(undefined, c3), {
        file: path.join(clone, layout.revocations),
        keys: ['key-0'],
        id: undefined,
        yes: true,
        describe: () => '',
      });
      git(clone, 'add', '.');
      git(clone, 'commit', '--quiet', '--message', 'Sign');
      assert.deepEqual(await keptBack(clone), []);
      git(clone, 'push', '--quiet', 'origin', 'published');
      const plugin = await client().plugin('bob/tools');
      assert.equal(plugin.revocationOf(plugin.document.releases[0]!), 'a bad day');
    });

    it('shows and keeps what another curator put on the list and nobody has counted yet', async () => {
      await revokeWith(await person(undefined, c1), 'bob/tools@1.0.0');
      const context = await person(false, c2);
      const before = head();
      await refusalOf('CONFIRMATION_REQUIRED', () => revokeWith(context, 'bob/lists@*', { yes: false }));
      assert.equal(head(), before);
      assert.match(context.questions[0]!, /bob\/tools.*bob\/lists/);
      const second = await revokeWith(context, 'bob/lists@*');
      assert.deepEqual(
        second.stops.map(({ name }) => name),
        ['bob/lists', 'bob/tools'],
      );
      assert.deepEqual(
        listOn('main').releases.map(({ name, version }) => [name, version]),
        [
          ['bob/tools', '1.0.0'],
          ['bob/lists', '*'],
        ],
      );
    });

    it('loses no entry that is in force, whatever main says', async () => {
      const both = await person(undefined, c1, c2, registry.keys.checkpoint);
      assert.equal((await revokeWith(both, 'bob/tools@1.0.0')).state, 'published');
      const emptied: Revocations = { ...listOn('main'), serial: 7, releases: [] };
      await registry.edit(registry.signed(layout.revocations, emptied, [c3]));
      assert.equal((await revokeWith(both, n1.fingerprint)).state, 'published');
      const list = listOn('published');
      assert.deepEqual(
        [list.serial, list.releases.map(({ name }) => name), list.keys.map(({ fp }) => fp)],
        [8, ['bob/tools'], [n1.fingerprint]],
      );
      const again = await revokeWith(both, 'bob/tools@1.0.0', { reason: 'another' });
      assert.deepEqual([again.state, again.missing], ['unchanged', []]);
    });

    it('of a release key stops what only it vouches for, one of an owner closes the namespace', async () => {
      const context = await person(undefined, c1);
      const release = await revokeWith(context, r1.fingerprint.slice(0, 16), { dryRun: true });
      assert.deepEqual([release.stops, release.closes], [[{ name: 'bob/lists', versions: ['1.0.0'] }], []]);
      const owner = await revokeWith(context, o1.fingerprint, { dryRun: true });
      assert.deepEqual(
        [owner.stops.map(({ name }) => name), owner.closes],
        [['bob/lists', 'bob/tools'], ['bob']],
      );
      const curator = await revokeWith(context, c2.fingerprint, { dryRun: true });
      assert.deepEqual([curator.stops, curator.rootRoles], [[], ['curator']]);
    });

    it('counts what is published and main does not have: a clone that is behind', async () => {
      await registry.edit(new Map([[layout.document('bob/tools' as PluginName), null]]));
      const context = await person(undefined, c1);
      const { stops } = await revokeWith(context, 'bob/tools@1.0.0', { dryRun: true });
      assert.deepEqual(stops, [{ name: 'bob/tools', versions: ['1.0.0'] }]);
      const other = await revokeWith(context, 'bob/lists@*', { dryRun: true });
      assert.deepEqual(other.stops, [{ name: 'bob/lists', versions: ['1.0.0'] }]);
    });

    it('of a key frees nobody from what was published before', async () => {
      const both = await person(undefined, c1, c2, registry.keys.checkpoint);
      await revokeWith(both, r1.fingerprint);
      await registry.reissue('bob/lists', (document) => ({ ...document, releases: [] }), r2);
      assert.deepEqual(await keptBack(), [[layout.document('bob/lists' as PluginName), 'RELEASE_CHANGED']]);
    });
  });

  describe('new keys of a publisher', () => {
    it('wait on a branch for the owners who are elsewhere', async () => {
      const before = git(registry.repository, 'rev-parse', 'main', 'published');
      const context = await person(undefined, o1, n1, registry.keys.checkpoint);
      const rotated = await rotateWith(context, {
        newKeys: ['key-1'],
        oldKeys: [o1.fingerprint],
        role: 'owners',
      });
      const file = layout.publisher(bob, 2);
      assert.deepEqual(
        [rotated.state, rotated.branch, rotated.missing],
        ['proposed', 'udos/bob-keys-2', [{ file, count: 1, keys: [o2.fingerprint] }]],
      );
      assert.deepEqual(
        rotated.leftOver.map(({ name }) => name),
        ['key-0'],
      );
      assert.equal(git(registry.repository, 'rev-parse', 'main', 'published'), before);
      assert.match(git(registry.repository, 'show', `udos/bob-keys-2:${file}`), new RegExp(n1.fingerprint));
    });

    it('name each document that a release key elsewhere must sign', async () => {
      const context = await person(undefined, o1, o2, registry.keys.checkpoint);
      const rotated = await rotateWith(context, {
        newKeys: [n1.encoded, n2.encoded],
        oldKeys: [r1.fingerprint.slice(0, 16), r2.encoded],
        role: 'release',
      });
      assert.deepEqual(
        rotated.missing.map(({ file, count, keys }) => [file, count, keys]),
        ['bob/lists', 'bob/tools'].map((name) => [
          layout.document(name as PluginName),
          1,
          [n1.fingerprint, n2.fingerprint],
        ]),
      );
      assert.equal(rotated.state, 'proposed');
    });

    it('come out at once where all keys are, and the old artifacts stay good', async () => {
      const context = await person(undefined, o1, o2, n1, registry.keys.checkpoint);
      const seen = client();
      await seen.plugin('bob/lists');
      const rotated = await rotateWith(context, {
        newKeys: [n1.encoded],
        oldKeys: [r1.encoded, r2.encoded],
        role: 'release',
      });
      assert.deepEqual([rotated.state, rotated.sequence, rotated.missing], ['published', 2, []]);
      const plugin = await seen.plugin('bob/lists');
      assert.deepEqual(plugin.signers, [n1.fingerprint]);
      assert.ok(plugin.artifactKeys.has(r1.fingerprint));
    });

    it('are not put in place of a key that nobody named', async () => {
      const context = await person(undefined, o1, o2, n1);
      await refusalOf('KEY_AMBIGUOUS', () => rotateWith(context, { newKeys: [n1.encoded] }));
    });

    it('are none that is revoked', async () => {
      await revokeWith(await person(undefined, c1, c2, registry.keys.checkpoint), n1.fingerprint);
      const context = await person(undefined, o1, o2, n1);
      const oldKeys = [r1.fingerprint];
      await refusalOf('KEY_INVALID', () => rotateWith(context, { newKeys: [n1.encoded], oldKeys }));
    });

    it('vouch for nothing that was slipped into main', async () => {
      await registry.reissue(
        'bob/lists',
        (document) => ({
          ...document,
          releases: document.releases.map((release) => ({ ...release, size: release.size + 1 })),
        }),
        testKey('stranger'),
      );
      const before = head();
      const context = await person(undefined, o1, o2, n1, registry.keys.checkpoint);
      const oldKeys = [r1.fingerprint];
      await refusalOf('RELEASE_CHANGED', () =>
        rotateWith(context, { newKeys: [n1.encoded], oldKeys, role: 'release' }),
      );
      assert.equal(head(), before);
    });
  });

  describe('a recovery', () => {
    it('of too few curators names the others, and a checkpoint keeps it back', async () => {
      const recovered = await recoverWith(await person(undefined, c1), n1);
      assert.deepEqual(recovered.missing, [
        { file: layout.publisher(bob, 2), count: 1, keys: [c2.fingerprint, c3.fingerprint] },
      ]);
      assert.deepEqual(await keptBack(), [[folder, 'PUBLISHER_INVALID']]);
      assert.deepEqual((await client().plugin('bob/lists')).signers, [r1.fingerprint]);
    });

    it('waits for the new signatures, and the thief’s newest release waits with it', async () => {
      const recovered = await recoverWith(await person(undefined, c1, c2), n1);
      assert.deepEqual(recovered.missing, []);
      await registry.publish('bob/lists', '6.6.6', {}, r1);
      assert.deepEqual(await keptBack(), [[folder, 'DOCUMENT_INVALID']]);
      const plugin = await client().plugin('bob/lists');
      assert.deepEqual(
        [plugin.signers, plugin.document.releases.map(({ version }) => version)],
        [[r1.fingerprint], ['1.0.0']],
      );
    });

    it('shows the new holder what came to main and to no checkpoint', async () => {
      await recoverWith(await person(undefined, c1, c2), n1);
      await registry.publish('bob/lists', '6.6.6', {}, r1);
      const { plugins } = await rotateWith(await person(undefined, n1), { dryRun: true });
      assert.deepEqual(
        plugins.flatMap(({ name, releases }) =>
          releases.map(({ version, inCheckpoint }) => [name, version, inCheckpoint]),
        ),
        [
          ['bob/lists', '1.0.0', true],
          ['bob/lists', '6.6.6', false],
          ['bob/tools', '1.0.0', true],
        ],
      );
    });

    it('comes out together with the new signatures', async () => {
      await recoverWith(await person(undefined, c1, c2), n1);
      const signed = await rotateWith(await person(undefined, n1, registry.keys.checkpoint), {});
      assert.equal(signed.state, 'published');
      const plugin = await client().plugin('bob/tools');
      assert.deepEqual([plugin.signers, plugin.recoveredAt], [[n1.fingerprint], 2]);
    });

    it('comes out at once where the old keys are revoked, as it takes nothing from anybody', async () => {
      const both = await person(undefined, c1, c2, registry.keys.checkpoint);
      await revokeWith(both, o1.fingerprint);
      await recoverWith(both, n1);
      await checkpoint();
      assert.ok(git(registry.repository, 'show', `published:${layout.publisher(bob, 2)}`));
      await refusalOf('DOCUMENT_INVALID', () => client().plugin('bob/lists'));
    });

    it('drops versions that a thief brought to main and to no checkpoint', async () => {
      const bytes = await registry.bytes(layout.publisher(bob, 1));
      const first = JSON.parse(Buffer.from(bytes).toString()) as PublisherDocument;
      for (const version of [2, 3]) {
        const next: PublisherDocument = { ...first, version };
        await registry.edit(registry.signed(layout.publisher(bob, version), next, [r1]));
      }
      const recovered = await recoverWith(await person(undefined, c1, c2), n1);
      assert.equal(recovered.version, 2);
      const files = git(registry.repository, 'ls-tree', '--name-only', 'main', `${folder}/`);
      assert.doesNotMatch(files, /3\.json/);
    });
  });
});

function ringOf(...keys: readonly TestKey[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key.fingerprint, key.encoded]));
}

function roleOf(threshold: number, ...keys: readonly TestKey[]) {
  return { keys: keys.map((key) => key.fingerprint), threshold };
}
