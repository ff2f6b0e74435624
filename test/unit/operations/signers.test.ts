import assert from 'node:assert/strict';
import type { KeyRole, Root } from '../../../src/model/formats/index.js';
import { layout } from '../../../src/model/index-layout.js';
import type { PluginName } from '../../../src/model/names.js';
import { checkpointRegistry } from '../../../src/operations/registry-checkpoint.js';
import { addPublisher } from '../../../src/operations/registry-publisher-add.js';
import { revoke } from '../../../src/operations/registry-revoke.js';
import { openLocalWorkspace } from '../../../src/operations/steps/index-workspace.js';
import { revokedKeys } from '../../../src/operations/steps/revoked-keys.js';
import { openCheckpointSigners, openSignersFor } from '../../../src/operations/steps/signers.js';
import { submitDocument } from '../../../src/operations/steps/submit-document.js';
import { readPlugin, refusalOf, treeSource } from '../../kit/client.js';
import { testContext, type TestContext } from '../../kit/context.js';
import { holdKey } from '../../kit/key-files.js';
import { testKey, type TestKey } from '../../kit/keys.js';
import { registryWorld } from '../registry/world.js';

const stolen = testKey('stolen');
const fresh = testKey('fresh');
const witness = testKey('witness');

describe('which of a user’s keys sign', () => {
  const world = registryWorld();
  let people = 0;

  async function person(keys: Readonly<Record<string, TestKey>>): Promise<TestContext> {
    people += 1;
    const home = world.sandbox.at(`person-${people}`);
    for (const [name, key] of Object.entries(keys)) await holdKey(home, name, key);
    return testContext({ home, cwd: world.sandbox.folder }, world.clock);
  }
  const workspaceOf = (context: TestContext) => openLocalWorkspace(context, world.registry.repository);
  const role = (...keys: TestKey[]): KeyRole => ({
    keys: keys.map((key) => key.fingerprint),
    threshold: 1,
  });
  const revokedFor = async (context: TestContext) => revokedKeys(context, await workspaceOf(context));
  const release = async (context: TestContext, keys: KeyRole, ...named: string[]) =>
    (await openSignersFor(context, keys, named, 'release for ada', await revokedFor(context))).map(
      (signer) => signer.fingerprint,
    );
  const revocation = { keys: [{ fp: stolen.fingerprint, reason: 'stolen' }] };

  it('are not those that the registry has revoked', async () => {
    const context = await person({ 'a stolen one': stolen, fresh });
    assert.deepEqual(await release(context, role(stolen, fresh)), [stolen.fingerprint]);
    await world.registry.revoke(revocation);
    assert.deepEqual(await release(context, role(stolen, fresh)), [fresh.fingerprint]);
    await world.registry.checkpoint();
    assert.deepEqual(await release(context, role(stolen, fresh)), [fresh.fingerprint]);
  });

  it('are told to be revoked when no others are left', async () => {
    await world.registry.revoke(revocation);
    const context = await person({ stolen });
    for (const named of [[], ['stolen']]) {
      const error = await refusalOf('KEY_NOT_FOUND', () => release(context, role(stolen, fresh), ...named));
      assert.ok(error.message.includes(`${stolen.fingerprint.slice(0, 16)} is revoked`), error.message);
      assert.ok(error.hint?.includes(fresh.fingerprint.slice(0, 16)));
      assert.deepEqual(error.data.revoked, [stolen.fingerprint]);
    }
    const last = await refusalOf('KEY_NOT_FOUND', () => release(context, role(stolen)));
    assert.match(last.hint ?? '', /publisher recover/);
  });

  it('are all still good when a stranger says that one is revoked', async () => {
    const list = { type: 'udos/revocations@1', registry: world.registry.id, serial: 1, releases: [] };
    await world.registry.edit(
      world.registry.signed(layout.revocations, { ...list, ...revocation }, [testKey('stranger')]),
    );
    assert.deepEqual(await release(await person({ stolen }), role(stolen)), [stolen.fingerprint]);
  });

  it('for a checkpoint are revoked ones only when no others are here, and that is told', async () => {
    await world.registry.revoke(revocation);
    const roles = { checkpoint: role(stolen, fresh) } as Root['roles'];
    const open = async (context: TestContext) =>
      (await openCheckpointSigners(context, roles, [], await revokedFor(context))).map(
        (signer) => signer.fingerprint,
      );
    const both = await person({ 'a stolen one': stolen, fresh });
    assert.deepEqual([await open(both), both.warnings], [[fresh.fingerprint], []]);
    const poor = await person({ stolen });
    assert.deepEqual(await open(poor), [stolen.fingerprint]);
    assert.match(poor.warnings.join(), /is revoked in it.*registry rotate/);
  });

  it('never get a namespace with a revoked key', async () => {
    await world.registry.revoke(revocation);
    const context = await person({ curator: world.registry.keys.curator, stolen });
    const before = world.registry.main.paths;
    await refusalOf('KEY_INVALID', () =>
      addPublisher(context, {
        index: world.registry.repository,
        publisher: 'bob',
        publicKeys: [context.home.keys + '/stolen.pub'],
        keys: [],
      }),
    );
    assert.deepEqual((await workspaceOf(context)).main.paths, before);
  });

  describe('where checkpoints have a witness', () => {
    const notes = 'ada/notes' as PluginName;
    beforeEach(async () => {
      await world.registry.nextRoot((root) => ({
        ...root,
        keys: { ...root.keys, [witness.fingerprint]: witness.encoded },
        roles: { ...root.roles, witness: role(witness) },
      }));
    });
    const index = () => world.registry.repository;
    const yank = async (context: TestContext) => {
      const document = await world.registry.document(notes);
      assert.ok(document);
      const releases = document.releases.map((one) => ({ ...one, yanked: 'broken' }));
      return submitDocument(context, await workspaceOf(context), {
        document: { ...document, serial: document.serial + 1, releases },
        files: new Map(),
        signers: [testKey('ada')],
        message: 'Yank',
        what: 'yank',
        branch: false,
        keys: [],
        dryRun: false,
      });
    };

    it('complete one by themselves, whatever the command', async () => {
      const context = await person({
        ci: world.registry.keys.checkpoint,
        curator: world.registry.keys.curator,
        witness,
      });
      assert.equal((await checkpointRegistry(context, { index: index(), keys: [] })).sequence, 2);
      assert.deepEqual(await yank(context), {
        state: 'published',
        branch: null,
        sequence: 3,
        compareUrl: null,
      });
      const options = { index: index(), target: `${notes}@1.0.0`, reason: 'malware', keys: [] };
      const rest = { branch: undefined, yes: true, dryRun: false, describe: () => '' };
      const revoked = await revoke(context, { ...options, ...rest });
      assert.deepEqual([revoked.state, revoked.sequence], ['published', 4]);

      const { published } = await workspaceOf(context);
      assert.ok(published);
      const sync = await world.newClient().sync({ sources: [treeSource(published)] });
      assert.equal((await readPlugin(sync, notes))?.document.serial, 2);
    });

    it('propose when the witness is elsewhere', async () => {
      const context = await person({ ci: world.registry.keys.checkpoint });
      await refusalOf('CHECKPOINT_INVALID', () => checkpointRegistry(context, { index: index(), keys: [] }));
      assert.equal((await yank(context)).state, 'proposed');
    });
  });
});
