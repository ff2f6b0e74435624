import assert from 'node:assert/strict';
import type { PublisherDocument } from '../../../src/model/formats/index.js';
import type { Alias, Publisher, Sha256 } from '../../../src/model/names.js';
import { layout } from '../../../src/model/index-layout.js';
import { checkpointRegistry } from '../../../src/operations/registry-checkpoint.js';
import { rotateRoot, type RootRotateOptions } from '../../../src/operations/registry-rotate.js';
import { sha256Hex } from '../../../src/primitives/crypto/index.js';
import { createDiskTrustStore, createGitLocalSource, syncRegistry } from '../../../src/registry/index.js';
import { refusalOf } from '../../kit/client.js';
import { testContext, type TestContext } from '../../kit/context.js';
import { git } from '../../kit/git-cli.js';
import { holdKey } from '../../kit/key-files.js';
import { testKey, type TestKey } from '../../kit/keys.js';
import { registryWorld } from '../registry/world.js';

const next = testKey('the next key');
const grant = 'plugins/ad/ada/publisher/1.json';

describe('the next root', () => {
  const world = registryWorld();
  let people = 0;

  /** Somebody with these keys, on a machine of their own. */
  async function person(keys: Readonly<Record<string, TestKey>>, answer?: boolean): Promise<TestContext> {
    people += 1;
    const home = world.sandbox.at(`person-${people}`);
    for (const [name, key] of Object.entries(keys)) await holdKey(home, name, key);
    return testContext({ home, cwd: world.sandbox.folder }, world.clock, answer);
  }

  const owner = (more: Readonly<Record<string, TestKey>> = {}, answer?: boolean) =>
    person({ root: world.registry.keys.root, ci: world.registry.keys.checkpoint, ...more }, answer);

  type Asked = Partial<RootRotateOptions['changes']> & {
    after?: number;
    branch?: string;
    yes?: boolean;
    signUnpublished?: boolean;
  };
  const rotate = (
    context: TestContext,
    { after, branch, yes = true, signUnpublished = false, ...changes }: Asked = {},
  ) =>
    rotateRoot(context, {
      index: world.registry.repository,
      changes: { add: [], remove: [], replace: [], threshold: [], days: undefined, ...changes },
      keys: [],
      after,
      branch,
      dryRun: false,
      yes,
      signUnpublished,
      describe: (plan) => `root ${plan.version}`,
      describeUnpublished: (plan) => plan.notPublished.join(),
    });
  const checkpoint = (context: TestContext) =>
    checkpointRegistry(context, { index: world.registry.repository, keys: [] });

  /** Has a machine see what is published now. */
  const look = ({ home }: TestContext) =>
    syncRegistry({
      registry: world.registry.id,
      alias: 'main' as Alias,
      sources: [createGitLocalSource(world.registry.repository)],
      store: createDiskTrustStore(home.registry(world.registry.id).trust),
      clock: world.clock.now().getTime(),
      warn: () => undefined,
    });

  it('waits until new curators have signed what the old ones vouched for, and blocks nobody meanwhile', async () => {
    await world.registry.revoke({ keys: [{ fp: testKey('lost').fingerprint, reason: 'lost' }] });
    await world.registry.checkpoint();
    await world.client.plugin('ada/notes');
    const root = await owner();
    const replace = [`${world.registry.keys.curator.fingerprint}=${next.encoded}`];
    const rotated = await rotate(root, { replace });
    assert.equal(rotated.state, 'complete');
    assert.deepEqual(
      rotated.missing.map(({ file, count, keys }) => [file, count, keys]),
      [
        [grant, 1, [next.fingerprint]],
        [layout.revocations, 1, [next.fingerprint]],
      ],
    );

    await world.registry.publish('ada/notes', '1.1.0');
    const held = await checkpoint(root);
    assert.deepEqual(
      held.keptBack.map((part) => [part.path, part.code]),
      [[layout.root(2), 'ROOT_INCOMPLETE']],
    );
    assert.match(held.keptBack[0]?.message ?? '', /trust\/revocations\.json: .*\n.*ada\/publisher: /);
    const index = await world.client.sync();
    assert.equal(index.rootVersion, 1);
    const plugin = await world.client.plugin('ada/notes');
    assert.equal(plugin.document.releases.length, 2);

    const signed = await rotate(await person({ curator: next }));
    assert.deepEqual([signed.state, signed.missing], ['complete', []]);
    assert.deepEqual(signed.resigned, [grant, layout.revocations]);
    assert.deepEqual((await checkpoint(root)).keptBack, []);
    assert.equal((await world.client.sync()).rootVersion, 2);
    assert.ok(await world.client.plugin('ada/notes'));
    assert.ok(await world.newClient().plugin('ada/notes'));
  });

  it('is published with what its curators sign, when all keys are at hand', async () => {
    await world.client.plugin('ada/notes');
    const context = await owner({ curator: world.registry.keys.curator, next });
    const before = await world.registry.bytes(grant);
    const rotated = await rotate(context, { replace: ['curator=next', 'root=next'] });
    assert.deepEqual([rotated.state, rotated.resigned], ['published', [grant]]);
    assert.equal((await world.client.sync()).rootVersion, 2);
    assert.ok(await world.client.plugin('ada/notes'));
    assert.deepEqual(await world.registry.bytes(grant), before);
  });

  it('hands grants to a role of their own', async () => {
    const context = await owner({ next });
    assert.deepEqual((await rotate(context, { add: ['grant=next'] })).resigned, [grant]);
    assert.ok(await world.newClient().plugin('ada/notes'));
    const back = await rotate(await owner({ next, curator: world.registry.keys.curator }), {
      remove: ['grant=next'],
    });
    assert.deepEqual(
      [back.state, back.resigned, back.roles.find((role) => role.name === 'grant')?.after],
      ['published', [], null],
    );
    assert.ok(await world.newClient().plugin('ada/notes'));
  });

  it('asks on a terminal, and a no changes nothing', async () => {
    const context = await owner({ next }, false);
    await refusalOf('CONFIRMATION_REQUIRED', () => rotate(context, { add: ['root=next'], yes: false }));
    assert.deepEqual(context.questions, ['root 2\n\nSign this?']);
    await refusalOf('USAGE', () => rotate(context));
    assert.equal((await rotate(context, { add: ['root=next'] })).state, 'published');
  });

  it('is not signed in passing when somebody else put it on main', async () => {
    const thief = testKey('thief');
    await world.registry.nextRoot(
      (root) => ({
        ...root,
        keys: { ...root.keys, [thief.fingerprint]: thief.encoded },
        roles: { ...root.roles, root: { keys: [thief.fingerprint], threshold: 1 } },
      }),
      [thief],
    );
    const context = await owner();
    const found = await rotate(context);
    assert.deepEqual(
      [found.state, found.missing.map((one) => one.keys)],
      ['proposed', [[world.registry.keys.root.fingerprint]]],
    );
    const { keptBack } = await checkpoint(context);
    assert.deepEqual(
      keptBack.map((part) => [part.path, part.code]),
      [[layout.root(2), 'ROOT_INVALID']],
    );
    assert.match(keptBack[0]?.hint ?? '', /udos registry sign trust\/root\/2\.json/);
    assert.equal((await world.newClient().sync()).rootVersion, 1);
    // The owner's own takes its place, without a trace of it.
    assert.equal((await rotate(context, { days: 3650 })).state, 'published');
    const index = await world.newClient().sync();
    assert.deepEqual(index.root.roles.root?.keys, [world.registry.keys.root.fingerprint]);
  });

  describe('where main has more than clients do', () => {
    const bobs = layout.publisher('bob' as Publisher, 1);
    const recovery = layout.publisher('ada' as Publisher, 2);
    const thief = testKey('thief');
    const keysOf = () => ({ curator: world.registry.keys.curator, next });
    const replace = ['curator=next'];

    /** A thief with the curator's key takes ada over, on main only. */
    const takeOver = async () => {
      const bytes = await world.registry.bytes(grant);
      const role = { keys: [thief.fingerprint], threshold: 1 };
      const document: PublisherDocument = {
        ...(JSON.parse(Buffer.from(bytes).toString()) as PublisherDocument),
        version: 2,
        previous: sha256Hex(bytes) as Sha256,
        recovery: true,
        keys: { [thief.fingerprint]: thief.encoded },
        owners: role,
        release: role,
      };
      const signers = [world.registry.keys.curator, thief];
      await world.registry.edit(world.registry.signed(recovery, document, signers));
    };

    it('signs what is published, names the rest, and leaves it to its owner', async () => {
      await takeOver();
      await world.registry.publisher('bob');
      const context = await owner(keysOf());
      const rotated = await rotate(context, { replace });
      assert.deepEqual(
        [rotated.state, rotated.resigned, rotated.notPublished, rotated.missing],
        ['published', [grant], [recovery, bobs], []],
      );
      assert.deepEqual(rotated.recoveries, [
        { file: recovery, publisher: 'ada', owners: [thief.fingerprint], isPublished: false },
      ]);
      assert.deepEqual(
        rotated.keptBack.map((part) => part.path),
        [layout.publisherFolder('ada' as Publisher), layout.publisherFolder('bob' as Publisher)],
      );
      const { document } = await world.newClient().plugin('ada/notes');
      assert.equal(document.releases.length, 1);
      assert.equal((await world.client.sync()).rootVersion, 2);
      assert.deepEqual(git(world.registry.repository, 'ls-tree', '--name-only', 'published', recovery), '');
    });

    it('signs the rest too when its owner says so', async () => {
      await world.registry.publisher('bob');
      const rotated = await rotate(await owner(keysOf()), { replace, signUnpublished: true });
      assert.deepEqual(
        [rotated.state, rotated.resigned, rotated.notPublished, rotated.keptBack],
        ['published', [grant, bobs], [], []],
      );
    });

    for (const answer of [true, false]) {
      it(`asks about it in a question of its own, and takes ${answer ? 'yes' : 'no'} for an answer`, async () => {
        await world.registry.publisher('bob');
        const context = await owner(keysOf());
        const questions: string[] = [];
        const confirm = (question: string) => {
          questions.push(question);
          return Promise.resolve(questions.length === 1 || answer);
        };
        const prompts = { ...context.prompts, interactive: true, confirm };
        const rotated = await rotate({ ...context, prompts }, { replace, yes: false });
        assert.deepEqual(questions, ['root 2\n\nSign this?', `${bobs}\n\nSign these too?`]);
        assert.deepEqual(
          [rotated.state, rotated.resigned, rotated.notPublished],
          answer ? ['published', [grant, bobs], []] : ['published', [grant], [bobs]],
        );
      });
    }

    it('waits for revocations that replace published ones', async () => {
      await world.registry.revoke({ keys: [{ fp: testKey('lost').fingerprint, reason: 'lost' }] });
      await world.registry.checkpoint();
      await world.registry.revoke({ keys: [{ fp: testKey('ada').fingerprint, reason: 'says a thief' }] });
      const context = await owner(keysOf());
      const rotated = await rotate(context, { replace });
      assert.deepEqual(
        [rotated.state, rotated.notPublished, rotated.missing.map((one) => one.file)],
        ['complete', [layout.revocations], [layout.revocations]],
      );
      const file = layout.revocations;
      await world.registry.edit(await world.registry.withSidecars(file, world.registry.published));
      const again = await rotate(context);
      // The thief's list closed ada: only without it is the grant good.
      assert.deepEqual([again.state, again.resigned], ['published', [grant, file]]);
    });
  });

  it('goes to a branch when told to, and main stays', async () => {
    const rotated = await rotate(await owner(), { days: 3650, branch: 'root-2' });
    assert.deepEqual([rotated.state, rotated.branch, rotated.sequence], ['proposed', 'root-2', null]);
    assert.equal((await world.newClient().sync()).rootVersion, 1);
  });

  for (const version of [1, 2]) {
    it(`loses no signature of root ${version} that main has lost, once it is published`, async () => {
      const context = await owner();
      await rotate(context, { days: 3650 });
      await world.client.sync();
      const file = layout.root(version);
      await world.registry.edit(new Map([[world.registry.sidecar(file, world.registry.keys.root), null]]));
      const { keptBack } = await checkpoint(context);
      assert.deepEqual(
        keptBack.map((part) => [part.path, part.code]),
        [[file, 'ROOT_INVALID']],
      );
      for (const client of [world.client, world.newClient()])
        assert.equal((await client.sync()).rootVersion, 2);
    });
  }

  describe('after the key for checkpoints was stolen', () => {
    let context: TestContext;
    beforeEach(async () => {
      context = await owner({ 'ci-2': next });
      await world.registry.publish('ada/notes', '1.1.0');
      await world.registry.checkpoint();
      await look(context);
      await world.client.plugin('ada/notes');
      await world.registry.fastForward(600);
    });

    it('lets its owner go on where the thief began, without forcing a push', async () => {
      const saw = world.newClient();
      assert.equal((await saw.sync()).sequence, 600);
      await refusalOf('USAGE', () =>
        checkpointRegistry(context, { index: world.registry.repository, keys: [], after: 2 }),
      );
      const rotated = await rotate(context, { replace: ['ci=ci-2'], after: 2 });
      assert.deepEqual([rotated.state, rotated.sequence], ['published', 3]);
      for (const client of [saw, world.client, world.newClient()]) {
        assert.equal((await client.sync()).sequence, 3);
        assert.equal((await client.plugin('ada/notes')).document.releases.length, 2);
      }
      assert.match([...saw.evidence.keys()][0] ?? '', /-reset$/);
    });

    it('lets a second owner who saw the thief’s head sign the one after', async () => {
      const other = await person({ 'ci-2': next });
      await look(other);
      await rotate(context, { replace: ['ci=ci-2'], after: 2 });
      assert.equal((await checkpoint(other)).sequence, 4);
    });

    it('goes on after the thief’s head when its owner does not say where', async () => {
      const saw = world.newClient();
      await saw.sync();
      const rotated = await rotate(context, { replace: ['ci=ci-2'] });
      assert.equal(rotated.sequence, 601);
      for (const client of [saw, world.client, world.newClient()])
        assert.equal((await client.sync()).sequence, 601);
    });

    it('needs a root that takes a checkpoint key away, and a checkpoint that was there', async () => {
      await refusalOf('USAGE', () => rotate(context, { days: 3650, after: 2 }));
      await refusalOf('USAGE', () => rotate(context, { replace: ['ci=ci-2'], after: 77 }));
      assert.equal((await world.newClient().sync()).sequence, 600);
    });
  });

  it('keeps the expired root’s successor in sight', async () => {
    const context = await owner({ next });
    await rotate(context, { days: 1 });
    world.clock.advanceDays(2);
    await rotate(await person({ next }), { add: ['root=next'], days: 3650 });
    const error = await refusalOf('ROOT_EXPIRED', () => checkpoint(context));
    assert.equal(error.data.next, layout.root(3));
    assert.equal((await rotate(context, { days: 3650 })).state, 'published');
    assert.equal((await world.newClient().sync()).rootVersion, 3);
  });
});
